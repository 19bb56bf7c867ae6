"""Requests as they are spoken: with words of thought, causes before and behind, and more than one at a time."""

import pytest

from pam_agent.rules import route
from pam_agent.rules.fillers import fluent
from pam_agent.rules.places import way_in
from tests.eval.measure import NOW, manifests

pytestmark = pytest.mark.unit

TOOLS = list(manifests())


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("hey Pam um where is the um cheapest gas", "where is the cheapest gas"),
        ("okay so, log 20 for ice", "log 20 for ice"),
        ("so far so good", "so far so good"),
        ("well done", "well done"),
        ("um", "um"),
        ("hey there", "hey there"),
        ("the emergency room, the ER bill", "the emergency room, the ER bill"),
    ],
)
def test_words_of_thought_are_no_part_of_a_request(said, meant):
    """R-A4: who speaks while driving is understood like who writes."""
    assert fluent(said) == meant


@pytest.mark.parametrize(
    ("text", "way"),
    [
        (
            "the best order to see Ely and Baker on our way from Reno to Provo",
            {"origin": "Reno", "destination": "Provo", "stops": ["Ely", "Baker"]},
        ),
        ("from Reno to Provo and stop in Ely", {"origin": "Reno", "destination": "Provo", "stops": ["Ely"]}),
        ("from Albany to New York I'm 12 feet tall", {"origin": "Albany", "destination": "New York"}),
        ("we depart Erie on Monday for Toledo", {"origin": "Erie", "destination": "Toledo"}),
    ],
)
def test_a_way_is_read_with_its_stops_and_no_more(text, way):
    """R-A4: names of places end where the sentence goes on."""
    assert way_in(text) == way


@pytest.mark.parametrize(
    ("text", "tools"),
    [
        ("lunch came to $22, can you write that down?", ["create_expense"]),
        ("gas is $3.29, we get 10 mpg, what do 400 miles cost?", ["calculate_gas_cost"]),
        ("I spent 40 on gas, how much have I spent this month?", ["create_expense", "get_spending_summary"]),
        ("text Ann we're here and tell me the weather in Moab", ["message_friend", "get_weather_forecast"]),
        ("text Ann we're here and the road is open", ["message_friend"]),
        ("would you tow a 30 foot trailer over Vail Pass tomorrow?", ["check_travel_conditions"]),
    ],
)
def test_what_belongs_together_is_one_request(text, tools):
    """R-A4: a cause, a bound and somebody's words are no requests of their own; a second wish is."""
    found = route(text, TOOLS, NOW)
    assert [call.tool for call in found.calls] == tools
    assert found.is_whole


def test_a_second_request_may_ask_which_record_is_meant():
    """R-A4: the first is not forgotten, and nothing is called before the question is answered."""
    found = route("follow sunny_sal and like her latest photo", TOOLS, NOW)
    assert [call.tool for call in found.calls] == ["follow_user", "like_post"]
    assert found.missing == ["post_id"]
    assert not found.is_whole


def test_numbers_before_a_question_belong_to_it():
    """R-A4: a price and a consumption are neither an expense nor a setting where a cost is asked for."""
    found = route("gas is $3.29, we get 10 mpg, what do 400 miles cost?", TOOLS, NOW)
    assert found.calls[0].arguments == {"distance_miles": 400, "mpg": 10, "gas_price": 3.29}


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("what's the weather in Moab between now and Friday", {"location": "Moab"}),
        ("forecast on the way from Reno to Boise", {"location": "Reno", "route": ["Boise"]}),
    ],
)
def test_a_span_of_days_is_no_way(text, arguments):
    """R-A4: the weather is looked for along a way only where both its ends are places."""
    assert route(text, TOOLS, NOW).calls[0].arguments == arguments
