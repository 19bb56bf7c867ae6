"""A trip reckoned: the way its rig may take, days, fuel, nights and a budget."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from pam_shared.errors import NotFoundError
from pam_shared.money import spoken, to_cents
from pam_tools_trip import campgrounds, driving, prices, rules, vehicles
from pam_tools_trip.driving import Drive
from pam_tools_trip.events import TripPlanned
from pam_tools_trip.external import Place, Rig, RigRoutes
from pam_tools_trip.inquiry import Inquiry, together
from pam_tools_trip.prices import Price
from pam_tools_trip.queries.trips import NewTrip
from pam_tools_trip.rules import BudgetStatus, Fuel, Timing
from pam_tools_trip.vehicles import Consumption, Vehicle

NIGHT_WITHIN_MILES = 30.0
LONGEST_TITLE = 1_100


@dataclass(frozen=True)
class Nights:
    """The nights on the way: what one costs, and of how many known prices that is the mean."""

    count: int
    price: Decimal
    known: int

    @property
    def cost(self) -> Decimal:
        """What they cost together."""
        return to_cents(self.count * self.price)

    @property
    def spoken(self) -> str:
        """The nights as they are said."""
        how = f"the mean of {self.known} known prices" if self.known else "my assumption, for I know no price there"
        plural = "s" if self.count > 1 else ""
        return f"{self.count} night{plural} at {spoken(self.price)} ({how})"


@dataclass(frozen=True)
class Plan:
    """All that is known of a trip before it is saved."""

    vehicle: Vehicle
    places: Sequence[Place]
    drive: Drive
    timing: Timing
    consumption: Consumption
    price: Price | None
    fuel: Fuel
    nights: Nights
    budget: Decimal | None
    start: date | None

    @property
    def end(self) -> date | None:
        """The last day, where the first is known."""
        return self.start + timedelta(days=self.timing.days - 1) if self.start else None

    @property
    def total(self) -> Decimal | None:
        """Fuel and nights together; unknown where the price of fuel is."""
        return self.fuel.cost + self.nights.cost if self.fuel.cost is not None else None

    @property
    def budget_status(self) -> BudgetStatus | None:
        """Whether that stays in the budget."""
        return rules.budget_status(self.total, self.budget)

    def figures(self) -> dict[str, Any]:
        """Return what was reckoned."""
        return {
            "distance_miles": self.drive.distance_miles,
            "duration_hours": self.timing.total,
            "days": self.timing.days,
            "gas": self.fuel.cost,
            "lodging": self.nights.cost,
            "total": self.total,
            "budget_status": self.budget_status,
        }

    def as_trip(self) -> NewTrip:
        """Return the trip to be saved."""
        origin, destination = self.places[0].label[:500], self.places[-1].label[:500]
        return NewTrip(
            vehicle_id=self.vehicle.id,
            title=f"{origin} to {destination}"[:LONGEST_TITLE],
            origin=origin,
            destination=destination,
            start_date=self.start,
            end_date=self.end,
            distance_miles=self.drive.distance_miles,
            duration_hours=self.timing.total,
            gas_cost=self.fuel.cost,
            lodging_cost=self.nights.cost,
            total_cost=self.total,
            budget=self.budget,
        )

    def as_event(self, trip_id: UUID) -> TripPlanned:
        """Return what others hear of the trip."""
        trip = self.as_trip()
        return TripPlanned(
            trip_id=trip_id,
            title=trip.title,
            origin=trip.origin,
            destination=trip.destination,
            start_date=trip.start_date,
            end_date=trip.end_date,
            total=trip.total_cost,
        )

    def spoken(self) -> str:
        """Say the plan."""
        days = f"{self.timing.days} day{'s' if self.timing.days > 1 else ''}"
        way = f"{' - '.join(place.label for place in self.places)}: {self.drive.distance_miles:,.0f} miles, {days}"
        hours = f"{rules.spoken_hours(self.timing.driving)} of driving at a rig's pace"
        parts = [f"{way}, {hours}."]
        if self.price and self.fuel.cost is not None:
            parts.append(f"Fuel about {spoken(self.fuel.cost)}: {self.consumption.spoken} at {self.price.spoken}.")
        if self.nights.count:
            parts.append(f"{self.nights.spoken}: {spoken(self.nights.cost)}.")
        if self.total is not None:
            parts.append(f"Together {spoken(self.total)}{self._against_budget(self.total)}.")
        return " ".join([*parts, "It is saved."])

    def _against_budget(self, total: Decimal) -> str:
        if self.budget is None:
            return ""
        rest = self.budget - total
        return f", {spoken(abs(rest))} {'under' if rest >= 0 else 'over'} your budget of {spoken(self.budget)}"


async def plan(
    inquiry: Inquiry, places: Sequence[Place], vehicle_id: UUID | None, budget: Decimal | None, start: date | None
) -> Plan:
    """Reckon a trip through these places.

    Raises NothingFoundError where no road leads, NotFoundError for a vehicle that is not the member's.
    """
    vehicle = await vehicles.vehicle_of(inquiry, vehicle_id)
    consumption = await vehicles.consumption_of(inquiry, vehicle)
    # Of these only the price may look into the database: a transaction does one thing at a time.
    drive, price, known = await together(
        _way(inquiry, places, vehicle),
        prices.price_of(inquiry, vehicle.fuel, places[0].state),
        _night_prices(inquiry, places[-1]),
    )
    written = await campgrounds.written_down(inquiry, places[-1].point, NIGHT_WITHIN_MILES)
    known += [site.price_per_night for site in written if site.price_per_night is not None]
    timing = rules.timing(drive.driving_hours)
    return Plan(
        vehicle=vehicle,
        places=places,
        drive=drive,
        timing=timing,
        consumption=consumption,
        price=price,
        fuel=rules.fuel(drive.miles, consumption.mpg, price.price if price else None),
        nights=Nights(timing.days - 1, rules.night_price(known), len(known)),
        budget=budget,
        start=start,
    )


async def _way(inquiry: Inquiry, places: Sequence[Place], vehicle: Vehicle) -> Drive:
    """Return the way the rig may take where its size is known, else a car's."""
    if vehicle.height_ft is None and vehicle.weight_lbs is None:
        return await driving.drive(inquiry, places)
    by_car, routes = await together(driving.drive(inquiry, places), _for_rig(inquiry, places, vehicle))
    if routes is None:
        return by_car
    if routes.rig is None:
        inquiry.remark(f"I find no way that {vehicle.called} fits all along: check the restrictions before you go.")
        return by_car
    return driving.along(places, routes.rig.legs, routes.rig)


async def _for_rig(inquiry: Inquiry, places: Sequence[Place], vehicle: Vehicle) -> RigRoutes | None:
    size = Rig(vehicle.height_ft or vehicles.HEIGHT_FT, vehicle.weight_lbs or vehicles.WEIGHT_LBS, vehicle.length_ft)
    asked = inquiry.world.router.for_rig([place.point for place in places], size)
    try:
        return await inquiry.hear("a way checked for your rig's size", asked)
    except NotFoundError:
        return None


async def _night_prices(inquiry: Inquiry, place: Place) -> list[Decimal]:
    """Return what a night costs around the destination, where the map knows it in dollars."""
    parks = await inquiry.hear("campground prices", inquiry.world.places.rv_parks(place.point, NIGHT_WITHIN_MILES))
    return [park.charge for park in parks or [] if park.charge and park.charge_currency == campgrounds.DOLLARS]
