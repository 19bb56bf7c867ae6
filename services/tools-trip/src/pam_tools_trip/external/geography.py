"""Points on the earth and the miles between them. Pure."""

from collections.abc import Sequence
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

EARTH_RADIUS_MILES = 3958.7613
METRES_PER_MILE = 1609.344
FEET_PER_METRE = 3.28084
POUNDS_PER_TONNE = 2204.62
MILES_PER_DEGREE = 69.0
"""Of latitude, everywhere; of longitude at the equator."""


class Point(NamedTuple):
    """A place by its coordinates, in degrees."""

    latitude: float
    longitude: float

    @property
    def text(self) -> str:
        """The point as ``lat,lon`` with four decimals: eleven metres, and what the weather service takes at most."""
        return f"{self.latitude:.4f},{self.longitude:.4f}"


def miles_between(one: Point, other: Point) -> float:
    """Return the great circle distance, in miles."""
    north, south = radians(one.latitude), radians(other.latitude)
    across = sin((south - north) / 2) ** 2
    along = sin(radians(other.longitude - one.longitude) / 2) ** 2
    return 2 * EARTH_RADIUS_MILES * asin(min(1.0, sqrt(across + cos(north) * cos(south) * along)))


def miles_to_line(point: Point, line: Sequence[Point]) -> float:
    """Return how far a point is from the nearest corner or stretch of a line, in miles. The line is not empty."""
    return min(
        (_miles_to_stretch(point, *stretch) for stretch in pairwise(line)), default=miles_between(point, line[0])
    )


def miles_along(line: Sequence[Point], point: Point) -> float:
    """Return how far from the line's start its corner nearest to a point is, in miles along the line."""
    nearest = min(range(len(line)), key=lambda index: miles_between(line[index], point))
    return sum(miles_between(*stretch) for stretch in pairwise(line[: nearest + 1]))


def spaced_along(line: Sequence[Point], count: int) -> list[Point]:
    """Return at most ``count`` points of a line, its ends among them, evenly spread over its corners."""
    if len(line) <= count:
        return list(line)
    step = (len(line) - 1) / (count - 1)
    return [line[round(index * step)] for index in range(count)]


def _miles_to_stretch(point: Point, start: Point, end: Point) -> float:
    """Treat the stretch as flat around the point: good to a percent over a day's drive."""
    shrink = cos(radians(point.latitude))
    ax, ay = (start.longitude - point.longitude) * shrink, start.latitude - point.latitude
    bx, by = (end.longitude - point.longitude) * shrink, end.latitude - point.latitude
    length = (bx - ax) ** 2 + (by - ay) ** 2
    share = 0.0 if length == 0 else max(0.0, min(1.0, -(ax * (bx - ax) + ay * (by - ay)) / length))
    return MILES_PER_DEGREE * sqrt((ax + share * (bx - ax)) ** 2 + (ay + share * (by - ay)) ** 2)
