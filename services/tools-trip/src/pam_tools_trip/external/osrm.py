"""Ways by car and the best order of stops, by OSRM."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter

from pam_shared.errors import NotFoundError
from pam_tools_trip.external.client import RefusedError
from pam_tools_trip.external.found import Found, Kept
from pam_tools_trip.external.geography import METRES_PER_MILE, Point
from pam_tools_trip.external.routes import Leg, OrderedRoute, Route
from pam_tools_trip.external.source import Source

S = TypeVar("S")
T = TypeVar("T")
SECONDS_PER_HOUR = 3600
SHAPE = {"overview": "simplified", "geometries": "geojson", "steps": "false"}
NO_ROAD = {"NoRoute", "NoTrips", "NoSegment"}


class _Leg(BaseModel):
    distance: float
    duration: float

    def leg(self) -> Leg:
        return Leg(distance_miles=_miles(self.distance), duration_hours=_hours(self.duration))


class _Geometry(BaseModel):
    coordinates: list[tuple[float, float]]
    """Longitude, latitude."""


class _Route(BaseModel):
    """Metres and seconds."""

    distance: float
    duration: float
    geometry: _Geometry
    legs: list[_Leg]

    def route(self) -> Route:
        return Route(
            distance_miles=_miles(self.distance),
            duration_hours=_hours(self.duration),
            legs=[leg.leg() for leg in self.legs],
            geometry=[Point(latitude, longitude) for longitude, latitude in self.geometry.coordinates],
        )


class _Routes(BaseModel):
    routes: list[_Route]


class _Waypoint(BaseModel):
    waypoint_index: int


class _Trips(BaseModel):
    trips: list[_Route]
    waypoints: list[_Waypoint]

    def ordered(self) -> OrderedRoute:
        visited = [waypoint.waypoint_index for waypoint in self.waypoints]
        order = sorted(range(len(visited)), key=visited.__getitem__)
        return OrderedRoute(order=order, route=self.trips[0].route())


_ROUTES, _TRIPS = TypeAdapter(_Routes), TypeAdapter(_Trips)
_ROUTE_SHAPE, _ORDER_SHAPE = TypeAdapter(Kept[Route]), TypeAdapter(Kept[OrderedRoute])


class Osrm:
    """Roads of OpenStreetMap for cars. One request per second on the public server."""

    def __init__(self, source: Source) -> None:
        self._source = source

    async def route(self, points: Sequence[Point]) -> Found[Route]:
        """Return the way through the points. Raises NotFoundError where no road leads, ExternalUnavailableError."""
        path = f"/route/v1/driving/{_path(points)}"

        async def ask() -> Kept[Route]:
            return Kept(value=await self._get(path, _ROUTES, lambda answer: answer.routes[0].route(), SHAPE))

        return await self._source.find(path, _ROUTE_SHAPE, ask)

    async def best_order(self, points: Sequence[Point]) -> Found[OrderedRoute]:
        """Return the shortest order between the first point and the last. Raises as ``route``."""
        path = f"/trip/v1/driving/{_path(points)}"
        fixed_ends = {"roundtrip": "false", "source": "first", "destination": "last"}

        async def ask() -> Kept[OrderedRoute]:
            return Kept(value=await self._get(path, _TRIPS, _Trips.ordered, SHAPE | fixed_ends))

        return await self._source.find(path, _ORDER_SHAPE, ask)

    async def _get(self, path: str, shape: TypeAdapter[S], make: Callable[[S], T], params: dict[str, str]) -> T:
        try:
            return await self._source.service.get(path, shape, make, params)
        except RefusedError as refused:
            if refused.body.get("code") in NO_ROAD:
                raise NotFoundError("No road leads there: a place may be on an island or far from any road.") from None
            raise


def _path(points: Sequence[Point]) -> str:
    return ";".join(f"{point.longitude:.5f},{point.latitude:.5f}" for point in points)


def _miles(metres: float) -> float:
    return round(metres / METRES_PER_MILE, 1)


def _hours(seconds: float) -> float:
    return round(seconds / SECONDS_PER_HOUR, 2)
