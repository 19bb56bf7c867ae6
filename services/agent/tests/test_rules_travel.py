"""What the rules read of ways, places, rigs and people from sentences members say, beside the tool they ask for."""

import pytest

from pam_agent.rules.routing import route
from tests.eval.measure import NOW, manifests

pytestmark = pytest.mark.unit

TOOLS = list(manifests())


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("draw up a trip Reno - Lassen - Bend", {"origin": "Reno", "destination": "Bend", "stops": ["Lassen"]}),
        ("plan a week from Tulsa to Joplin and on to Branson", {"destination": "Branson", "stops": ["Joplin"]}),
        ("plan a trip from Eugene to Weed along the river via Bend", {"destination": "Weed", "stops": ["Bend"]}),
        ("drive time from Reno to Medford via Redding, no breaks", {"stops": ["Redding"], "include_breaks": False}),
        ("how long from Boise, Idaho to Cody, Wyoming", {"origin": "Boise, Idaho", "destination": "Cody, Wyoming"}),
        ("how far in hours is Laredo from Waco?", {"origin": "Waco", "destination": "Laredo"}),
        ("set up a trip from Chicago via Madison to Duluth", {"origin": "Chicago", "stops": ["Madison"]}),
        ("how long to drive from Waco to Austin to Laredo", {"destination": "Laredo", "stops": ["Austin"]}),
        ("new trip: Erie -> Troy -> Salem, start Dec 4", {"destination": "Salem", "stops": ["Troy"]}),
        ("arrange Salem, Bend and Weed in the best order", {"origin": "Salem", "stops": ["Bend"]}),
    ],
)
def test_a_way_is_read_with_all_it_leads_through(text, way):
    """R-A4: stops, states behind towns, and where a way goes on to."""
    assert way.items() <= _arguments(text).items()


@pytest.mark.parametrize(
    ("text", "location"),
    [
        ("Cheyenne weather this week?", "Cheyenne"),
        ("Show RV parks in Tulsa", "Tulsa"),
        ("Weekend weather please", "here"),
        ("Salt Lake City RV parks with wifi", "Salt Lake City"),
        ("is it hot in Bozeman, Montana", "Bozeman, Montana"),
    ],
)
def test_a_place_may_stand_before_what_is_asked_about_it(text, location):
    """R-A4: and a wish that begins with a capital is none."""
    assert _arguments(text)["location"] == location


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("spark plugs replaced at 90,000 miles, $160", {"cost": 160, "mileage": 90000}),
        ("changed the oil, 70 dollars, next at 65000 miles", {"cost": 70, "next_due_mileage": 65000}),
        ("replaced two tires at 45k miles for 380", {"cost": 380, "mileage": 45000}),
        ("alignment done at Discount Tire for $120", {"maintenance_type": "alignment"}),
        ("put in 15 gallons for 60 bucks, didn't fill it all the way, odometer 40200", {"full_tank": False}),
        ("filled 20 gallons of premium at 61,000 miles, $70", {"cost": 70, "odometer": 61000, "fuel_type": "premium"}),
        ("our 13 foot 6 tall trailer, any low bridges from Erie to Troy?", {"vehicle_height_ft": 13.5}),
        ("full hookup sites near Waco for our 40 footer", {"rig_length_ft": 40}),
        ("put my 2014 Ford F-250 in the garage as Blue", {"name": "Blue", "model": "F-250"}),
    ],
)
def test_what_is_said_of_a_rig_is_told_apart(text, told):
    """R-A4: what it cost, what the odometer showed, how large it is, what it is called."""
    assert told.items() <= _arguments(text).items()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("text my sister Jo that we got in safe", {"recipient": "Jo", "message": "we got in safe"}),
        ("pass on to Fritz that the ferry is late", {"recipient": "Fritz", "message": "the ferry is late"}),
        ("message Doug and Lisa that dinner is at 6", {"message": "dinner is at 6"}),
        ("comment on Ray's post that his rig looks great", {"comment": "his rig looks great"}),
        ("host a chili night in Yuma on Friday at 6pm, limit 25", {"max_attendees": 25}),
        ("disable email notifications and budget alerts", {"email_notifications": False, "budget_alerts": False}),
        ("export all my data as csv without my posts", {"format": "csv", "include_social": False}),
    ],
)
def test_whom_and_what_others_are_told_is_read(text, told):
    """R-A4: the words alone, and how far they go."""
    assert told.items() <= _arguments(text).items()


@pytest.mark.parametrize(
    ("text", "tools"),
    [
        ("show money in, money out and what's left for the last 30 days", ["get_finance_summary"]),
        ("check over my budgets and tell me where I'm slipping", ["analyze_budget"]),
        ("we get 8 mpg and gas is 3.40, what will 380 miles cost", ["calculate_gas_cost"]),
        ("we parked at a Harvest Host and saved 55 bucks on camping", ["track_savings"]),
        ("weather in Moab and campgrounds there", ["get_weather_forecast", "find_rv_parks"]),
    ],
)
def test_a_request_that_goes_on_is_told_from_two(text, tools):
    """R-A4: of two requests each stands out when it is alone."""
    assert [call.tool for call in route(text, TOOLS, NOW).calls] == tools


def _arguments(text: str) -> dict[str, object]:
    return route(text, TOOLS, NOW).calls[0].arguments
