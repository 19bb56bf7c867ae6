"""What a device says of where its member is, and what no one can have travelled. Pure."""

import math
from datetime import datetime, timedelta
from typing import NamedTuple

from pam_tools_trip.external import Point, miles_between
from pam_tools_trip.external.geography import METRES_PER_MILE, MILES_PER_DEGREE

IMPOSSIBLE_MPH = 500.0
"""Faster than that, a position is flagged."""

JITTER_MILES = 5.0
"""A device's wandering: no distance at all, however short the time."""

SHORTEST = timedelta(minutes=1)
"""Two fixes closer in time count as this far apart."""

STALE_AFTER = timedelta(days=1)
POLE, DATE_LINE = 89.9, 180.0


class Box(NamedTuple):
    """What lies around a point, roughly: to be looked up by index before distances are taken."""

    south: float
    north: float
    west: float
    east: float


def around(point: Point, miles: float) -> Box:
    """Return a box that holds every point within the distance; near a pole or the date line, the whole circle."""
    high = 1.01 * miles / MILES_PER_DEGREE
    south, north = point.latitude - high, point.latitude + high
    wide = high / math.cos(math.radians(min(POLE, max(abs(south), abs(north)))))
    west, east = point.longitude - wide, point.longitude + wide
    if west < -DATE_LINE or east > DATE_LINE:
        return Box(south, north, -DATE_LINE, DATE_LINE)
    return Box(south, north, west, east)


def jump_mph(known: Point, known_at: datetime, now: Point, now_at: datetime, blur_metres: float) -> float | None:
    """Return the speed between two fixes where nobody can have travelled so fast, else None.

    ``blur_metres`` is how far off the two may be together.
    """
    miles = miles_between(known, now) - blur_metres / METRES_PER_MILE
    if miles <= JITTER_MILES:
        return None
    mph = miles / (max(abs(now_at - known_at), SHORTEST) / timedelta(hours=1))
    return mph if mph > IMPOSSIBLE_MPH else None
