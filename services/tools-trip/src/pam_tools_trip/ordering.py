"""Two orders of the same stops: the one given, and the better one."""

from collections.abc import Sequence
from decimal import Decimal

from pydantic import BaseModel

from pam_shared.errors import NotFoundError
from pam_shared.money import Total
from pam_tools_trip import driving
from pam_tools_trip.driving import THE_ROUTE, Drive
from pam_tools_trip.external import Place
from pam_tools_trip.inquiry import Inquiry, together

BEST_ORDER = "the best order"
MOVABLE = 2
"""Stops from which on there is an order."""


class Ordered(BaseModel):
    """A way through stops in this order; hours at a rig's pace. The cost is None where no price is known."""

    stops: list[str]
    distance_miles: float
    duration_hours: float
    estimated_gas_cost: Total | None


class Savings(BaseModel):
    """What the better order spares; never less than nothing in what was optimized for."""

    distance_miles: float
    duration_hours: float
    gas_cost: Total | None


class Optimized(Ordered):
    """The better order and what it spares."""

    savings: Savings


async def both_ways(inquiry: Inquiry, places: Sequence[Place], aim: str) -> tuple[Drive, Drive, list[Place]]:
    """Return the way as given, the better one and its order: the given one where nothing better is known.

    Raises NothingFoundError where no road leads.
    """
    if len(places) < MOVABLE + 2:
        given = await driving.drive(inquiry, places)
        return given, given, list(places)
    given, (best, order) = await together(driving.drive(inquiry, places), _best(inquiry, places))
    if best is None or given.route is None or not _better(best, given, aim):
        return given, given, list(places)
    return given, best, order


def compared(inquiry: Inquiry) -> bool:
    """Whether the orders could be compared: the router answered."""
    return not {THE_ROUTE, BEST_ORDER} & set(inquiry.missing)


def ordered(drive: Drive, places: Sequence[Place], cost: Decimal | None) -> Ordered:
    """Return a way as it is told."""
    return Ordered(
        stops=[place.label for place in places],
        distance_miles=drive.distance_miles,
        duration_hours=drive.driving_hours,
        estimated_gas_cost=cost,
    )


def optimized(original: Ordered, best: Ordered) -> Optimized:
    """Return the better way with what it spares."""
    costs = (original.estimated_gas_cost, best.estimated_gas_cost)
    savings = Savings(
        distance_miles=round(original.distance_miles - best.distance_miles, 1),
        duration_hours=round(original.duration_hours - best.duration_hours, 2),
        gas_cost=costs[0] - costs[1] if costs[0] is not None and costs[1] is not None else None,
    )
    return Optimized(**vars(best), savings=savings)


async def _best(inquiry: Inquiry, places: Sequence[Place]) -> tuple[Drive | None, list[Place]]:
    points = [place.point for place in places]
    try:
        found = await inquiry.hear(BEST_ORDER, inquiry.world.router.best_order(points))
    except NotFoundError:
        return None, []
    if found is None:
        return None, []
    order = [places[index] for index in found.order]
    return driving.along(order, found.route.legs, found.route), order


def _better(best: Drive, given: Drive, aim: str) -> bool:
    """Whether an order is better for what is wanted: fewer miles, fewer hours, or less of both on the whole."""
    miles = best.distance_miles / max(given.distance_miles, 0.1)
    hours = best.driving_hours / max(given.driving_hours, 0.01)
    return {"cost": miles, "time": hours}.get(aim, (miles + hours) / 2) < 1
