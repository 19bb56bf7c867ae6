"""Where to stay, to fill up and what to see: the map and our own lists, what is known and what is not."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from pam_shared.errors import (
    ConflictError,
    ExternalUnavailableError,
    InvalidRequestError,
    NotFoundError,
    NotPermittedError,
)
from pam_tools_trip.external import Article, Poi
from pam_tools_trip.tools.find_attractions import find_attractions
from pam_tools_trip.tools.find_cheap_gas import find_cheap_gas
from pam_tools_trip.tools.find_rv_parks import find_rv_parks
from pam_tools_trip.tools.log_fuel import log_fuel
from pam_tools_trip.tools.manage_fuel_stations import manage_fuel_stations

NOWHERE = "00000000-0000-0000-0000-000000000001"


def poi(name, miles=1.0, kind="rv_park", latitude=38.6, **about):
    return Poi(
        id=f"node/{name}", name=name, kind=kind, latitude=latitude, longitude=-109.55, distance_miles=miles, **about
    )


@pytest.fixture
async def lists(administrator):
    """Write into the lists everybody reads, as an operator does; each test near another place."""
    await administrator.execute("set search_path to trip")

    async def write(table, **row):
        columns = ", ".join(row)
        values = ", ".join(f"${number}" for number in range(1, len(row) + 1))
        return await administrator.fetchval(
            f"insert into {table} ({columns}) values ({values}) returning id", *row.values()
        )

    yield write
    await administrator.execute("truncate camping_locations, local_events, offroad_routes")


async def test_a_site_must_have_what_is_asked_for_unless_nobody_knows(new_traveller):
    """R-T1: a missing tag is unknown, not "no"; those known to have all come first."""
    parks = [
        poi("No sewer", 1, amenities={"electric": True, "sewer": False}),
        poi("Unknown sewer", 2, amenities={"electric": True}),
        poi("Full", 9, amenities={"electric": True, "sewer": True}, charge=Decimal(40), charge_currency="USD"),
        poi(None, 1),
    ]
    traveller = new_traveller(pois={"rv_parks": parks})
    result = await traveller.run(find_rv_parks, location="Moab, UT", amenities=["electric", "sewer"])
    assert [park.name for park in result.parks] == ["Full", "Unknown sewer"]
    assert [park.amenities_unknown for park in result.parks] == [[], ["sewer"]]
    assert "Full (9 miles, $40.00 a night); Unknown sewer (2 miles, price unknown, ask about sewer)." in result.message


async def test_a_price_or_a_length_rules_out_only_where_it_is_known(new_traveller):
    """R-T1: "nothing over $45", "with a 38 foot rig"."""
    parks = [
        poi("Dear", 1, charge=Decimal(60), charge_currency="USD"),
        poi("Pesos", 2, charge=Decimal(600), charge_currency="MXN"),
        poi("Short", 3, max_length_ft=30.0),
        poi("Fits", 4, charge=Decimal(45), charge_currency="USD", max_length_ft=40.0),
    ]
    traveller = new_traveller(pois={"rv_parks": parks})
    traveller.owns(name="Bertha", length_ft=38)
    result = await traveller.run(find_rv_parks, location="Moab, UT", max_price=45)
    assert [park.name for park in result.parks] == ["Fits", "Pesos"], "what nobody priced comes last"
    assert result.parks[1].price_per_night is None
    assert "for 38 feet" in result.message


async def test_ten_are_listed_and_all_are_counted(new_traveller):
    """R-T1: the nearest first."""
    traveller = new_traveller(pois={"rv_parks": [poi(f"P{n}", 20 - n) for n in range(15)]})
    result = await traveller.run(find_rv_parks, location="Moab, UT")
    assert (len(result.parks), result.parks_found, result.parks[0].name) == (10, 15, "P14")


async def test_our_own_campgrounds_are_in_the_list_once_and_sample_ones_say_so(new_traveller, lists):
    """R-E2: what is in both lists is told from ours."""
    await lists(
        "camping_locations", name="Slickrock", latitude=38.601, longitude=-109.551, price_per_night=Decimal(52),
        amenities=["electric", "water"], rating=Decimal("4.5"), sample=True,
    )  # fmt: skip
    await lists("camping_locations", name="Far away", latitude=44.0, longitude=-109.5)
    traveller = new_traveller(pois={"rv_parks": [poi("slickrock", 1.9), poi("Other", 5)]})
    reply = await traveller.reply(find_rv_parks, location="Moab, UT")
    assert [(park["name"], park["price_per_night"]) for park in reply.data["parks"]] == [
        ("Slickrock", "52.00"),
        ("Other", None),
    ]
    assert any(source.sample for source in reply.sources)
    traveller.world.away.add("rv_parks")
    alone = await traveller.reply(find_rv_parks, location="Moab, UT")
    assert (alone.partial, [park["name"] for park in alone.data["parks"]]) == (True, ["Slickrock"])


async def test_nothing_to_stay_at_says_what_to_try(traveller):
    """R-T5: no results."""
    reply = await traveller.reply(find_rv_parks, location="Moab, UT", radius_miles=5)
    assert reply.outcome == "no_results"
    assert "Try a wider radius" in reply.message


async def test_sights_are_told_with_what_is_known_of_them(new_traveller, lists):
    """R-T1: the map, the encyclopedia, our own events and routes."""
    await lists(
        "local_events",
        event_name="Rodeo",
        latitude=38.58,
        longitude=-109.55,
        start_date=date(2026, 5, 20),
        is_free=True,
    )
    await lists("local_events", event_name="Over", latitude=38.58, longitude=-109.55, start_date=date(2026, 5, 1))
    await lists(
        "offroad_routes", route_name="Fins and Things", latitude=38.57, longitude=-109.5, difficulty_level="hard"
    )
    museum = poi("Moab Museum", 0.2, "museum", fee=True, charge=Decimal(10), charge_currency="USD")
    article = Article(
        title="Moab museum", latitude=38.57, longitude=-109.5, distance_miles=0.2, url="https://w/Moab_museum"
    )
    traveller = new_traveller(
        pois={"attractions": [museum, poi("Park", 3, "park", fee=False)]}, articles_near=[article]
    )
    result = await traveller.run(find_attractions, location="Moab, UT")
    found = {item.name: item for item in result.attractions}
    assert list(found) == ["Moab Museum", "Rodeo", "Fins and Things", "Park"]
    assert (found["Moab Museum"].admission_fee, found["Moab Museum"].website) == (10, "https://w/Moab_museum")
    assert (found["Park"].admission_fee, found["Rodeo"].admission_fee) == (0, 0)
    only = await traveller.run(find_attractions, location="Moab, UT", categories=["events"])
    assert "Rodeo" in [item.name for item in only.attractions]
    assert "Fins and Things" not in [item.name for item in only.attractions]


async def test_without_the_map_the_encyclopedia_is_told(new_traveller):
    """R-E1: partial."""
    article = Article(title="Arches", latitude=38.57, longitude=-109.5, distance_miles=4.0, url="https://w/Arches")
    traveller = new_traveller(away={"attractions"}, articles_near=[article])
    reply = await traveller.reply(find_attractions, location="Moab, UT")
    assert (reply.partial, [item["name"] for item in reply.data["attractions"]]) == (True, ["Arches"])


async def test_nothing_to_see_says_what_to_try(traveller):
    """R-T5: no results."""
    reply = await traveller.reply(find_attractions, location="Denver, CO", categories=["museum", "zoo"])
    assert reply.outcome == "no_results"
    assert reply.message.startswith("I found no museum or zoo within 50 miles of Denver, Colorado.")


async def test_only_administrators_change_stations(traveller, administrator_of_stations):
    """R-S4: searching is for everybody."""
    shell = {"station_name": f"Shell {traveller.bench.identity.user}", "latitude": 38.5, "longitude": -109.5}
    with pytest.raises(NotPermittedError, match="Only administrators"):
        await traveller.run(manage_fuel_stations, action="create", data=shell)
    created = await administrator_of_stations.run(
        manage_fuel_stations, action="create", data=shell | {"diesel_price": 3.999, "rv_friendly": True}
    )
    assert created.station.prices_as_of == "2026-05-13"
    found = await traveller.run(manage_fuel_stations, action="search", location="Moab, UT", data={"rv_friendly": True})
    assert created.station.id in {item.id for item in found.stations}
    for change in (
        {"action": "update", "data": {"brand": "X"}},
        {"action": "update_prices", "data": {"diesel_price": 1}},
    ):
        with pytest.raises(NotPermittedError):
            await traveller.run(manage_fuel_stations, station_id=created.station.id, **change)
    with pytest.raises(ConflictError, match="already: update it instead"):
        await administrator_of_stations.run(manage_fuel_stations, action="create", data=shell)


async def test_a_change_keeps_what_is_not_said(administrator_of_stations):
    """R-T1: and prices have the day they were told."""
    boss = administrator_of_stations
    name = f"Love's {boss.bench.identity.user}"
    made = (
        await boss.run(manage_fuel_stations, action="create", location="Vail, CO", data={"station_name": name})
    ).station
    assert (made.latitude, made.prices_as_of) == (39.640, None)
    priced = await boss.run(
        manage_fuel_stations,
        action="update_prices",
        station_id=made.id,
        data={"regular_price": 3.5, "brand": "ignored"},
    )
    assert (priced.station.regular_price, priced.station.brand) == (Decimal("3.500"), None)
    changed = await boss.run(manage_fuel_stations, action="update", station_id=made.id, data={"brand": "Love's"})
    assert (changed.station.brand, changed.station.regular_price) == ("Love's", Decimal("3.500"))


@pytest.mark.parametrize(
    ("arguments", "error", "named"),
    [
        ({"action": "create", "data": {"latitude": 1, "longitude": 1}}, InvalidRequestError, "data.station_name"),
        ({"action": "create", "data": {"station_name": "A"}}, InvalidRequestError, "latitude and longitude"),
        ({"action": "update", "data": {}}, InvalidRequestError, "station_id"),
        ({"action": "update_prices", "station_id": NOWHERE}, InvalidRequestError, "regular_price"),
        ({"action": "update", "station_id": NOWHERE}, NotFoundError, "there is no station"),
        ({"action": "create", "data": {"station_name": "A", "diesel_price": 0.4}}, InvalidRequestError, "diesel_price"),
        ({"action": "burn"}, InvalidRequestError, "action"),
    ],
)  # fmt: skip
async def test_a_change_that_is_none_is_refused(administrator_of_stations, arguments, error, named):
    """R-T3: the fault is named."""
    with pytest.raises(error, match=named):
        await administrator_of_stations.run(manage_fuel_stations, **arguments)


async def test_prices_are_what_members_paid_or_what_pam_was_told_each_labelled(
    new_traveller, administrator_of_stations
):
    """R-T1: and never who paid; the cheapest known comes first; the mean is the mean."""
    ann, ben, boss = new_traveller(), new_traveller(), administrator_of_stations
    at = {"latitude": 43.62, "longitude": -116.2}
    name = str(boss.bench.identity.user)
    data = {"station_name": f"Told {name}", **at, "regular_price": 3.6, "diesel_price": 4.2}
    told = (await boss.run(manage_fuel_stations, action="create", data=data)).station
    data = {"station_name": f"Paid {name}", **at, "regular_price": 3.9}
    paid = (await boss.run(manage_fuel_stations, action="create", data=data)).station
    await ann.run(log_fuel, gallons=10, cost="35.00", odometer=1000, station_id=paid.id)
    ben.world.pois["fuel_stations"] = [poi("On the map", 0.1, "fuel", fuels={"diesel": True})]
    result = await ben.run(find_cheap_gas, location="Boise, ID", fuel_type="gas")
    assert [(item.station_id, item.price, item.price_source) for item in result.stations] == [
        (paid.id, Decimal("3.500"), "a member paid it"),
        (told.id, Decimal("3.600"), "PAM was told"),
        (None, None, None),
    ]
    assert (result.cheapest_price, result.regional_average) == (Decimal("3.500"), Decimal("4.000"))
    assert "Nobody publishes the prices of single US stations" in result.note
    assert str(ann.bench.identity.user) not in result.model_dump_json()
    later = await ben.at(ben.bench.now + timedelta(days=15)).run(find_cheap_gas, location="Boise, ID", fuel_type="gas")
    assert later.cheapest_price is None
    assert "Nobody told me their prices." in later.message


async def test_the_vehicles_fuel_is_looked_for_and_stations_known_not_to_have_it_are_left_out(new_traveller):
    """R-T1: plans respect the rig."""
    stations = [poi("No diesel", 1, "fuel", fuels={"diesel": False}), poi("Diesel", 2, "fuel", fuels={"diesel": True})]
    traveller = new_traveller(pois={"fuel_stations": stations})
    traveller.owns(fuel_type="diesel")
    result = await traveller.run(find_cheap_gas, location="Moab, UT", radius_miles=1)
    assert (result.fuel_type, [item.name for item in result.stations]) == ("diesel", ["Diesel"])


async def test_stations_along_a_route_are_asked_for_along_it(new_traveller):
    """R-T1: route_to."""
    traveller = new_traveller(pois={"fuel_stations_along": [poi("Halfway", 80, "fuel", latitude=39.5)]})
    result = await traveller.run(find_cheap_gas, location="Denver", route_to="Moab")
    assert [item.name for item in result.stations] == ["Halfway"]
    assert "on the way from Denver, Colorado to Moab, Utah" in result.message


@pytest.mark.parametrize(("tool", "away"), [(find_rv_parks, "rv_parks"), (find_attractions, "attractions")])
async def test_what_could_not_be_looked_for_is_not_called_none(new_traveller, tool, away):
    """R-T5: "not available" is told apart from "no results"."""
    traveller = new_traveller(away={away, "wikipedia"})
    with pytest.raises(ExternalUnavailableError, match="right now"):
        await traveller.run(tool, location="Aspen, CO", radius_miles=5)


async def test_without_the_map_the_mean_price_is_still_told(new_traveller):
    """R-E1: partial; without either there is nothing to tell."""
    traveller = new_traveller(away={"fuel_stations"})
    reply = await traveller.reply(find_cheap_gas, location="Aspen, CO", radius_miles=1)
    assert (reply.outcome, reply.partial, reply.data["regional_average"]) == ("ok", True, "4.000")
    assert reply.message.startswith("I could not look for stations around Aspen, Colorado. The mean of")
    traveller.world.away.add("fuel prices")
    with pytest.raises(ExternalUnavailableError, match="stations from the map"):
        await traveller.run(find_cheap_gas, location="Aspen, CO", radius_miles=1)


async def test_no_station_is_no_result_and_the_mean_is_still_told(traveller):
    """R-T5: no results."""
    reply = await traveller.reply(find_cheap_gas, location="Aspen, CO", radius_miles=1)
    assert reply.outcome == "no_results"
    assert "The mean of the United States is $4.00 (May 11, 2026)." in reply.message
