"""Ways to drive as the stand-ins for OSRM and Valhalla know them: the great circle, and a quarter more."""

from collections.abc import Sequence
from itertools import pairwise

from pam_tools_trip.external.geography import Point, miles_between

WINDING = 1.25
MILES_PER_HOUR = 52.0
MILES_PER_CORNER = 20.0
ISLANDS = ((18.0, 23.0, -161.0, -154.0), (17.5, 18.7, -67.5, -64.0))
"""South, north, west, east of Hawaii and Puerto Rico."""


def is_joined(points: Sequence[Point]) -> bool:
    """Whether roads lead from each to the next: not over the sea."""
    return len({_island(point) for point in points}) == 1


def miles(start: Point, end: Point) -> float:
    """Return the miles to drive."""
    return miles_between(start, end) * WINDING


def hours(distance: float) -> float:
    """Return the hours that takes."""
    return distance / MILES_PER_HOUR


def line(points: Sequence[Point]) -> list[Point]:
    """Return the way's corners."""
    corners = [corner for start, end in pairwise(points) for corner in _between(start, end)]
    return [*corners, points[-1]]


def best_order(points: Sequence[Point]) -> list[int]:
    """Return the indexes in the order of always driving to the nearest next, the ends staying where they are."""
    order, left = [0], list(range(1, len(points) - 1))
    while left:
        nearest = min(left, key=lambda index: miles(points[order[-1]], points[index]))
        left.remove(nearest)
        order.append(nearest)
    return [*order, len(points) - 1]


def _between(start: Point, end: Point) -> list[Point]:
    count = max(1, int(miles_between(start, end) / MILES_PER_CORNER))
    north, east = (end.latitude - start.latitude) / count, (end.longitude - start.longitude) / count
    return [Point(start.latitude + north * step, start.longitude + east * step) for step in range(count)]


def _island(point: Point) -> int:
    for number, (south, north, west, east) in enumerate(ISLANDS, 1):
        if south <= point.latitude <= north and west <= point.longitude <= east:
            return number
    return 0
