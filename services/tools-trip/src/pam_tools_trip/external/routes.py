"""Ways to drive, and the vehicles that drive them."""

from dataclasses import dataclass

from pam_tools_trip.external.found import Fact
from pam_tools_trip.external.geography import Point


@dataclass(frozen=True)
class Rig:
    """What limits where a vehicle may go."""

    height_ft: float
    weight_lbs: float
    length_ft: float | None = None


class Leg(Fact):
    """The way from one point to the next."""

    distance_miles: float
    duration_hours: float


class Route(Fact):
    """A way to drive. ``geometry`` is simplified, from the first point to the last; tolls are None where unknown."""

    distance_miles: float
    duration_hours: float
    legs: list[Leg]
    geometry: list[Point]
    has_toll: bool | None = None
    has_ferry: bool | None = None


class OrderedRoute(Fact):
    """Stops in the shortest order. ``order[i]`` is the index, among the points given, of the i-th one visited."""

    order: list[int]
    route: Route


class RigRoutes(Fact):
    """The way by car and the way a rig may go, by the same service. ``rig`` is None when no way fits it."""

    car: Route
    rig: Route | None

    @property
    def detour_miles(self) -> float | None:
        """How much longer the rig's way is, in miles; None when there is none."""
        return round(self.rig.distance_miles - self.car.distance_miles, 1) if self.rig else None
