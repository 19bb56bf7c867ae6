"""The way from place to place, as a rig drives it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from pydantic import BaseModel

from pam_shared.contracts.tools import SourceKind
from pam_shared.errors import NotFoundError
from pam_tools_trip import rules
from pam_tools_trip.external import Leg, Place, Route, miles_between
from pam_tools_trip.inquiry import Inquiry, NothingFoundError

THE_ROUTE = "the route"
STRAIGHT_LINE = "the straight line and a quarter"
ESTIMATED = 0.5


class Stretch(BaseModel):
    """The way from one stop to the next; hours as a rig takes them, without breaks."""

    origin: str
    destination: str
    distance_miles: float
    driving_hours: float


@dataclass(frozen=True)
class Drive:
    """A way through places in their order; ``route`` is None where it could only be estimated."""

    distance_miles: float
    driving_hours: float
    stretches: list[Stretch]
    route: Route | None

    @property
    def miles(self) -> Decimal:
        """The distance for money to be reckoned with."""
        return exact_miles(self.distance_miles)


async def drive(inquiry: Inquiry, places: Sequence[Place]) -> Drive:
    """Return the way by car at a rig's pace; a stated estimate while no router answers.

    Raises NothingFoundError where no road leads.
    """
    try:
        route = await inquiry.hear(THE_ROUTE, inquiry.world.router.route([place.point for place in places]))
    except NotFoundError as error:
        raise NothingFoundError(f"I find no road from {places[0].label} to {places[-1].label}.") from error
    return along(places, route.legs, route) if route else _estimated(inquiry, places)


def along(places: Sequence[Place], legs: Sequence[Leg], route: Route | None) -> Drive:
    """Return a way of these legs at a rig's pace."""
    stretches = [
        Stretch(
            origin=start.label,
            destination=end.label,
            distance_miles=round(leg.distance_miles, 1),
            driving_hours=round(leg.duration_hours * rules.RIG_SLOWER, 2),
        )
        for start, end, leg in zip(places, places[1:], legs, strict=False)
    ]
    miles = route.distance_miles if route else sum(leg.distance_miles for leg in legs)
    hours = route.duration_hours if route else sum(leg.duration_hours for leg in legs)
    return Drive(round(miles, 1), round(hours * rules.RIG_SLOWER, 2), stretches, route)


def exact_miles(miles: float) -> Decimal:
    """Return a distance for money to be reckoned with, to a tenth."""
    return Decimal(str(miles)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _estimated(inquiry: Inquiry, places: Sequence[Place]) -> Drive:
    inquiry.ctx.cite(STRAIGHT_LINE, inquiry.ctx.now, kind=SourceKind.ESTIMATE)
    inquiry.doubt(ESTIMATED)
    inquiry.remark(f"The distance is an estimate: the straight line and a quarter, at {rules.OPEN_ROAD_MPH:.0f} mph.")
    miles = [miles_between(start.point, end.point) * rules.WINDING for start, end in pairwise(places)]
    legs = [Leg(distance_miles=way, duration_hours=way / rules.OPEN_ROAD_MPH) for way in miles]
    return along(places, legs, None)
