"""Routes, rigs, the map, road works and prices."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from pam_shared.clock import utc_now
from pam_shared.errors import ExternalUnavailableError, InvalidRequestError, NotFoundError
from pam_tools_trip.external import Point, Rig, miles_between, miles_to_line, spaced_along
from pam_tools_trip.external.geography import miles_along
from pam_tools_trip.external.osm_queries import SIGHTS, SYNONYMS, sights
from pam_tools_trip.external.osm_values import charge, feet, pounds, said
from pam_tools_trip.external.roads import _may_be_read

MOAB, DENVER = Point(38.5733, -109.5498), Point(39.7392, -104.9903)
GRAND_JUNCTION, SALT_LAKE = Point(39.0639, -108.5506), Point(40.7608, -111.8910)
HONOLULU = Point(21.3069, -157.8583)


@pytest.mark.unit
def test_miles_are_great_circles():
    """R-E1: Moab to Denver is 257 miles for a bird."""
    assert round(miles_between(MOAB, DENVER)) == 257
    assert miles_between(MOAB, MOAB) == 0
    assert round(miles_between(Point(0, 179), Point(0, -179))) == 138


@pytest.mark.unit
def test_a_point_is_as_far_from_a_line_as_from_its_nearest_stretch():
    """R-E1: beside a way means beside its stretches, not only its corners."""
    line = [Point(39, -110), Point(39, -108)]
    assert miles_to_line(Point(39.1, -109), line) == pytest.approx(6.9, abs=0.1)
    assert miles_to_line(Point(39, -107), line) == pytest.approx(miles_between(Point(39, -107), line[1]), rel=0.01)
    assert miles_to_line(MOAB, [DENVER]) == miles_between(MOAB, DENVER)
    assert miles_along(line, Point(39.2, -108.1)) == pytest.approx(miles_between(*line))


@pytest.mark.unit
def test_spaced_corners_keep_the_ends():
    """R-E1: a long way is asked about at some of its corners."""
    line = [Point(30 + number / 100, -100) for number in range(500)]
    some = spaced_along(line, 60)
    assert (len(some), some[0], some[-1]) == (60, line[0], line[-1])
    assert spaced_along(line[:3], 60) == line[:3]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("written", "means"),
    [("13'6\"", 13.5), ("13'", 13.0), ("4.1", 13.45), ("4 m", 13.12), ("12 ft", 12.0), ("default", None), (None, None)],
)
def test_heights_are_read_as_volunteers_write_them(written, means):
    """R-E1: feet and inches, or metres."""
    assert feet(written) == means


@pytest.mark.unit
@pytest.mark.parametrize(
    ("written", "means"),
    [("10", 22046), ("10 t", 22046), ("5 st", 10_000), ("20000 lbs", 20_000), ("3500 kg", 7716), ("none", None)],
)
def test_weights_are_read_as_volunteers_write_them(written, means):
    """R-E1: tonnes, short tons or pounds."""
    assert pounds(written) == means


@pytest.mark.unit
@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("35 USD", (Decimal(35), "USD")),
        ("$42.50", (Decimal("42.50"), "USD")),
        ("30 CAD/night", (Decimal(30), "CAD")),
        ("ask", None),
        (None, None),
    ],
)
def test_prices_are_read_as_volunteers_write_them(written, means):
    """R-D4: money is Decimal; what is no price is none."""
    assert charge(written) == means


@pytest.mark.unit
def test_what_nobody_wrote_down_is_unknown():
    """R-E2: a missing tag is unknown, not no."""
    assert said({"shower": "yes"}, "shower") is True
    assert said({"shower": "no"}, "shower") is False
    assert said({}, "shower") is None
    assert said({"power_supply": "30"}, "power_supply") is True


@pytest.mark.unit
def test_kinds_of_sights_have_many_names_and_no_unknown_one_is_dropped_silently():
    """R-T3: the refusal lists what can be asked for."""
    assert sights(["Museums", "art"]) == list(SIGHTS["museum"])
    assert set(SYNONYMS.values()) <= set(SIGHTS)
    with pytest.raises(InvalidRequestError, match="categories: 'casinos' is none we look for; choose among attraction"):
        sights(["casinos"])


async def test_a_route_is_longer_than_a_bird_flies_and_its_legs_add_up(world):
    """R-E1: routing."""
    route = (await world.router.route([MOAB, GRAND_JUNCTION, DENVER])).value
    assert route.distance_miles > miles_between(MOAB, DENVER)
    assert sum(leg.distance_miles for leg in route.legs) == pytest.approx(route.distance_miles, abs=0.2)
    assert sum(leg.duration_hours for leg in route.legs) == pytest.approx(route.duration_hours, abs=0.02)
    assert (len(route.legs), route.geometry[0], route.geometry[-1]) == (2, MOAB, DENVER)


async def test_the_best_order_keeps_the_ends_and_is_no_longer_than_the_given_one(world):
    """R-E1: the order of stops."""
    points = [MOAB, DENVER, GRAND_JUNCTION, SALT_LAKE]
    ordered = (await world.router.best_order(points)).value
    assert ordered.order == [0, 2, 1, 3]
    assert ordered.route.distance_miles < (await world.router.route(points)).value.distance_miles


async def test_no_road_leads_over_the_sea(world):
    """R-T5: that is an answer, not a failure."""
    for asked in (world.router.route([MOAB, HONOLULU]), world.router.best_order([MOAB, DENVER, HONOLULU])):
        with pytest.raises(NotFoundError, match="No road leads there"):
            await asked


async def test_a_rig_may_have_to_go_another_way_or_none(world):
    """R-E1: Valhalla with height, weight and length: a longer way means a restriction."""
    low = (await world.router.for_rig([MOAB, DENVER], Rig(11, 12_000, 25))).value
    assert low.detour_miles == 0
    tall = (await world.router.for_rig([MOAB, DENVER], Rig(13.5, 20_000, 40))).value
    assert tall.detour_miles > 0
    assert tall.rig.duration_hours > tall.car.duration_hours
    too_tall = (await world.router.for_rig([MOAB, DENVER], Rig(16, 20_000))).value
    assert (too_tall.rig, too_tall.detour_miles) == (None, None)


async def test_the_rigs_size_travels_in_metres_and_tonnes(world, samples):
    """R-E1: feet times 0.3048, pounds by 2204.62."""
    await world.router.for_rig([MOAB, DENVER], Rig(13.5, 22_046.2, 40))
    asked = [request.body for name, request in samples.asked if b"truck" in request.body]
    assert len(asked) == 1
    for part in (b'"height":4.11', b'"weight":10.0', b'"length":12.19', b'"units":"miles"'):
        assert part in asked[0].replace(b" ", b"")


async def test_what_is_too_far_for_one_question_is_refused_with_the_way_to_ask(world, samples, monkeypatch):
    """R-T3: Valhalla's limit of distance is the caller's to mend."""
    from pam_tools_trip.samples import valhalla
    from pam_tools_trip.samples.sample import Mood, told

    monkeypatch.setitem(valhalla.REFUSAL, "error_code", 154)
    monkeypatch.setattr(samples, "_response", lambda *_: told(valhalla.REFUSAL, 400))
    samples.moods["valhalla"] = Mood.BAD_REQUEST
    with pytest.raises(InvalidRequestError, match="ask about each part"):
        await world.router.for_rig([MOAB, DENVER], Rig(13, 20_000))


async def test_places_are_the_same_whoever_asks_and_nearest_first(world):
    """R-E2: deterministic by place."""
    here = (await world.places.rv_parks(MOAB, 40)).value
    beside = (await world.places.rv_parks(Point(38.60, -109.50), 40)).value
    assert [poi.distance_miles for poi in here] == sorted(poi.distance_miles for poi in here)
    assert all(poi.distance_miles <= 40 for poi in here)
    assert {poi.id for poi in here if poi.distance_miles < 30} <= {poi.id for poi in beside}
    assert {poi.kind for poi in here} == {"rv_park", "campground"}


async def test_a_full_hookup_is_water_electricity_and_sewer(world):
    """R-E1: the mapping of section 6, with what is unknown left out."""
    parks = (await world.places.rv_parks(MOAB, 100)).value
    hookups = ("water", "electric", "sewer")
    for park in parks:
        known = [park.amenities.get(one) for one in hookups]
        expected = True if all(known) else False if False in known else None
        assert park.amenities.get("full_hookup") is expected
    assert {park.amenities.get("full_hookup") for park in parks} == {True, False, None}


async def test_fuel_along_a_way_comes_in_its_order(world):
    """R-E1: stations beside a route."""
    line = (await world.router.route([MOAB, DENVER])).value.geometry
    found = (await world.places.fuel_stations_along(line, 5)).value
    assert found
    assert [poi.distance_miles for poi in found] == sorted(poi.distance_miles for poi in found)
    assert all(miles_to_line(poi.point, line) <= 5.5 for poi in found)


async def test_signs_along_a_way_come_in_feet_and_pounds_in_its_order(world):
    """R-E1: maxheight and maxweight near the route; of a long way only some corners, and it is said."""
    line = (await world.router.route([MOAB, DENVER])).value.geometry
    found = await world.places.restrictions_along(line)
    assert {sign.type for sign in found.value} >= {"height", "weight"}
    assert all(10 < sign.limit < 18 for sign in found.value if sign.type == "height")
    assert [miles_along(line, sign.point) for sign in found.value] == sorted(
        miles_along(line, sign.point) for sign in found.value
    )
    assert not found.partial
    assert (await world.places.restrictions_along([Point(35 + n / 50, -100) for n in range(90)])).partial


async def test_sights_are_of_the_kinds_asked_for(world):
    """R-E1: attractions by category."""
    museums = (await world.places.attractions(MOAB, 150, ["museums"])).value
    assert {poi.kind for poi in museums} == {"museum"}
    anything = (await world.places.attractions(MOAB, 60)).value
    assert "Arches National Park" in {poi.name for poi in anything}
    assert {"viewpoint", "national_park"} <= {poi.kind for poi in anything}


async def test_road_works_are_those_nearby_that_are_not_over(world):
    """R-E1: WZDx by state."""
    report = await world.roads.near(MOAB, 60, ["Utah"])
    assert report.value.covered
    assert report.value.feeds == ["Utah DOT (sample)"]
    assert all(miles_between(MOAB, event.point) <= 60 for event in report.value.events)
    line = (await world.router.route([MOAB, DENVER])).value.geometry
    along = (await world.roads.along(line, 15, ["Utah", "Colorado"])).value
    assert along.feeds == ["Colorado DOT (sample)", "Utah DOT (sample)"]


async def test_road_works_that_are_over_are_left_out(world, monkeypatch):
    """R-E2: a feed forgets to take its events back; the calendar does not."""
    from pam_tools_trip.external import roads

    assert (await world.roads.near(MOAB, 60, ["Utah"])).value.events
    monkeypatch.setattr(roads, "utc_now", lambda: utc_now() + timedelta(days=90))
    report = (await world.roads.near(MOAB, 60, ["Utah"])).value
    assert (report.events, report.covered) == ([], True)


async def test_a_state_without_a_feed_is_unknown_not_clear(world):
    """R-E2: closures without coverage are unknown."""
    assert not (await world.roads.near(Point(41.14, -100.76), 60, ["Nebraska"])).value.covered


async def test_a_feed_that_takes_long_is_left_out_and_there_for_the_next_who_asks(world, samples, monkeypatch):
    """R-E1: feeds are large: nobody waits for them to the end, and they are read once."""
    from pam_tools_trip.external import roads

    monkeypatch.setattr(roads, "WAIT_FOR_FEEDS", 0.1)
    arrived = asyncio.Event()
    answer = samples._in_mood

    async def late(mood, sample, request):
        if request.path.startswith("/feeds/"):
            await arrived.wait()
        return await answer(mood, sample, request)

    monkeypatch.setattr(samples, "_in_mood", late)
    first = await world.roads.near(MOAB, 60, ["Utah"])
    assert (first.partial, first.value.covered) == (True, False)
    assert (await world.roads.near(MOAB, 60, ["Utah"])).partial
    arrived.set()
    await asyncio.sleep(0.2)
    later = await world.roads.near(MOAB, 60, ["Utah"])
    assert (later.partial, later.value.covered) == (False, True)
    assert samples.count("wzdx", "/feeds/") == 1


async def test_a_feed_of_nonsense_is_left_out(world, samples):
    """R-T5: partial success is flagged."""
    samples.feel("wzdx", "mistyped")
    report = await world.roads.near(MOAB, 60, ["Utah"])
    assert (report.partial, report.value.covered) == (True, False)


async def test_the_registry_cannot_send_us_into_the_house(world):
    """R-S9: what an outsider says we should connect to is public, encrypted and a name."""
    registry = world.roads._registry.service
    assert _may_be_read("https://udot.example.com/wzdx.geojson", registry)
    assert _may_be_read(f"{registry.url}/feeds/Utah.geojson", registry)
    for url in (
        "http://udot.example.com/feed",
        "https://127.0.0.1/feed",
        "https://169.254.169.254/latest",
        "https://[::1]/feed",
        "https://postgres/feed",
        "file:///etc/passwd",
        "https://[",
        "",
    ):
        assert not _may_be_read(url, registry), url


async def test_a_feed_whose_address_is_none_is_left_out(world):
    """R-T5: one bad row of the registry spoils nothing."""
    bad = world.roads._feed_service("Nowhere DOT", "https://exa mple.com:99999/feed")
    with pytest.raises(ExternalUnavailableError):
        await bad.ask("", lambda answer: answer)


async def test_prices_have_a_date_and_a_region(open_a_world, samples):
    """R-E1: weekly means; by region with a key, and the nation's when the region's cannot be had."""
    national = (await (await open_a_world()).fuel_prices.average("diesel", "California")).value
    assert (national.region, national.price > 2) == ("United States", True)
    world = await open_a_world(eia_api_key="a key")
    assert (await world.fuel_prices.average("regular", "California")).value.region == "California"
    for mood, state in (("down", "Utah"), ("empty", "Texas"), ("mistyped", "Ohio")):
        samples.feel("eia", mood)
        found = await world.fuel_prices.average("premium", state)
        assert found.value.region == "United States"


async def test_a_page_that_is_too_large_is_not_read_to_its_end(world, samples, monkeypatch):
    """R-L3: no answer fills the memory."""
    from pam_tools_trip.external import client

    monkeypatch.setattr(client.Service.ask, "__kwdefaults__", {**client.Service.ask.__kwdefaults__, "most_bytes": 100})
    with pytest.raises(ExternalUnavailableError) as told:
        await world.weather.forecast(MOAB)
    assert told.value.problem.code == "too_large"


async def test_weather_comes_in_either_units_for_as_many_days(world, samples):
    """R-E1: one request for all points of a route, sixteen days at most."""
    imperial = (await world.weather.forecast(MOAB, days=3)).value
    metric = (await world.weather.forecast(MOAB, days=3, units="metric")).value
    assert len(imperial.days) == 3
    assert metric.days[0].high == pytest.approx((imperial.days[0].high - 32) / 1.8, abs=0.1)
    assert metric.days[0].wind_speed == pytest.approx(imperial.days[0].wind_speed * 1.609, abs=0.1)
    samples.asked.clear()
    route = (await world.weather.forecasts([MOAB, GRAND_JUNCTION, DENVER], days=16)).value
    assert [len(forecast.days) for forecast in route] == [16, 16, 16]
    assert samples.count("open-meteo") == 1


async def test_warnings_are_known_in_the_us_alone(world, samples):
    """R-E1: elsewhere they are unknown, not absent; another country's place asks nobody."""
    toronto = Point(43.6532, -79.3832)
    assert not (await world.alerts.active(toronto)).value.covered
    samples.asked.clear()
    assert not (await world.alerts.active(Point(51.0447, -114.0719), "CA")).value.covered
    assert not samples.asked


async def test_the_sample_server_refuses_what_the_real_one_would(samples):
    """R-E2: each in its own words."""
    async with httpx.AsyncClient(base_url=samples.url) as http:
        weather = await http.get("/open-meteo/v1/forecast")
        assert (weather.status_code, weather.json()["error"]) == (400, True)
        route = await http.get("/osrm/route/v1/driving/nonsense")
        assert (route.status_code, route.json()["code"]) == (400, "InvalidQuery")
        assert (await http.get("/unheard-of/")).status_code == 404
