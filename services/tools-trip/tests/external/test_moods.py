"""Every service in every mood: what a tool is told, and that nothing is made up."""

import pytest

from pam_shared.errors import ExternalUnavailableError, NotFoundError
from pam_tools_trip.external import Point, Rig
from pam_tools_trip.external.place_text import read_place

MOAB, DENVER = Point(38.5733, -109.5498), Point(39.7392, -104.9903)
RIG = Rig(height_ft=11, weight_lbs=14_000)

QUESTIONS = {
    "open-meteo": lambda world: world.weather.forecast(MOAB),
    "open-meteo-geocoding": lambda world: world.geocoder._towns.search(read_place("Moab"), None),
    "photon": lambda world: world.geocoder._addresses[0].search(read_place("Moab"), None),
    "nominatim": lambda world: world.geocoder._addresses[1].search(read_place("Moab"), None),
    "osrm": lambda world: world.router.route([MOAB, DENVER]),
    "valhalla": lambda world: world.router.for_rig([MOAB, DENVER], RIG),
    "overpass": lambda world: world.places.rv_parks(MOAB, 50),
    "nws": lambda world: world.alerts.active(MOAB),
    "fred": lambda world: world.fuel_prices.average("diesel"),
    "wzdx": lambda world: world.roads.near(MOAB, 50, ["Utah"]),
    "wikipedia": lambda world: world.wikipedia.near(MOAB),
}
CODES = {
    "bad_request": "refused",
    "throttled": "throttled",
    "throttled_silently": "throttled",
    "slow": "timeout",
    "cut": "unreachable",
    "malformed": "malformed",
    "mistyped": "malformed",
    "down": "server_fault",
}
SAYS_OTHERWISE = {
    ("wikipedia", "bad_request"): "malformed",  # its refusals have status 200
}
HAS_NO_NUMBERS = {("nws", "mistyped"), ("wzdx", "mistyped")}


@pytest.mark.parametrize("service", QUESTIONS)
async def test_a_good_answer_is_live_and_marked_as_a_sample(world, service):
    """R-E2: data from the sample server is always marked; R-E1: it says where it is from and when it was asked."""
    found = await QUESTIONS[service](world)
    assert (found.kind, found.sample, found.partial) == ("live", True, False)
    assert found.source
    again = await QUESTIONS[service](world)
    assert (again.value, again.kind, again.as_of) == (found.value, "cached", found.as_of)
    assert again.sample


@pytest.mark.parametrize("mood", CODES)
@pytest.mark.parametrize("service", QUESTIONS)
async def test_a_service_in_a_bad_mood_is_unavailable_and_nothing_else(world, samples, service, mood):
    """R-E1: refused, throttled, slow, cut off, unreadable, down: an error of its own kind, with a sentence."""
    if (service, mood) in HAS_NO_NUMBERS:
        pytest.skip("its answer holds no numbers")
    samples.feel(service, mood)
    with pytest.raises(ExternalUnavailableError) as told:
        await QUESTIONS[service](world)
    assert told.value.problem.code == SAYS_OTHERWISE.get((service, mood), CODES[mood])
    assert told.value.problem.category == "external"
    assert str(told.value).endswith(".")


@pytest.mark.parametrize("mood", set(CODES) - {"mistyped"})
@pytest.mark.parametrize("service", QUESTIONS)
async def test_an_old_answer_stands_in_for_a_service_in_a_bad_mood(world, samples, service, mood):
    """R-E1: stale up to 24 hours, with its age, still marked as the sample it is."""
    first = await QUESTIONS[service](world)
    moved = 86_000 if service not in {"osrm", "valhalla", "overpass", "wikipedia"} else 2 * 86_000
    moved = moved if service not in {"photon", "nominatim", "open-meteo-geocoding"} else 7.5 * 86_400
    clock = cache_of(world)
    clock._clock = lambda now=clock._clock: now() + moved
    samples.feel(service, mood)
    stale = await QUESTIONS[service](world)
    if service == "wzdx":
        assert stale.kind == "stale"
        return
    assert (stale.value, stale.kind, stale.as_of, stale.sample) == (first.value, "stale", first.as_of, True)


async def test_nothing_there_is_an_answer(world, samples):
    """R-T5: "no results" is not "not available"."""
    for service in QUESTIONS:
        samples.feel(service, "empty")
    assert (await world.weather.forecast(MOAB)).value.days == []
    assert (await world.places.rv_parks(MOAB, 50)).value == []
    assert (await world.places.restrictions_along([MOAB, DENVER])).value == []
    assert (await world.wikipedia.near(MOAB)).value == []
    assert (await world.alerts.active(MOAB)).value.alerts == []
    assert (await world.alerts.active(MOAB)).value.covered
    assert not (await world.roads.near(MOAB, 50, ["Utah"])).value.covered
    assert (await world.geocoder.candidates("Moab")).value == []
    with pytest.raises(NotFoundError, match="no place called 'Moab'"):
        await world.geocoder.locate("Moab")
    with pytest.raises(NotFoundError, match="No road leads there"):
        await world.router.route([MOAB, DENVER])
    with pytest.raises(NotFoundError, match="No road leads there"):
        await world.router.for_rig([MOAB, DENVER], RIG)


async def test_a_table_without_prices_is_no_price(world, samples):
    """R-E2: nothing is ever invented silently."""
    samples.feel("fred", "empty")
    with pytest.raises(ExternalUnavailableError):
        await world.fuel_prices.average("regular")


async def test_half_an_answer_is_used_and_said_to_be_half(world, samples):
    """R-T5: partial success is flagged; the next one who asks gets a new try."""
    samples.feel("overpass", "partial")
    found = await world.places.rv_parks(MOAB, 50)
    assert found.partial
    assert {poi.name is None for poi in found.value} == {True, False}
    samples.feel("overpass", "success")
    whole = await world.places.rv_parks(MOAB, 50)
    assert (whole.kind, whole.partial) == ("live", False)
    assert len(whole.value) > len(found.value)


async def test_what_a_service_leaves_out_is_unknown(world, samples):
    """R-E2: gaps stay gaps."""
    for service in QUESTIONS:
        samples.feel(service, "partial")
    weather = (await world.weather.forecast(MOAB)).value
    assert weather.current is None
    assert {day.precipitation_probability for day in weather.days} == {None}
    alerts = (await world.alerts.active(MOAB)).value.alerts
    assert [alert.severity for alert in alerts] == ["severe", "unknown"]  # the gravest first, the test message left out
    assert (await world.fuel_prices.average("regular")).value.price > 0
    roads = await world.roads.near(MOAB, 500, ["Utah"])
    assert len(roads.value.events) == 1
    town = (await world.geocoder._towns.search(read_place("Moab"), None)).value[0]
    assert (town.state, town.population) == (None, None)


def cache_of(world):
    return world.weather._source.cache
