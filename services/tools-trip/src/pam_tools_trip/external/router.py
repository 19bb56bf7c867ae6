"""Routes: OSRM for cars and orders of stops, Valhalla for rigs with a height, a weight and a length."""

import asyncio
from collections.abc import Sequence

from pam_shared.errors import NotFoundError
from pam_tools_trip.external.found import Found
from pam_tools_trip.external.geography import Point
from pam_tools_trip.external.osrm import Osrm
from pam_tools_trip.external.routes import Leg, OrderedRoute, Rig, RigRoutes, Route
from pam_tools_trip.external.valhalla import Valhalla

__all__ = ["Leg", "OrderedRoute", "Rig", "RigRoutes", "Route", "Router"]


class Router:
    """Routes between two or more points. Fresh for 24 hours. Raises NotFoundError where no road leads."""

    def __init__(self, cars: Osrm, rigs: Valhalla) -> None:
        self._cars = cars
        self._rigs = rigs

    async def route(self, points: Sequence[Point]) -> Found[Route]:
        """Return the way by car through the points in this order. Raises NotFoundError, ExternalUnavailableError."""
        return await self._cars.route(points)

    async def best_order(self, points: Sequence[Point]) -> Found[OrderedRoute]:
        """Return the shortest order of the points between the first and the last, which stay. Raises as ``route``."""
        return await self._cars.best_order(points)

    async def for_rig(self, points: Sequence[Point], rig: Rig) -> Found[RigRoutes]:
        """Return the ways by car and by a rig of this size. Raises as ``route`` when not even a car gets there."""
        try:
            async with asyncio.TaskGroup() as asking:
                by_car = asking.create_task(self._rigs.route(points, None))
                by_rig = asking.create_task(self._rigs.route(points, rig))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        car, found = by_car.result().value, by_rig.result()
        if car is None:
            raise NotFoundError("No road leads there: a place may be on an island or far from any road.")
        older = min(by_car.result(), found, key=lambda answer: answer.as_of)
        return older.map(lambda _: RigRoutes(car=car, rig=found.value))
