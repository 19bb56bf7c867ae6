"""Boxes around a point, for an index to look into before distances are measured. Pure."""

import math
from dataclasses import dataclass

EARTH_RADIUS = 3958.7613
"""Miles, the mean; the same sphere as ``miles_between`` in the migrations."""

FAR_EAST = 180.0
FAR_NORTH = 90.0


@dataclass(frozen=True)
class Box:
    """Degrees that enclose a circle. ``spans`` are one or two ranges of longitude: two across the date line."""

    south: float
    north: float
    spans: tuple[tuple[float, float], tuple[float, float]]


def box_around(latitude: float, longitude: float, miles: float) -> Box:
    """Return the smallest box that holds every point within so many miles of the given one."""
    reach = miles / EARTH_RADIUS
    south, north = latitude - math.degrees(reach), latitude + math.degrees(reach)
    if south <= -FAR_NORTH or north >= FAR_NORTH:
        whole = (-FAR_EAST, FAR_EAST)
        return Box(max(south, -FAR_NORTH), min(north, FAR_NORTH), (whole, whole))
    width = math.degrees(math.asin(math.sin(reach) / math.cos(math.radians(latitude))))
    return Box(south, north, _spans(longitude - width, longitude + width))


def _spans(west: float, east: float) -> tuple[tuple[float, float], tuple[float, float]]:
    if west < -FAR_EAST:
        return (-FAR_EAST, east), (west + 2 * FAR_EAST, FAR_EAST)
    if east > FAR_EAST:
        return (west, FAR_EAST), (-FAR_EAST, east - 2 * FAR_EAST)
    return (west, east), (west, east)
