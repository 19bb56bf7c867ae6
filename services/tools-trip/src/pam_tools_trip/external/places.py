"""Places on the map, from OpenStreetMap by Overpass."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import BaseModel, Field, TypeAdapter

from pam_tools_trip.external.breaker import FailedError
from pam_tools_trip.external.found import Found, Kept
from pam_tools_trip.external.geography import METRES_PER_MILE, Point, miles_along, miles_between, spaced_along
from pam_tools_trip.external.osm_queries import (
    DUMP_STATIONS,
    FUEL,
    LIMITS,
    MOST_CORNERS,
    RV_PARKS,
    around,
    question,
    sights,
)
from pam_tools_trip.external.osm_tags import poi, restrictions
from pam_tools_trip.external.poi import Amenity, Poi, Restriction, RestrictionType
from pam_tools_trip.external.source import Source

__all__ = ["Amenity", "Places", "Poi", "Restriction", "RestrictionType"]

T = TypeVar("T")
MOST = 100
ASKED = 400
"""Overpass does not sort by distance: the nearest hundred are among more."""
BESIDE_METRES = 150
"""How far from a simplified way its own road may lie."""


class Places:
    """OpenStreetMap, where volunteers wrote it down. Nearest first, at most 100. Fresh for 24 hours."""

    def __init__(self, source: Source) -> None:
        self._source = source

    async def rv_parks(self, point: Point, radius_miles: float) -> Found[list[Poi]]:
        """Return RV parks and campgrounds. Raises ExternalUnavailableError."""
        return await self._near(RV_PARKS, point, radius_miles)

    async def dump_stations(self, point: Point, radius_miles: float) -> Found[list[Poi]]:
        """Return dump stations. Raises ExternalUnavailableError."""
        return await self._near(DUMP_STATIONS, point, radius_miles)

    async def fuel_stations(self, point: Point, radius_miles: float) -> Found[list[Poi]]:
        """Return fuel stations; OpenStreetMap knows no prices. Raises ExternalUnavailableError."""
        return await self._near(FUEL, point, radius_miles)

    async def fuel_stations_along(self, line: Sequence[Point], within_miles: float) -> Found[list[Poi]]:
        """Return fuel stations beside a way, by their distance from its start. Raises ExternalUnavailableError."""
        corners = spaced_along(line, MOST_CORNERS)
        asked = question(FUEL, around(corners, within_miles * METRES_PER_MILE), ASKED)
        return await self._find(asked, _POIS, lambda found: _pois(found, lambda point: miles_along(corners, point)))

    async def attractions(self, point: Point, radius_miles: float, categories: Sequence[str] = ()) -> Found[list[Poi]]:
        """Return sights: museums, viewpoints, zoos, theme parks, parks, nature, national parks, historic places.

        ``categories`` are words such as ``museum`` or ``hiking``; none means all. Raises InvalidRequestError for a
        word nobody knows, ExternalUnavailableError.
        """
        return await self._near(sights(categories), point, radius_miles)

    async def restrictions_along(self, line: Sequence[Point]) -> Found[list[Restriction]]:
        """Return signs of height, weight and length on and beside a way, in its order. Raises as above.

        Of a way with many corners only some are asked about, and the answer is partial.
        """
        corners = spaced_along(line, MOST_CORNERS)
        asked = question(LIMITS, around(corners, BESIDE_METRES), ASKED)
        found = await self._find(asked, _RESTRICTIONS, lambda elements: _signs(elements, corners))
        return found.as_partial() if len(line) > len(corners) else found

    async def _near(self, filters: Sequence[str], point: Point, radius_miles: float) -> Found[list[Poi]]:
        middle = Point(round(point.latitude, 3), round(point.longitude, 3))
        asked = question(filters, around([middle], radius_miles * METRES_PER_MILE), ASKED)
        return await self._find(asked, _POIS, lambda found: _pois(found, lambda where: miles_between(middle, where)))

    async def _find(
        self, asked: str, shape: TypeAdapter[Kept[list[T]]], read: Callable[[list["_Element"]], list[T]]
    ) -> Found[list[T]]:
        return await self._source.find(asked, shape, lambda: self._ask(asked, read))

    async def _ask(self, asked: str, read: Callable[[list["_Element"]], list[T]]) -> Kept[list[T]]:
        """A question that took too long is answered with a remark, and with what was found until then."""
        service = self._source.service
        return await service.ask(
            "/api/interpreter", lambda answer: _kept(answer.read(_ANSWER), read), form={"data": asked}
        )


class _Centre(BaseModel):
    lat: float
    lon: float


class _Element(BaseModel):
    type: str
    id: int
    lat: float | None = None
    lon: float | None = None
    center: _Centre | None = None
    tags: dict[str, str] = Field({})

    @property
    def where(self) -> Point | None:
        if self.center:
            return Point(self.center.lat, self.center.lon)
        return Point(self.lat, self.lon) if self.lat is not None and self.lon is not None else None


class _Answer(BaseModel):
    elements: list[_Element]
    remark: str | None = None


def _kept(answer: _Answer, read: Callable[[list[_Element]], list[T]]) -> Kept[list[T]]:
    if answer.remark and not answer.elements:
        raise FailedError("OpenStreetMap could not look that far in time; a smaller radius may work.", code="timeout")
    placed = [element for element in answer.elements if element.where]
    return Kept(value=read(placed), partial=bool(answer.remark) or len(answer.elements) >= ASKED)


def _pois(elements: list[_Element], miles: Callable[[Point], float]) -> list[Poi]:
    found = [
        poi(f"{element.type}/{element.id}", element.tags, element.where, round(miles(element.where), 1))
        for element in elements
        if element.where
    ]
    return sorted(found, key=lambda one: one.distance_miles)[:MOST]


def _signs(elements: list[_Element], line: Sequence[Point]) -> list[Restriction]:
    found = [sign for element in elements if element.where for sign in restrictions(element.tags, element.where)]
    return sorted(found, key=lambda sign: miles_along(line, sign.point))[:MOST]


_ANSWER = TypeAdapter(_Answer)
_POIS = TypeAdapter(Kept[list[Poi]])
_RESTRICTIONS = TypeAdapter(Kept[list[Restriction]])
