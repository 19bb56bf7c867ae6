"""Ways that fit a rig's height, weight and length, by Valhalla."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, TypeAdapter

from pam_shared.errors import InvalidRequestError
from pam_tools_trip.external.client import RefusedError
from pam_tools_trip.external.found import Found, Kept
from pam_tools_trip.external.geography import FEET_PER_METRE, POUNDS_PER_TONNE, Point
from pam_tools_trip.external.routes import Leg, Rig, Route
from pam_tools_trip.external.source import Source

SECONDS_PER_HOUR = 3600
NO_WAY = {171, 442}
"""Its codes for "no road near a point" and "no way between the points"."""
TOO_FAR = 154
PRECISION = 1e6
MOST_CORNERS = 400
"""Of a kept way: enough to draw a day's drive."""


class _Summary(BaseModel):
    """Seconds and, as we ask for them, miles."""

    time: float
    length: float
    has_toll: bool | None = None
    has_ferry: bool | None = None


class _Leg(BaseModel):
    summary: _Summary
    shape: str

    def leg(self) -> Leg:
        return Leg(
            distance_miles=round(self.summary.length, 1), duration_hours=round(self.summary.time / SECONDS_PER_HOUR, 2)
        )


class _Trip(BaseModel):
    summary: _Summary
    legs: list[_Leg]

    def route(self) -> Route:
        line = [point for leg in self.legs for point in decode(leg.shape)]
        every = -(-len(line) // MOST_CORNERS)
        return Route(
            distance_miles=round(self.summary.length, 1),
            duration_hours=round(self.summary.time / SECONDS_PER_HOUR, 2),
            legs=[leg.leg() for leg in self.legs],
            geometry=[*line[:-1:every], *line[-1:]] if line else [],
            has_toll=self.summary.has_toll,
            has_ferry=self.summary.has_ferry,
        )


class _Answer(BaseModel):
    trip: _Trip


_ANSWER = TypeAdapter(_Answer)
_SHAPE = TypeAdapter(Kept[Route | None])


class Valhalla:
    """Roads of OpenStreetMap for trucks. One request per second on the public server."""

    def __init__(self, source: Source) -> None:
        self._source = source

    async def route(self, points: Sequence[Point], rig: Rig | None) -> Found[Route | None]:
        """Return the way of a rig, of a car without one; None where no way fits it.

        Raises InvalidRequestError for what is too far for one question, ExternalUnavailableError.
        """
        asked = _question(points, rig)
        return await self._source.find(f"{asked}", _SHAPE, lambda: self._ask(asked))

    async def _ask(self, asked: dict[str, Any]) -> Kept[Route | None]:
        service = self._source.service
        try:
            route = await service.ask("/route", lambda answer: answer.read(_ANSWER).trip.route(), body=asked)
        except RefusedError as refused:
            code = refused.body.get("error_code")
            if code == TOO_FAR:
                raise InvalidRequestError(
                    "origin and destination: they are too far apart to check for a rig at once; ask about each part."
                ) from None
            if code not in NO_WAY:
                raise
            return Kept(value=None)
        return Kept(value=route)


def _question(points: Sequence[Point], rig: Rig | None) -> dict[str, Any]:
    places = [{"lat": round(point.latitude, 5), "lon": round(point.longitude, 5), "type": "break"} for point in points]
    asked: dict[str, Any] = {"locations": places, "units": "miles", "costing": "truck" if rig else "auto"}
    if rig:
        asked["costing_options"] = {"truck": _limits(rig)}
    return asked


def _limits(rig: Rig) -> dict[str, float]:
    """Return a rig's size in metres and tonnes."""
    limits = {
        "height": round(rig.height_ft / FEET_PER_METRE, 2),
        "weight": round(rig.weight_lbs / POUNDS_PER_TONNE, 2),
    }
    return limits | ({"length": round(rig.length_ft / FEET_PER_METRE, 2)} if rig.length_ft else {})


def decode(shape: str) -> list[Point]:
    """Return the points of an encoded polyline of precision 6. Raises ValueError when it is none."""
    numbers = list(_numbers(shape))
    if len(numbers) % 2:
        raise ValueError("half a point in a polyline")
    latitude, longitude, line = 0, 0, []
    for north, east in zip(numbers[::2], numbers[1::2], strict=True):
        latitude, longitude = latitude + north, longitude + east
        line.append(Point(latitude / PRECISION, longitude / PRECISION))
    return line


def _numbers(shape: str) -> Iterator[int]:
    """Yield the differences a polyline holds: five bits a letter, the sign in the last of them."""
    number, shift = 0, 0
    for letter in shape:
        bits = ord(letter) - 63
        number |= (bits & 0x1F) << shift
        shift += 5
        if bits < 0x20:  # noqa: PLR2004 - the last letter of a number
            yield ~(number >> 1) if number & 1 else number >> 1
            number, shift = 0, 0
