"""Where "here" is: GPS, last known position, network, asking; and positions nobody can have reached."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam_shared.clock import spoken_age
from pam_shared.errors import InvalidRequestError
from pam_tools_trip.external import Place, Point, miles_between
from pam_tools_trip.positions import around, jump_mph
from pam_tools_trip.tools.get_weather_forecast import get_weather_forecast
from pam_tools_trip.tools.save_favorite_spot import save_favorite_spot

NOON = datetime(2026, 5, 13, 12, tzinfo=UTC)
MOAB, DENVER = (38.573, -109.550), (39.739, -104.985)
LATITUDES, LONGITUDES = st.floats(-85, 85), st.floats(-180, 180)


@pytest.mark.parametrize("words", ["here", "near me", "My location", "around me.", "where I am"])
async def test_here_is_where_the_device_says(traveller, words):
    """R-D5: GPS comes first, and is cited as the member's own."""
    reply = await traveller.stands(*MOAB).reply(get_weather_forecast, location=words)
    assert reply.data["location"] == "Moab, Utah"
    device = next(source for source in reply.sources if source.name == "your device's location")
    assert (device.kind, device.as_of, reply.stale) == ("member", NOON, False)


async def test_without_gps_the_last_known_position_counts_with_its_age(traveller):
    """R-D5: fresh for a day, stale after it."""
    await traveller.stands(*MOAB).run(get_weather_forecast, location="here")
    reply = await traveller.lost().at(NOON + timedelta(hours=3)).reply(get_weather_forecast, location="here")
    assert (reply.data["location"], reply.stale) == ("Moab, Utah", False)
    assert "I took where you were 3 hours ago; name a place if you have moved since." in reply.message
    old = await traveller.at(NOON + timedelta(days=2)).reply(get_weather_forecast, location="here")
    assert (old.stale, old.confidence) == (True, 0.4)
    assert "I took where you were 2 days ago" in old.message


async def test_who_cannot_be_found_is_asked(traveller):
    """R-D5: and told that the network does not say either."""
    with pytest.raises(InvalidRequestError, match=r"location: I don't know where you are.*your network.*Which town"):
        await traveller.run(get_weather_forecast, location="here")


async def test_a_position_nobody_can_have_reached_is_flagged_and_not_remembered(traveller):
    """R-D5: flagged, not rejected; a later possible one is believed again."""
    await traveller.stands(*MOAB).run(get_weather_forecast, location="here")
    later = NOON + timedelta(minutes=20)
    jumped = await traveller.stands(*DENVER, at=later).at(later).reply(get_weather_forecast, location="here")
    assert (jumped.data["location"], jumped.confidence) == ("Denver, Colorado", 0.4)
    assert "that you would have gone" in jumped.message
    assert await traveller.rows("select latitude from known_locations") == [(MOAB[0],)]
    evening = NOON + timedelta(hours=8)
    arrived = await traveller.stands(*DENVER, at=evening).at(evening).reply(get_weather_forecast, location="here")
    assert arrived.confidence is None
    assert await traveller.rows("select latitude from known_locations") == [(DENVER[0],)]


async def test_a_place_that_is_named_is_no_jump(traveller):
    """R-D5: contradiction 23: the member states a new place."""
    await traveller.stands(*MOAB).run(get_weather_forecast, location="here")
    reply = await traveller.reply(get_weather_forecast, location="Denver, CO")
    assert (reply.confidence, "mph" in reply.message) == (None, False)


async def test_an_old_fix_does_not_replace_a_newer_one(traveller):
    """R-D5: a device that was asleep sends what it had."""
    await traveller.stands(*MOAB).run(get_weather_forecast, location="here")
    asleep = await traveller.stands(*DENVER, at=NOON - timedelta(hours=9)).reply(get_weather_forecast, location="here")
    assert asleep.data["location"] == "Moab, Utah"


async def test_nobodys_position_is_anybody_elses(new_traveller):
    """G6: known locations are their member's alone."""
    ann, ben = new_traveller(), new_traveller()
    await ann.stands(*MOAB).run(get_weather_forecast, location="here")
    with pytest.raises(InvalidRequestError):
        await ben.run(get_weather_forecast, location="here")


@pytest.mark.unit
@given(seconds=st.floats(-10, 10), north=st.floats(-0.03, 0.03), east=st.floats(-0.03, 0.03))
def test_jitter_is_no_jump_however_short_the_time(seconds, north, east):
    """R-D5: contradiction 23: two fixes at almost the same moment divide by nothing."""
    now = Point(MOAB[0] + north, MOAB[1] + east)
    assert jump_mph(Point(*MOAB), NOON, now, NOON + timedelta(seconds=seconds), blur_metres=0) is None


@pytest.mark.unit
@pytest.mark.parametrize(
    ("hours", "blur", "flagged"),
    [(0, 0, True), (0.5, 0, True), (0.6, 0, False), (-0.5, 0, True), (0.5, 100_000, False)],
)
def test_over_five_hundred_miles_an_hour_is_a_jump(hours, blur, flagged):
    """R-D5: Moab to Denver is 260 miles; what the devices' blur explains is none."""
    mph = jump_mph(Point(*MOAB), NOON, Point(*DENVER), NOON + timedelta(hours=hours), blur)
    assert (mph is not None) is flagged


@pytest.mark.unit
@given(LATITUDES, LONGITUDES, st.floats(0.1, 500), LATITUDES, LONGITUDES)
def test_a_box_holds_everything_within_the_distance(latitude, longitude, miles, other_latitude, other_longitude):
    """R-T1: what is looked up by index loses nothing, at the date line either."""
    centre, other = Point(latitude, longitude), Point(other_latitude, other_longitude)
    box = around(centre, miles)
    if miles_between(centre, other) <= miles:
        assert box.south <= other.latitude <= box.north
        assert box.west <= other.longitude <= box.east


@pytest.mark.unit
@pytest.mark.parametrize(
    ("age", "said"),
    [(timedelta(seconds=5), "just now"), (timedelta(minutes=1), "1 minute ago"), (timedelta(hours=26), "1 day ago"),
     (timedelta(hours=5), "5 hours ago"), (timedelta(seconds=-9), "just now")],
)  # fmt: skip
def test_an_age_is_said(age, said):
    """R-E1: in the largest whole unit."""
    assert spoken_age(age) == said


async def test_a_place_nobody_knows_is_no_result_that_says_how_to_be_clearer(traveller):
    """R-T5: no results, not a failure."""
    reply = await traveller.reply(get_weather_forecast, location="Xyzzy")
    assert (reply.outcome, reply.success) == ("no_results", True)
    assert reply.message == "I don't know where Xyzzy is: add the state, or the nearest town."


async def test_an_ambiguous_name_is_taken_and_the_others_are_named(new_traveller):
    """R-T5: the candidates are told."""
    others = [
        Place(name="Springfield", latitude=39.8, longitude=-89.6, state=state, country_code="US")
        for state in ("Illinois", "Massachusetts")
    ]
    reply = await new_traveller(namesakes=others).reply(get_weather_forecast, location="Springfield")
    assert reply.confidence == 0.7
    assert (
        "I took Springfield to be Springfield, Missouri; tell me if you meant Springfield, Illinois or"
        " Springfield, Massachusetts." in reply.message
    )


async def test_a_favorite_can_be_here(traveller):
    """R-T1: "add this overlook to my saved places"."""
    saved = await traveller.stands(*MOAB).run(save_favorite_spot, location_name="The overlook", location_address="here")
    assert saved.favorite.location_address == "38.5730,-109.5500"
    again = await traveller.run(save_favorite_spot, location_name="the OVERLOOK", location_address="here", rating=5)
    assert (again.action, again.favorite.id, again.favorite.rating) == ("updated", saved.favorite.id, 5)


async def test_a_favorite_is_saved_once_and_keeps_what_is_not_said_again(new_traveller):
    """R-T1: unique by member, name and address."""
    ann, ben = new_traveller(), new_traveller()
    spot = {"location_name": "Lone Rock Beach", "location_address": "Big Water UT"}
    first = await ann.run(save_favorite_spot, **spot, rating=5, notes="great sunsets")
    assert (first.action, first.favorite.category) == ("created", "general")
    assert first.message == "Saved Lone Rock Beach, Big Water UT with 5 stars."
    second = await ann.run(save_favorite_spot, **spot, category="beach")
    assert (second.action, second.favorite.notes, second.favorite.category) == ("updated", "great sunsets", "beach")
    assert (await ben.run(save_favorite_spot, **spot)).action == "created"
    assert await ann.rows("select count(*) from favorite_locations") == [(1,)]
