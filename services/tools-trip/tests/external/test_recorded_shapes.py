"""The shapes that services answer in, as their documentation shows them: adapters read them, samples have them."""

import json
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from pam_tools_trip.external import Point, Rig
from pam_tools_trip.external.fuel_prices import _newest
from pam_tools_trip.external.place_text import read_place
from pam_tools_trip.external.valhalla import decode
from pam_tools_trip.external.work_zones import read_feed
from pam_tools_trip.samples.sample import Mood, Response
from pam_tools_trip.samples.valhalla import encode

RECORDED = Path(__file__).parent / "recorded"
MOAB, DENVER = Point(38.5733, -109.5498), Point(39.7392, -104.9903)

PATHS = {
    "open-meteo": "/v1/forecast?latitude=38.57&longitude=-109.55&temperature_unit=fahrenheit",
    "open-meteo-geocoding": "/v1/search?name=Moab&count=5",
    "photon": "/api?q=115 West 200 South, Moab, UT",
    "nominatim": "/search?q=Moab&format=jsonv2",
    "osrm": "/route/v1/driving/-109.5498,38.5733;-104.9903,39.7392?overview=simplified&geometries=geojson",
    "wikipedia": "/w/api.php?action=query&list=geosearch&gscoord=38.57|-109.55&gsradius=10000&gslimit=5&format=json",
    "eia": "/v2/petroleum/pri/gnd/data/?facets[duoarea][]=SCA&facets[product][]=EPMR",
    "wzdx": "/resource/69qe-yiui.json?$limit=1",
}
OPTIONAL = {
    # what a service says of some things and not of others, or what nobody needs
    "open-meteo-geocoding": {"admin1_id", "admin2", "country_id"},
    "photon": {"postcode", "county"},
    "nominatim": {"city", "county", "ISO3166-2-lvl4"},
    "eia": {
        "product-name",
        "process",
        "process-name",
        "series",
        "series-description",
        "request",
        "apiVersion",
        "description",
    },
    "nws": {"@context", "@id", "updated"},
    "valhalla": {"original_index", "min_lat", "min_lon", "max_lat", "max_lon"},
    "overpass": {
        "name",
        "power_supply",
        "drinking_water",
        "sanitary_dump_station",
        "internet_access",
        "dog",
        "charge",
        "maxlength",
        "phone",
    },
}


def recorded(name):
    return json.loads((RECORDED / f"{name}.json").read_text())


def lacking(sample, example, path=""):
    """What the example has and the sample has not, or has of another type; of lists, the first item counts."""
    if isinstance(example, dict):
        if not isinstance(sample, dict):
            return [path]
        faults = [f"{path}.{key}" for key in example if key not in sample]
        return faults + [
            fault for key in example if key in sample for fault in lacking(sample[key], example[key], f"{path}.{key}")
        ]
    if isinstance(example, list):
        if not isinstance(sample, list):
            return [path]
        return lacking(sample[0], example[0], f"{path}[]") if sample and example else []
    same = isinstance(sample, type(example)) or {type(sample), type(example)} <= {int, float}
    return [] if same else [path]


@pytest.mark.parametrize("service", PATHS)
async def test_a_sample_has_the_shape_of_the_real_answer(samples, service):
    """R-E2: a stub server of the same shapes."""
    async with httpx.AsyncClient() as http:
        sample = (await http.get(f"{samples.url}/{service}{PATHS[service]}")).json()
    missing = [
        path for path in lacking(sample, recorded(service)) if path.rsplit(".", 1)[-1] not in OPTIONAL.get(service, ())
    ]
    assert not missing


async def test_samples_that_are_asked_by_post_have_it_too(samples):
    """R-E2: Overpass and Valhalla."""
    query = '[out:json];(nwr[tourism~"^(camp_site)$"](around:80000,38.5,-109.5););out center tags 60;'
    route = {"locations": [{"lat": 38.57, "lon": -109.55}, {"lat": 38.68, "lon": -109.42}], "costing": "truck"}
    async with httpx.AsyncClient() as http:
        overpass = (await http.post(f"{samples.url}/overpass/api/interpreter", data={"data": query})).json()
        valhalla = (await http.post(f"{samples.url}/valhalla/route", json=route)).json()
    for service, sample in (("overpass", overpass), ("valhalla", valhalla)):
        missing = [
            path for path in lacking(sample, recorded(service)) if path.rsplit(".", 1)[-1] not in OPTIONAL[service]
        ]
        assert [
            path for path in missing if path not in {".elements[].lat", ".elements[].lon", ".elements[].tags.tourism"}
        ] == []


async def test_sample_warnings_and_feeds_have_it_too(samples):
    """R-E2: the National Weather Service and WZDx."""
    samples.feel("nws", "partial")
    async with httpx.AsyncClient() as http:
        nws = (await http.get(f"{samples.url}/nws/alerts/active", params={"point": "38.57,-109.55"})).json()
        feed = (await http.get(f"{samples.url}/wzdx/feeds/Utah.geojson")).json()
    nws["features"].reverse()  # the complete one first
    missing = [path for path in lacking(nws, recorded("nws")) if path.rsplit(".", 1)[-1] not in OPTIONAL["nws"]]
    assert not missing
    assert not lacking(feed, recorded("wzdx-feed"))


@pytest.fixture
async def recorded_world(open_a_world, samples, monkeypatch):
    """A world that answers, word for word, what was recorded."""

    def word_for_word(mood, sample, request):
        service = next(name for name, asked in reversed(samples.asked) if asked is request)
        if service == "fred":
            return Response((RECORDED / "fred.csv").read_bytes(), content_type="text/csv")
        return Response((RECORDED / f"{service}.json").read_bytes())

    monkeypatch.setattr(samples, "_response", word_for_word)
    samples.moods = dict.fromkeys(samples.moods, Mood.SUCCESS)
    return await open_a_world(eia_api_key="a key")


async def test_adapters_read_what_was_recorded(recorded_world):
    """R-E1: the shapes of section 6, read to the last field that a tool uses."""
    world = recorded_world
    weather = (await world.weather.forecast(MOAB)).value
    assert (weather.timezone, weather.current.condition, weather.days[1].condition) == (
        "America/Denver",
        "partly cloudy",
        "rain",
    )
    assert (weather.days[1].precipitation_probability, weather.days[1].gusts) == (63, 41.2)
    [town] = (await world.geocoder._towns.search(read_place("Moab, UT"), None)).value
    assert (town.label, town.country_code, town.kind, town.population) == ("Moab, Utah", "US", "town", 5235)
    photon, nominatim = world.geocoder._addresses
    [house] = (await photon.search(read_place("115 West 200 South, Moab"), None)).value
    assert (house.label, house.latitude) == ("115 West 200 South, Moab, Utah", 38.5731)
    [city] = (await nominatim.search(read_place("Moab"), None)).value
    assert (city.label, city.longitude, city.kind, city.country_code) == ("Moab, Utah", -109.5462146, "city", "US")
    route = (await world.router.route([MOAB, DENVER])).value
    assert (route.distance_miles, route.duration_hours, route.geometry[0]) == (354.1, 5.93, (38.573349, -109.549794))
    rig = (await world.router.for_rig([MOAB, DENVER], Rig(12, 20_000))).value
    assert (rig.rig.distance_miles, rig.rig.duration_hours, rig.detour_miles) == (12.2, 0.28, 0)


async def test_adapters_read_places_warnings_prices_and_roads_as_recorded(recorded_world):
    """R-E1: the shapes of section 6, read to the last field that a tool uses."""
    world = recorded_world
    parks = (await world.places.rv_parks(MOAB, 20)).value
    full, bare = parks
    assert (full.kind, full.charge, full.charge_currency, full.max_length_ft) == ("rv_park", Decimal(55), "USD", 39.37)
    assert full.amenities == {
        "water": True,
        "electric": True,
        "sewer": True,
        "wifi": True,
        "pet_friendly": True,
        "full_hookup": True,
    }
    assert (bare.name, bare.kind, bare.amenities) == (None, "campground", {"shower": False})
    [alert] = (await world.alerts.active(MOAB)).value.alerts
    assert (alert.event, alert.severity, alert.ends.isoformat()) == (
        "Red Flag Warning",
        "severe",
        "2026-05-13T21:00:00-06:00",
    )
    national = (await world.fuel_prices.average("diesel")).value
    assert (national.price, national.as_of.isoformat(), national.region) == (
        Decimal("5.211"),
        "2026-05-04",
        "United States",
    )
    californian = (await world.fuel_prices.average("regular", "California")).value
    assert (californian.price, californian.region) == (Decimal("5.304"), "California")
    [article] = (await world.wikipedia.near(MOAB)).value
    assert (article.title, article.distance_miles) == ("Moab, Utah", 0.22)


@pytest.mark.unit
def test_a_recorded_feed_of_road_works_is_read():
    """R-E1: WZDx 4.1, and version 3 whose head has another name."""
    content = (RECORDED / "wzdx-feed.json").read_bytes()
    for feed in (content, content.replace(b"feed_info", b"road_event_feed_info")):
        [event] = read_feed(feed)
        assert (event.roads, event.impact, event.latitude) == (["US-191"], "some_lanes_closed", 38.6)
        assert event.restrictions == ["reduced-width 11.0 feet"]


@pytest.mark.unit
def test_a_table_with_the_older_head_is_read():
    """R-E1: FRED renamed its first column."""
    table = (RECORDED / "fred.csv").read_bytes().replace(b"observation_date", b"DATE")
    prices = _newest(table)
    assert prices["regular"].as_of.isoformat() == "2026-05-11"
    assert prices["diesel"].as_of.isoformat() == "2026-05-04"  # the newest that is there, with its own date


@pytest.mark.unit
def test_polylines_are_decoded_as_they_were_encoded():
    """R-E1: Valhalla's shapes have six places."""
    line = [Point(38.573349, -109.549794), Point(39.063871, -108.550682), Point(-0.000001, 0.0), Point(0.0, 179.999999)]
    assert decode(encode(line)) == line
    for broken in ("_p~iF", "\x01"):
        with pytest.raises(ValueError, match="polyline"):
            decode(broken)
