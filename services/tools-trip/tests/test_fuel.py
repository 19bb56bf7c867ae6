"""Fill-ups: consumption from full tank to full tank, sane figures, and whose consumption is believed."""

import asyncio
import itertools
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pam_shared.errors import InvalidRequestError, NotFoundError, UnavailableError
from pam_shared.money import to_cents
from pam_tools_trip.consumption import FillUp, measured, odometer_fault, price_fault, rolling_average
from pam_tools_trip.events import ConsumptionChanged, FuelLogged
from pam_tools_trip.fuels import FuelType
from pam_tools_trip.tools.calculate_gas_cost import calculate_gas_cost
from pam_tools_trip.tools.log_fuel import log_fuel
from pam_tools_trip.tools.update_vehicle_fuel_consumption import update_vehicle_fuel_consumption

GALLONS = st.decimals("0.1", "150", places=3)


def fill(gallons, odometer, *, full=True, restarts=False):
    return FillUp(uuid4(), Decimal(gallons), Decimal(odometer), full, restarts)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("chain", "told"),
    [
        ([fill(20, 1000), fill(25, 1250)], [None, "10"]),
        ([fill(20, 1000), fill(10, 1100, full=False), fill(15, 1250)], [None, None, "10"]),
        ([fill(20, 1000, full=False), fill(20, 1200), fill(20, 1400)], [None, None, "10"]),
        ([fill(20, 90000), fill(20, 100, restarts=True), fill(10, 200)], [None, None, "10"]),
        ([fill(20, 1000), fill(20, 1010), fill(20, 1210)], [None, None, "10"]),
        ([fill(20, 1000), fill(20, 6000)], [None, None]),
    ],
    ids=["full to full", "a partial fill counts towards the next", "nothing before the first full tank",
         "a new odometer begins anew", "half a mile a gallon is no consumption", "nor are 250"],
)  # fmt: skip
def test_only_a_full_tank_after_a_full_tank_tells_consumption(chain, told):
    """R-D4: miles since the last full tank over all that was filled since."""
    assert list(measured(chain).values()) == [Decimal(value) if value else None for value in told]


@pytest.mark.unit
@given(st.lists(st.tuples(GALLONS, st.integers(1, 2000), st.booleans()), min_size=2, max_size=12))
def test_what_was_measured_accounts_for_every_gallon_and_mile(fills):
    """R-D4: over a chain, the measurements' miles are the odometer's, but for what was out of bounds."""
    odometer, chain = Decimal(1000), []
    for gallons, miles, full in fills:
        odometer += miles
        chain.append(fill(gallons, odometer, full=full))
    found = measured(chain)
    since, burnt = None, Decimal(0)
    for link in chain:
        burnt += link.gallons
        mpg = found[link.id]
        if mpg is not None:
            assert link.full
            assert abs(mpg * burnt - (link.odometer - since)) <= burnt * Decimal("0.005") + Decimal("0.0001")
        if link.full:
            since, burnt = link.odometer, Decimal(0)


@pytest.mark.unit
@given(st.lists(st.decimals("1", "100", places=2), min_size=1, max_size=5))
def test_an_average_lies_between_its_measurements(values):
    """R-D4: to two places."""
    average = rolling_average(values)
    assert min(values) <= average <= max(values)
    assert average == average.quantize(Decimal("0.01"))


@pytest.mark.unit
def test_odometers_go_forward():
    """R-T5: between the reading before and the one after."""
    assert odometer_fault(Decimal(100), Decimal(90), Decimal(110)) is None
    assert "below the last reading of 101" in odometer_fault(Decimal(100), Decimal(101), None)
    assert "above the later reading of 99" in odometer_fault(Decimal(100), None, Decimal(99))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("cost", "gallons", "sane"), [("0.50", 1, True), ("20", 1, True), ("0.49", 1, False), ("20.01", 1, False)]
)
def test_a_gallon_costs_between_half_a_dollar_and_twenty(cost, gallons, sane):
    """R-T5: price sanity."""
    assert (price_fault(Decimal(cost), Decimal(gallons)) is None) is sane


@pytest.mark.unit
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"cost": 10, "odometer": 1}, "exactly one of gallons and liters"),
        ({"gallons": 5, "liters": 20, "cost": 10, "odometer": 1}, "exactly one of gallons and liters"),
        ({"gallons": 3, "cost": 500, "odometer": 1}, r"\$166.67 a gallon"),
        ({"gallons": 529, "cost": 2000, "odometer": 1}, "gallons"),
        ({"liters": 2001, "cost": 2000, "odometer": 1}, "liters"),
        ({"gallons": 10, "cost": 40, "odometer": -1}, "odometer"),
        ({"gallons": 10, "cost": 10_001, "odometer": 1}, "cost"),
        ({"gallons": 10, "cost": 40, "odometer": 1, "fuel_type": "hay"}, "fuel_type"),
    ],
)
def test_a_fill_up_that_is_none_is_refused(arguments, named):
    """R-T3: the fault is named."""
    with pytest.raises(ValidationError, match=named):
        log_fuel.input_model(**arguments)


async def test_two_full_tanks_tell_a_consumption(traveller):
    """R-T1: "filled up 31 gallons for 118.40 at 64,210 miles"."""
    first = await traveller.run(log_fuel, gallons=31, cost="118.40", odometer=64210)
    assert (first.consumption, first.rolling_average) == (None, None)
    assert first.message == (
        "Recorded 31 gallons of regular for $118.40 ($3.82 a gallon) at 64,210 miles."
        " I took the tank to be full: the next full one will tell your consumption."
    )
    second = await traveller.run(log_fuel, gallons=30, cost="120", odometer=64495, location="Elko, NV")
    assert (second.consumption.mpg, second.consumption.l_per_100km) == (Decimal("9.50"), Decimal("24.76"))
    assert second.message.endswith("That is 9.5 mpg since your last full tank.")
    fuelled = [event for event in traveller.events if isinstance(event, FuelLogged)]
    assert [(event.cost, event.gallons, event.location) for event in fuelled] == [
        (Decimal("118.40"), 31, None),
        (120, 30, "Elko, NV"),
    ]
    [changed] = [event for event in traveller.events if isinstance(event, ConsumptionChanged)]
    assert (changed.mpg, changed.source) == (Decimal("9.50"), "log")
    assert await traveller.rows("select operation from financial_audit_log") == [("log_fuel",)] * 2
    cost = await traveller.run(calculate_gas_cost, distance_miles=95)
    assert "95 miles take about 10.00 gallons at 9.5 mpg (measured 1 time)" in cost.message


async def test_liters_and_kilometers_are_understood(traveller):
    """R-T1: "log fuel: 85 litres, 162 dollars, odometer 103450"."""
    result = await traveller.run(log_fuel, liters=85, cost=162, odometer=103450, odometer_unit="km")
    assert (result.fuel_log.gallons, result.fuel_log.odometer) == (Decimal("22.455"), Decimal("64280.8"))


async def test_a_partial_fill_counts_towards_the_next_full_tank(traveller):
    """R-D4: nothing that was burnt is left out."""
    await traveller.run(log_fuel, gallons=30, cost=120, odometer=1000)
    partial = await traveller.run(log_fuel, gallons=10, cost=40, odometer=1100, full_tank=False)
    assert partial.consumption is None
    assert partial.message.endswith("It counts towards your consumption at the next full tank.")
    assert (await traveller.run(log_fuel, gallons=20, cost=80, odometer=1300)).consumption.mpg == 10


async def test_a_fill_up_that_comes_late_changes_what_the_next_one_told(traveller):
    """R-D4: the log is right whatever order it was told in."""
    day = date(2026, 5, 1)
    await traveller.run(log_fuel, gallons=30, cost=120, odometer=1000, date=day)
    await traveller.run(log_fuel, gallons=20, cost=80, odometer=1400, date=day + timedelta(days=4))
    late = await traveller.run(log_fuel, gallons=20, cost=80, odometer=1200, date=day + timedelta(days=2))
    assert late.consumption.mpg == 10
    assert await traveller.rows("select odometer, mpg from fuel_log order by odometer") == [
        (1000, None),
        (1200, 10),
        (1400, 10),
    ]
    with pytest.raises(InvalidRequestError, match="above the later reading of 1,400"):
        await traveller.run(log_fuel, gallons=20, cost=80, odometer=1500, date=day + timedelta(days=3))


async def test_what_a_tank_told_stays_told(traveller):
    """R-D4: each fill-up is reckoned from the one before, whose own figure is left alone."""
    for number in range(4):
        day = date(2026, 5, 1) + timedelta(days=number)
        await traveller.run(log_fuel, gallons=20, cost=80, odometer=1000 + 200 * number, date=day)
    assert await traveller.rows("select mpg from fuel_log order by odometer") == [(None,), (10,), (10,), (10,)]


async def test_an_odometer_goes_back_only_when_it_is_a_new_one(traveller):
    """R-T5: sanity, and the way around it is said."""
    await traveller.run(log_fuel, gallons=30, cost=120, odometer=90_000)
    with pytest.raises(InvalidRequestError, match=r"below the last reading of 90,000\.0; if it was replaced"):
        await traveller.run(log_fuel, gallons=30, cost=120, odometer=100)
    anew = await traveller.run(log_fuel, gallons=30, cost=120, odometer=100, odometer_restarts=True)
    assert anew.consumption is None
    assert (await traveller.run(log_fuel, gallons=20, cost=80, odometer=300)).consumption.mpg == 10


async def test_what_the_member_says_holds_until_three_measurements_outweigh_it(traveller):
    """R-D4: one odd tank does not overrule the member."""
    stated = await traveller.run(update_vehicle_fuel_consumption, mpg=8)
    assert stated.message == "I'll reckon with 8 mpg (29.4 l/100 km) for your rig."
    assert stated.vehicle.fuel_consumption_l_per_100km == Decimal("29.40")
    used = []
    for odometer in (1000, 1200, 1400, 1600):
        result = await traveller.run(log_fuel, gallons=20, cost=80, odometer=odometer)
        used.append(result.rolling_average.used if result.rolling_average else None)
    assert used == [None, False, False, True]
    assert await traveller.rows("select mpg, source, sample_size from vehicle_consumption") == [(10, "log", 3)]
    await traveller.run(update_vehicle_fuel_consumption, l_per_100km=20)
    assert await traveller.rows("select mpg, source, sample_size from vehicle_consumption") == [
        (Decimal("11.76"), "member", 0)
    ]
    assert not (await traveller.run(log_fuel, gallons=20, cost=80, odometer=1800)).rolling_average.used


async def test_each_vehicle_has_its_own_log(traveller):
    """R-D4: and the primary one is meant where none is named."""
    home = traveller.owns(name="the motorhome", fuel_type="diesel")
    car = traveller.owns(name="the toad")
    await traveller.run(log_fuel, gallons=30, cost=120, odometer=50_000)
    small = await traveller.run(log_fuel, gallons=10, cost=40, odometer=900, vehicle_id=car)
    assert (small.fuel_log.vehicle_id, small.fuel_log.fuel_type) == (car, FuelType.REGULAR)
    second = await traveller.run(log_fuel, gallons=30, cost=120, odometer=50_270)
    assert (second.fuel_log.vehicle_id, second.fuel_log.fuel_type) == (home, FuelType.DIESEL)
    assert second.consumption.mpg == 9


async def test_a_vehicle_that_is_not_the_members_is_not_found(new_traveller):
    """G6: whose else it may be is not said."""
    ann, ben = new_traveller(), new_traveller()
    vehicle = ann.owns(name="hers")
    await ann.run(log_fuel, gallons=30, cost=120, odometer=50_000)
    for tool, more in (
        (log_fuel, {"gallons": 1, "cost": 4, "odometer": 1}),
        (update_vehicle_fuel_consumption, {"mpg": 9}),
    ):
        with pytest.raises(NotFoundError, match="vehicle_id: you have no vehicle"):
            await ben.run(tool, vehicle_id=vehicle, **more)
    assert await ben.rows("select * from fuel_log") == []


async def test_while_the_account_worker_is_away_the_last_vehicle_stands_in(traveller):
    """R-T5: partial, named, and the log goes on."""
    vehicle = traveller.owns(name="the van")
    await traveller.run(log_fuel, gallons=30, cost=120, odometer=1000)
    traveller.vehicles = None
    reply = await traveller.reply(log_fuel, gallons=20, cost=80, odometer=1200)
    assert (reply.partial, reply.data["fuel_log"]["vehicle_id"]) == (True, str(vehicle))
    assert reply.message.endswith("I can't get your vehicles' details right now.")
    assert (await traveller.run(log_fuel, gallons=20, cost=80, odometer=1400, vehicle_id=vehicle)).consumption.mpg == 10
    with pytest.raises(UnavailableError, match="vehicle_id: I can't look at your vehicles right now"):
        await traveller.run(log_fuel, gallons=20, cost=80, odometer=1600, vehicle_id=uuid4())


async def test_a_station_nobody_knows_is_not_found_and_nothing_is_written(traveller):
    """R-T5: ids are checked."""
    with pytest.raises(NotFoundError, match="station_id: I know no station"):
        await traveller.run(log_fuel, gallons=20, cost=80, odometer=1600, station_id=uuid4())
    assert await traveller.rows("select * from fuel_log") == []


async def test_fill_ups_at_the_same_time_are_all_reckoned_with(traveller):
    """R-D4: fifty at once, each measured against the one before it."""
    await traveller.run(log_fuel, gallons=10, cost=40, odometer=1000)

    async def add(number):
        try:
            return await traveller.run(log_fuel, gallons=10, cost=40, odometer=1000 + 100 * number)
        except InvalidRequestError:
            return None  # a later one was first

    done = [result for result in await asyncio.gather(*(add(number) for number in range(1, 51))) if result]
    rows = await traveller.rows("select odometer, mpg from fuel_log order by created_at, odometer")
    assert len(rows) == len(done) + 1
    for (before, _), (after, mpg) in itertools.pairwise(rows):
        expected = (after - before) / 10
        assert mpg == (expected if expected <= 100 else None)


async def test_a_cost_is_reckoned_from_the_members_own_rig(traveller):
    """R-D4: every figure says where it comes from."""
    traveller.owns(name="Bertha", fuel_type="diesel")
    await traveller.run(update_vehicle_fuel_consumption, mpg=8)
    reply = await traveller.reply(calculate_gas_cost, distance_miles=820)
    assert reply.message == (
        "820 miles take about 102.50 gallons at 8 mpg (as you told me):"
        " $410.00 at $4.00 a gallon (mean of the United States, May 11, 2026)."
    )
    assert (reply.data["total_cost"], reply.data["mpg_source"], reply.data["cost_per_mile"]) == (
        "410.00",
        "member",
        "0.500",
    )
    assert [source.name for source in reply.sources] == ["fuel prices"]


async def test_a_cost_with_everything_given_asks_nobody(traveller):
    """R-T1: "820 miles at 9 mpg and 3.89 a gallon"."""
    result = await traveller.run(calculate_gas_cost, distance_miles=820, mpg=9, gas_price="3.89")
    assert (result.gallons_needed, result.total_cost) == (Decimal("91.11"), Decimal("354.42"))
    assert traveller.world.asked == []


async def test_without_a_price_the_last_receipt_counts_and_else_only_gallons_are_told(traveller):
    """R-E2: nothing is invented."""
    traveller.world.away.add("fuel prices")
    blind = await traveller.reply(calculate_gas_cost, distance_km="160.9344")
    assert (blind.partial, blind.data["total_cost"], blind.data["gallons_needed"]) == (True, None, "10.00")
    assert "Give me a price" in blind.message
    assert "I can't get the price of regular right now." in blind.message
    await traveller.run(log_fuel, gallons=10, cost="35", odometer=1)
    told = await traveller.reply(calculate_gas_cost, distance_miles=100)
    assert (told.data["total_cost"], told.data["price_source"]) == ("35.00", "what you last paid, 2026-05-13")


@pytest.mark.unit
@given(
    miles=st.decimals("0.1", "10000", places=1), mpg=st.decimals("1", "50", places=2),
    price=st.decimals("0.5", "20", places=3),
)  # fmt: skip
def test_a_cost_is_rounded_once_half_up(miles, mpg, price):
    """R-D4: to the cent, from exact gallons."""
    from pam_tools_trip.rules import fuel

    cost = fuel(miles, mpg, price).cost
    assert cost == to_cents(miles * price / mpg) or abs(cost - miles * price / mpg) <= Decimal("0.0051")
    assert cost == to_cents(cost)


@pytest.mark.unit
@pytest.mark.parametrize(
    "given", [{}, {"distance_miles": 1, "distance_km": 1}, {"distance_miles": 0}, {"distance_km": 16_001}]
)
def test_exactly_one_distance_is_given(given):
    """R-T3: miles or kilometers."""
    with pytest.raises(ValidationError):
        calculate_gas_cost.input_model(**given)
