"""Whether the rig fits the way."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from pam_shared.errors import NotFoundError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_trip import clearance, rules, vehicles, whereabouts
from pam_tools_trip.arguments import PlaceText
from pam_tools_trip.clearance import Obstacle, Verdict
from pam_tools_trip.external import Place, Rig, RigRoutes
from pam_tools_trip.inquiry import Inquiry, NothingFoundError

SURE = 0.7
"""Volunteers write signs down, and not all of them."""

CAUTION = "The map doesn't know every sign: trust the ones you see."
SAID = 3


class Way(Arguments):
    """From where to where, and the rig's size."""

    origin: PlaceText = Field(examples=["Hartford, CT"], description='Where it begins; "here" is understood.')
    destination: PlaceText = Field(examples=["Boston, MA"], description="Where it ends.")
    vehicle_height_ft: float | None = Field(None, ge=4, le=20, description="The vehicle's if not given, else 12.")
    vehicle_weight_lbs: float | None = Field(
        None, ge=1_000, le=80_000, description="The vehicle's if not given, else 20,000."
    )
    vehicle_length_ft: float | None = Field(None, ge=10, le=75, description="The vehicle's if not given.")


class Alternative(BaseModel):
    """A way the rig fits, when it is not the shortest; hours at a rig's pace."""

    distance_miles: float
    driving_hours: float
    detour_miles: float


class Restrictions(Result):
    """Whether the shortest way fits, what stands in it, and the way around; None where there is no way at all."""

    safe: bool | None = None
    restrictions: list[Obstacle] = Field(default_factory=list)
    alternative_route: Alternative | None = None
    vehicle_height_ft: float | None = None
    vehicle_weight_lbs: float | None = None
    vehicle_length_ft: float | None = None
    assumed: list[str] = Field(default_factory=list, description="Which of the sizes nobody told.")

    @property
    def is_empty(self) -> bool:
        """Whether there is no such place or way."""
        return self.safe is None


@tool(effect="read", aliases=("mapbox_tool",))
async def check_route_restrictions(ctx: ToolContext, args: Way) -> Restrictions:
    """Check a way against the rig's size: low bridges, weight and length limits, and the way around them."""
    inquiry = Inquiry(ctx)
    try:
        start, end = await whereabouts.find_all(inquiry, {"origin": args.origin, "destination": args.destination})
        size = await vehicles.size_of(inquiry, args.vehicle_height_ft, args.vehicle_weight_lbs, args.vehicle_length_ft)
        routes = await _routes(inquiry, [start, end], size.rig)
    except NothingFoundError as error:
        return Restrictions(message=str(error))
    signs = await inquiry.hear("signs on the way", inquiry.world.places.restrictions_along(routes.car.geometry))
    obstacles = clearance.obstacles(signs or [], size.rig)
    verdict = clearance.verdict(obstacles, routes.detour_miles)
    inquiry.doubt(SURE)
    inquiry.remark(CAUTION)
    return Restrictions(
        message=f"{start.label} to {end.label}: {_sentence(verdict, obstacles, routes)}{size.spoken}"
        + inquiry.closing(),
        safe=verdict.safe,
        restrictions=obstacles,
        alternative_route=_alternative(routes) if verdict.way_around and not verdict.safe else None,
        vehicle_height_ft=size.rig.height_ft,
        vehicle_weight_lbs=size.rig.weight_lbs,
        vehicle_length_ft=size.rig.length_ft,
        assumed=size.assumed,
    )


async def _routes(inquiry: Inquiry, places: Sequence[Place], rig: Rig) -> RigRoutes:
    try:
        return await inquiry.need(inquiry.world.router.for_rig([place.point for place in places], rig))
    except NotFoundError as error:
        raise NothingFoundError(f"I find no road from {places[0].label} to {places[-1].label}.") from error


def _alternative(routes: RigRoutes) -> Alternative | None:
    if routes.rig is None:
        return None
    return Alternative(
        distance_miles=round(routes.rig.distance_miles, 1),
        driving_hours=round(routes.rig.duration_hours * rules.RIG_SLOWER, 2),
        detour_miles=round(routes.detour_miles or 0, 1),
    )


def _sentence(verdict: Verdict, obstacles: list[Obstacle], routes: RigRoutes) -> str:
    signs = "; ".join(obstacle.spoken for obstacle in obstacles[:SAID])
    if verdict.safe:
        return f"your rig fits the shortest way{f'. Watch for {signs}' if signs else ''}."
    if routes.rig is None:
        return f"I find no way that fits your rig{f': {signs}' if signs else ''}."
    why = f"the shortest way does not fit your rig{f': {signs}' if signs else ''}."
    if not verdict.way_around:
        return f"{why} The signs may stand beside it, so look before you go."
    return f"{why} A way that fits is {routes.rig.distance_miles:,.0f} miles, {routes.detour_miles:,.1f} more."
