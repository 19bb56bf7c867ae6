"""Names of places: what members write, which of several is meant, and who is asked."""

import pytest

from pam_shared.errors import ExternalUnavailableError, InvalidRequestError, NotFoundError
from pam_tools_trip.external import Point
from pam_tools_trip.external.place_text import PlaceText, coordinates, read_place

MOAB = Point(38.5733, -109.5498)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "name", "regions"),
    [
        ("Moab, UT", "Moab", ("Utah",)),
        ("moab ut", "moab", ("Utah",)),
        ("Austin, TX, USA", "Austin", ("Texas", "United States")),
        ("Moab, UT 84532", "Moab", ("Utah",)),
        ("Vancouver, BC", "Vancouver", ("British Columbia",)),
        ("Paris, France", "Paris", ("France",)),
        ("  Lake   Havasu City ,AZ ", "Lake Havasu City", ("Arizona",)),
        ("Yellowstone", "Yellowstone", ()),
        ("115 West 200 South, Moab, UT", "115 West 200 South, Moab, UT", ("Utah",)),
    ],
)
def test_a_place_is_split_into_its_name_and_its_regions(text, name, regions):
    """R-E1: Open-Meteo does not understand "Austin, TX"."""
    assert read_place(text) == PlaceText(" ".join(text.split()), name, regions)


@pytest.mark.unit
@pytest.mark.parametrize("text", ["38.57,-109.55", " 38.57 , -109.55 ", "38.57°; -109.55°", "+38.57,-109.55"])
def test_coordinates_are_understood(text):
    """R-E1: lat,lon needs nobody's help."""
    assert coordinates(text) == Point(38.57, -109.55)


@pytest.mark.unit
@pytest.mark.parametrize("text", ["Moab", "84532", "Route 66, Arizona", "12 Elm, Moab", "1.2.3,4"])
def test_other_text_is_not_coordinates(text):
    """R-E1: a number alone is a zip code, not a latitude."""
    assert coordinates(text) is None


@pytest.mark.unit
@pytest.mark.parametrize("text", ["-109.55,38.57", "91,0", "0,181"])
def test_coordinates_beyond_the_earth_are_refused_with_the_way_to_mend_them(text):
    """R-D5: valid ranges."""
    with pytest.raises(InvalidRequestError, match="first the latitude"):
        coordinates(text)


@pytest.mark.unit
@pytest.mark.parametrize("text", ["", " , ", "x"])
def test_no_name_is_no_place(text):
    """R-T3: said before anybody is asked."""
    with pytest.raises(InvalidRequestError, match="name a town"):
        read_place(text)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Yellowstone", "Yellowstone National Park, Wyoming"),
        ("Moab, UT", "Moab, Utah"),
        ("Quartzsite", "Quartzsite, Arizona"),
        ("Springfield, OR", "Springfield, Oregon"),
        ("Vancouver, WA", "Vancouver, Washington"),
        ("Vancouver, Canada", "Vancouver, British Columbia, Canada"),
        ("Santa Fe, NM", "Santa Fe, New Mexico"),
        ("Puerto Penasco, Mexico", "Puerto Peñasco, Sonora, Mexico"),
        ("Going-to-the-Sun Road", "Going-to-the-Sun Road, Montana"),
    ],
)
async def test_towns_parks_and_roads_are_found_by_name_and_state(world, text, label):
    """R-E1: geocoding."""
    assert (await world.geocoder.locate(text)).value.place.label == label


async def test_a_name_that_several_places_have_is_told(world):
    """R-E1: the largest is taken, and the member hears of the others that may have been meant."""
    match = (await world.geocoder.locate("Springfield")).value
    assert match.place.label == "Springfield, Missouri"
    assert [place.state for place in match.others] == ["Massachusetts", "Illinois", "Oregon"]
    assert match.ambiguous
    assert not (await world.geocoder.locate("Austin")).value.ambiguous  # its namesake is forty times smaller
    near_salem = Point(44.94, -123.03)
    assert (await world.geocoder.locate("Springfield", near=near_salem)).value.place.state == "Oregon"


async def test_an_address_is_found_by_those_who_know_addresses(world, samples):
    """R-E1: Photon and Nominatim for addresses."""
    found = await world.geocoder.locate("115 West 200 South, Moab, UT")
    assert (found.value.place.kind, found.value.place.state) == ("house", "Utah")
    assert samples.count("open-meteo-geocoding") == 0
    samples.feel("photon", "down")
    other = await world.geocoder.locate("12 Center Street, Moab, UT")
    assert other.source == "Nominatim (OpenStreetMap)"


async def test_coordinates_ask_nobody(world, samples):
    """R-E1: lat,lon is understood without any request."""
    found = await world.geocoder.locate("38.5733, -109.5498")
    assert found.value.place.point == MOAB
    assert not found.sample
    assert not samples.asked


async def test_a_town_nobody_has_heard_of_is_not_found(world, samples):
    """R-T5: after asking everybody; the sentence says what to do."""
    with pytest.raises(NotFoundError, match="add its state or country, or give coordinates"):
        await world.geocoder.locate("Nowhereville, UT")
    assert {name for name, _ in samples.asked} == {"open-meteo-geocoding", "photon", "nominatim"}


async def test_that_nobody_knows_it_is_said_only_when_everybody_was_asked(world, samples):
    """R-T5: "not there" and "not available" are two outcomes."""
    samples.feel("nominatim", "down")
    with pytest.raises(ExternalUnavailableError):
        await world.geocoder.locate("Nowhereville, UT")
    assert (await world.geocoder.locate("Moab, UT")).value.place.name == "Moab"


async def test_the_others_stand_in_for_a_gazetteer_that_is_away(world, samples):
    """R-E1: partial failure is not failure."""
    samples.feel("open-meteo-geocoding", "throttled")
    assert (await world.geocoder.locate("Moab, UT")).source == "Photon (OpenStreetMap)"
    samples.feel("photon", "malformed")
    assert (await world.geocoder.locate("Bend, OR")).source == "Nominatim (OpenStreetMap)"


async def test_a_point_has_a_name(world, samples):
    """R-E1: reverse geocoding, by either service."""
    assert (await world.geocoder.name_of(MOAB)).value.label == "Moab, Utah"
    samples.feel("photon", "down")
    found = await world.geocoder.name_of(Point(44.06, -121.31))
    assert (found.value.label, found.source) == ("Bend, Oregon", "Nominatim (OpenStreetMap)")
    samples.feel("nominatim", "empty")
    assert (await world.geocoder.name_of(Point(0, -150))).value is None
