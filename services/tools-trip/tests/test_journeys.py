"""Ways: trips planned for a rig and a budget, the better order, hours, and what a rig does not fit under."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pam_shared.errors import InvalidRequestError, NotFoundError
from pam_tools_trip import clearance, rules
from pam_tools_trip.events import TripPlanned
from pam_tools_trip.external import Poi, Restriction, Rig
from pam_tools_trip.tools.check_route_restrictions import check_route_restrictions
from pam_tools_trip.tools.estimate_travel_time import estimate_travel_time
from pam_tools_trip.tools.optimize_route import optimize_route
from pam_tools_trip.tools.plan_trip import plan_trip
from pam_tools_trip.tools.update_vehicle_fuel_consumption import update_vehicle_fuel_consumption

TODAY = date(2026, 5, 13)
BOISE_MOAB = {"origin": "Boise, ID", "destination": "Moab, UT"}


def park(charge, currency="USD"):
    return Poi(
        id="node/1", name="Shady Acres", kind="rv_park", latitude=38.6, longitude=-109.6, distance_miles=3,
        charge=Decimal(charge), charge_currency=currency,
    )  # fmt: skip


def sign(kind="height", limit=11.5, road="Storrow Drive"):
    return Restriction(type=kind, limit=limit, road=road, latitude=42.35, longitude=-71.1)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("hours", "breaks", "meals", "days"),
    [(0.5, 0, 0, 1), (2, 0, 0, 1), (2.1, 0.25, 0, 1), (5.5, 0.5, 0.75, 1), (6, 0.5, 0.75, 1), (6.1, 0.75, 0.75, 2),
     (18, 2, 2.25, 3)],
)  # fmt: skip
def test_breaks_lie_between_stretches_and_days_end_by_daylight(hours, breaks, meals, days):
    """R-T1: a quarter of an hour each two hours, a meal each five, six hours a day."""
    timing = rules.timing(hours)
    assert (timing.breaks, timing.meals, timing.days) == (breaks, meals, days)
    assert timing.total == round(hours + breaks + meals, 2)
    assert rules.timing(hours, with_breaks=False).total == hours


@pytest.mark.unit
@pytest.mark.parametrize(
    ("hours", "said"), [(0, "0 min"), (0.25, "15 min"), (1, "1 h"), (1.999, "2 h"), (26.5, "26 h 30 min")]
)
def test_hours_are_said(hours, said):
    """R-T1: never sixty minutes."""
    assert rules.spoken_hours(hours) == said


@pytest.mark.unit
@given(st.lists(st.decimals("1", "500", places=2), max_size=8))
def test_a_nights_price_is_a_mean_of_what_is_known_or_the_assumption(known):
    """R-D4: to the cent."""
    price = rules.night_price(known)
    assert price == (rules.ASSUMED_NIGHT if not known else price)
    assert not known or min(known) <= price <= max(known)


async def test_a_trip_is_planned_saved_and_told(traveller):
    """R-T1: "a drive from Boise to Moab leaving June 3rd, stopping in ..."."""
    traveller.owns(name="Bertha", fuel_type="diesel")
    await traveller.run(update_vehicle_fuel_consumption, mpg=8)
    traveller.world.pois["rv_parks"] = [park("40"), park("60"), park("900", "MXN")]
    result = await traveller.run(plan_trip, **BOISE_MOAB, stops=["Vail"], start_date="2026-06-03", budget="1500")
    told = result.estimates
    assert result.trip.stops == ["Boise, Idaho", "Vail, Colorado", "Moab, Utah"]
    assert [leg.origin for leg in result.legs] == ["Boise, Idaho", "Vail, Colorado"]
    assert round(sum(leg.distance_miles for leg in result.legs)) == round(told.distance_miles)
    assert told.lodging == (told.days - 1) * 50
    assert told.gas == rules.fuel(Decimal(str(told.distance_miles)), Decimal(8), Decimal(4)).cost
    assert (told.total, told.budget_status) == (told.gas + told.lodging, "within")
    assert result.trip.end_date == date(2026, 6, 3) + timedelta(days=told.days - 1)
    assert "(the mean of 2 known prices)" in result.message
    assert "under your budget of $1,500.00. It is saved." in result.message
    [planned] = [event for event in traveller.events if isinstance(event, TripPlanned)]
    assert (planned.trip_id, planned.total) == (result.trip.id, told.total)
    assert await traveller.rows("select position, name from manual_waypoints order by position") == [
        (0, "Boise, Idaho"),
        (1, "Vail, Colorado"),
        (2, "Moab, Utah"),
    ]
    assert await traveller.rows("select title, status, total_cost from user_trips") == [
        ("Boise, Idaho to Moab, Utah", "planned", told.total)
    ]
    assert await traveller.rows("select operation from financial_audit_log") == [("plan_trip",)]


async def test_a_trip_over_its_budget_says_by_how_much(traveller):
    """R-D4: to the cent; the night's price is an assumption and called one."""
    result = await traveller.run(plan_trip, **BOISE_MOAB, budget="100")
    assert result.estimates.budget_status == "over"
    over = result.estimates.total - 100
    assert f"${over:,} over your budget of $100.00" in result.message
    assert "$45.00 (my assumption, for I know no price there)" in result.message
    assert "10 mpg (my assumption, tell me yours)" in result.message


async def test_a_trip_is_the_rigs_where_its_size_is_known(new_traveller):
    """R-E1: plans respect height, weight and length."""
    traveller = new_traveller(detour_miles=30.0)
    traveller.owns(name="Bertha", height_ft=13.5, weight_lbs=26_000, length_ft=38)
    rig = (await traveller.run(plan_trip, **BOISE_MOAB)).estimates
    assert "rig 13.5 26000 38.0" in traveller.world.asked
    car = (await new_traveller().run(plan_trip, **BOISE_MOAB)).estimates
    assert round(rig.distance_miles - car.distance_miles) == 30


async def test_a_rig_that_fits_no_way_is_told(new_traveller):
    """R-E1: the plan stays, with a warning."""
    traveller = new_traveller(detour_miles=None)
    traveller.owns(name="Bertha", height_ft=13.5)
    result = await traveller.run(plan_trip, **BOISE_MOAB)
    assert "I find no way that Bertha fits all along: check the restrictions before you go." in result.message


@pytest.mark.parametrize(
    ("away", "missing"),
    [
        ("router", "I can't get the route right now."),
        ("fuel prices", "I can't get the price of regular right now."),
        ("rv_parks", "I can't get campground prices right now."),
    ],
)
async def test_one_service_away_makes_a_partial_plan_that_names_it(new_traveller, away, missing):
    """R-E1: partial, saved, and nothing invented."""
    traveller = new_traveller(away={away})
    reply = await traveller.reply(plan_trip, **BOISE_MOAB, budget=1000)
    assert (reply.outcome, reply.partial) == ("ok", True)
    assert missing in reply.message
    priceless = away == "fuel prices"
    assert (reply.data["estimates"]["total"] is None) == priceless
    assert (reply.data["estimates"]["budget_status"] is None) == priceless
    assert len(await traveller.rows("select * from user_trips")) == 1


async def test_without_a_router_the_distance_is_an_estimate_and_cited_as_one(new_traveller):
    """R-E2: nothing is invented silently."""
    reply = await new_traveller(away={"router"}).reply(plan_trip, **BOISE_MOAB)
    assert "estimate" in {source.kind for source in reply.sources}
    assert reply.confidence == 0.5
    assert "the straight line and a quarter, at 55 mph" in reply.message


async def test_a_place_nobody_knows_or_no_road_leads_to_saves_nothing(new_traveller):
    """R-T5: no results."""
    traveller = new_traveller(islands={"Moab"})
    unknown = await traveller.reply(plan_trip, origin="Boise", destination="Xyzzy")
    roadless = await traveller.reply(plan_trip, **BOISE_MOAB)
    assert (unknown.outcome, roadless.outcome) == ("no_results", "no_results")
    assert roadless.message == "I find no road from Boise, Idaho to Moab, Utah."
    assert await traveller.rows("select * from user_trips") == []
    assert traveller.events == []


async def test_a_trip_that_should_have_begun_is_refused(traveller):
    """R-T5: dates are checked; yesterday may still be today where the member is."""
    with pytest.raises(InvalidRequestError, match="start_date: 2026-05-11 has passed"):
        await traveller.run(plan_trip, **BOISE_MOAB, start_date=TODAY - timedelta(days=2))
    assert (await traveller.run(plan_trip, **BOISE_MOAB, start_date=TODAY - timedelta(days=1))).trip


@pytest.mark.unit
@pytest.mark.parametrize(
    "bad",
    [{"origin": ""}, {"destination": "x" * 501}, {"stops": ["x"] * 21}, {"stops": [""]}, {"budget": 0},
     {"budget": 100_001}, {"vehicle_id": "mine"}],
)  # fmt: skip
def test_a_wish_that_is_none_is_refused(bad):
    """R-T3: bounds."""
    with pytest.raises(ValidationError):
        plan_trip.input_model(**(BOISE_MOAB | bad))


async def test_a_trip_with_a_strange_vehicle_is_not_planned(new_traveller):
    """G6: a foreign id is not found."""
    ann, ben = new_traveller(), new_traveller()
    hers = ann.owns()
    with pytest.raises(NotFoundError):
        await ben.run(plan_trip, **BOISE_MOAB, vehicle_id=hers)
    with pytest.raises(NotFoundError):
        await ben.run(plan_trip, **BOISE_MOAB, vehicle_id=uuid4())


async def test_the_better_order_spares_miles_and_money(traveller):
    """R-T1: "reorder my stops so we backtrack less"."""
    result = await traveller.run(optimize_route, origin="Denver", destination="Moab", stops=["Aspen", "Vail"])
    given, best = result.original_route, result.optimized_route
    assert best.stops == ["Denver, Colorado", "Vail, Colorado", "Aspen, Colorado", "Moab, Utah"]
    assert best.savings.distance_miles == round(given.distance_miles - best.distance_miles, 1) > 0
    assert best.savings.gas_cost == given.estimated_gas_cost - best.estimated_gas_cost > 0
    assert f"Against your order that spares {best.savings.distance_miles:,.0f} miles, " in result.message
    assert await traveller.rows("select operation from financial_audit_log") == [("optimize_route",)]


@pytest.mark.parametrize("stops", [[], ["Vail"], ["Vail", "Aspen"]])
async def test_an_order_that_is_the_best_stays(traveller, stops):
    """R-T1: nothing is spared by nothing."""
    result = await traveller.run(optimize_route, origin="Denver", destination="Moab", stops=stops)
    assert result.optimized_route.stops == result.original_route.stops
    assert (result.optimized_route.savings.distance_miles, result.optimized_route.savings.gas_cost) == (0, 0)
    assert "Your order is the best I can find." in result.message


async def test_without_a_router_no_order_is_called_the_best(new_traveller):
    """R-E2: what could not be compared is not praised."""
    reply = await new_traveller(away={"router"}).reply(
        optimize_route, origin="Denver", destination="Moab", stops=["Aspen", "Vail"]
    )
    assert (reply.outcome, reply.partial) == ("ok", True)
    assert "I could not compare it with other orders." in reply.message
    assert "I can't get the route and the best order right now." in reply.message


async def test_scenery_is_not_measured_and_that_is_said(traveller):
    """R-E2: nothing is invented."""
    result = await traveller.run(
        optimize_route, origin="Denver", destination="Moab", stops=["Aspen", "Vail"], optimization_type="scenic"
    )
    assert result.message.endswith("Nothing I can ask knows which way is scenic, so I balanced distance and time.")


async def test_a_drive_takes_a_rigs_time_with_breaks(traveller):
    """R-T1: "how many driving days is ..."."""
    result = await traveller.run(estimate_travel_time, origin="Boise, ID", destination="Denver, CO")
    assert result.driving_hours == round(result.distance_miles / 60 * rules.RIG_SLOWER, 2)
    assert result.total_hours == pytest.approx(result.driving_hours + result.break_hours + result.meal_hours, abs=0.01)
    assert result.message.startswith("Boise, Idaho to Denver, Colorado is ")
    assert result.message.endswith(f"I would take {result.suggested_days} days for it.")


async def test_a_distance_the_member_knows_is_not_looked_up(traveller):
    """R-T1: at fifty-five miles an hour."""
    result = await traveller.run(
        estimate_travel_time, origin="home", destination="the lake", distance_miles=110, include_breaks=False
    )
    assert (result.driving_hours, result.total_hours, result.suggested_days) == (2, 2, 1)
    assert traveller.world.asked == []


@pytest.mark.unit
@pytest.mark.parametrize(
    ("kind", "limit", "severity"),
    [("height", 11.5, "blocks"), ("height", 12.0, "tight"), ("height", 12.4, "tight"), ("height", 12.6, None),
     ("weight", 19_999, "blocks"), ("weight", 20_000, None), ("length", 30, None), ("no_trucks", None, "note")],
)  # fmt: skip
def test_a_sign_blocks_is_tight_or_does_not_concern_the_rig(kind, limit, severity):
    """R-E1: height, weight, length; an unknown length is checked against nothing."""
    found = clearance.obstacles([sign(kind, limit)], Rig(height_ft=12.0, weight_lbs=20_000))
    assert [obstacle.severity for obstacle in found] == ([severity] if severity else [])


@pytest.mark.unit
@pytest.mark.parametrize(
    ("signs", "detour", "safe", "around"),
    [([], 0.0, True, False), ([], 0.9, True, True), ([], 1.1, False, True), ([], None, False, False),
     ([sign()], 0.0, False, False), ([sign()], 5.0, False, True), ([sign(limit=12.1)], 0.0, True, False)],
)  # fmt: skip
def test_a_way_is_safe_when_no_sign_and_no_detour_speaks_against_it(signs, detour, safe, around):
    """R-E1: a longer or impossible way for the rig means a restriction, with or without a sign."""
    found = clearance.obstacles(signs, Rig(height_ft=12.0, weight_lbs=20_000))
    assert clearance.verdict(found, detour) == clearance.Verdict(safe=safe, way_around=around)


async def test_the_members_rig_is_checked_and_the_way_around_is_told(new_traveller):
    """R-E1: the vehicle's own size."""
    traveller = new_traveller(signs=[sign()], detour_miles=12.0)
    traveller.owns(name="Bertha", height_ft=13.2, weight_lbs=26_000, length_ft=38)
    result = await traveller.run(check_route_restrictions, origin="Denver, CO", destination="Aspen, CO")
    assert (result.safe, result.vehicle_height_ft, result.assumed) == (False, 13.2, [])
    assert (result.restrictions[0].severity, result.alternative_route.detour_miles) == ("blocks", 12.0)
    assert "a height limit of 11 ft 6 in at Storrow Drive" in result.message
    assert "12.0 more." in result.message


async def test_a_size_nobody_told_is_assumed_and_that_is_said(traveller):
    """R-E2: nothing is invented silently."""
    reply = await traveller.reply(check_route_restrictions, origin="Denver, CO", destination="Aspen, CO")
    assert reply.data["assumed"] == ["vehicle_height_ft", "vehicle_weight_lbs"]
    assert "I assumed it is 12 feet high and of 20,000 pounds; tell me its size." in reply.message
    assert reply.confidence == 0.7
    given = await traveller.reply(
        check_route_restrictions, origin="Denver", destination="Aspen", vehicle_height_ft=13.17, vehicle_weight_lbs=9000
    )
    assert (given.data["assumed"], given.data["vehicle_height_ft"]) == ([], 13.17)


async def test_without_the_map_of_signs_the_way_is_checked_by_the_router_alone(new_traveller):
    """R-E1: partial."""
    reply = await new_traveller(away={"signs"}).reply(check_route_restrictions, origin="Denver", destination="Aspen")
    assert (reply.partial, reply.data["safe"]) == (True, True)
    assert "I can't get signs on the way right now." in reply.message


async def test_a_journeys_places_are_looked_up_at_the_same_time(traveller, monkeypatch):
    """R-T4: six places one after the other would outlast the call."""
    running, most = 0, 0
    locate = traveller.world.geocoder.locate

    async def slowly(text, near=None):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        return await locate(text, near)

    monkeypatch.setattr(traveller.world.geocoder, "locate", slowly)
    await traveller.run(estimate_travel_time, origin="Boise", destination="Moab", stops=["Vail", "Aspen", "Denver"])
    assert most == 5


async def test_what_takes_too_long_is_missing_and_the_rest_is_told(traveller, monkeypatch):
    """R-T4: the answer comes before the caller gives up."""
    monkeypatch.setattr("pam_tools_trip.inquiry.WITHIN", 0.2)

    async def never(*_):
        await asyncio.sleep(60)

    monkeypatch.setattr(traveller.world.places, "rv_parks", never)
    reply = await traveller.reply(plan_trip, **BOISE_MOAB)
    assert (reply.outcome, reply.partial) == ("ok", True)
    assert "I can't get campground prices right now." in reply.message
