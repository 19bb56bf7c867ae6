"""Stands in for Valhalla: low bridges stand on every third way, and nothing taller than a bus gets anywhere."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import orjson

from pam_tools_trip.external.geography import Point
from pam_tools_trip.samples import driving
from pam_tools_trip.samples.atlas import dice
from pam_tools_trip.samples.sample import Request, Response, Sample, told

SECONDS_PER_HOUR = 3600
LOW_BRIDGE_METRES = 3.9
TALLEST_METRES = 4.6
HEAVIEST_TONNES = 36.3
TRUCK_SLOWNESS = 1.12
NO_PATH = {"error_code": 442, "error": "No path could be found for input", "status_code": 400, "status": "Bad Request"}
PRECISION = 1e6


def answer(request: Request) -> Response:
    """Answer ``/route`` or ``/status``."""
    if request.path == "/status":
        return told({"version": "3.5.1", "tileset_last_modified": 1_760_000_000})
    asked = orjson.loads(request.body)
    points = [Point(place["lat"], place["lon"]) for place in asked["locations"]]
    limits = asked.get("costing_options", {}).get("truck", {}) if asked["costing"] == "truck" else None
    if not driving.is_joined(points) or (limits and _is_too_large(limits)):
        return told(NO_PATH, 400)
    return told({"trip": _trip(points, limits)})


def empty(_: Request) -> Response:
    """Answer that there is no way."""
    return told(NO_PATH, 400)


def _is_too_large(limits: dict[str, float]) -> bool:
    return limits.get("height", 0) > TALLEST_METRES or limits.get("weight", 0) > HEAVIEST_TONNES


def _trip(points: Sequence[Point], limits: dict[str, float] | None) -> dict[str, Any]:
    legs = [_leg(*stretch, limits) for stretch in pairwise(points)]
    return {
        "locations": [{"type": "break", "lat": point.latitude, "lon": point.longitude} for point in points],
        "legs": legs,
        "summary": _summary([leg["summary"] for leg in legs]),
        "status_message": "Found route between points",
        "status": 0,
        "units": "miles",
        "language": "en-US",
    }


def _leg(start: Point, end: Point, limits: dict[str, float] | None) -> dict[str, Any]:
    detour = _detour(start, end) if limits and limits.get("height", 0) > LOW_BRIDGE_METRES else 1.0
    miles = driving.miles(start, end) * detour
    slowness = TRUCK_SLOWNESS if limits is not None else 1.0
    summary = {
        "time": round(driving.hours(miles) * slowness * SECONDS_PER_HOUR, 1),
        "length": round(miles, 3),
        "has_toll": dice("toll", start, end).random() < 0.1,  # noqa: PLR2004 - one in ten
        "has_highway": True,
        "has_ferry": False,
        "has_time_restrictions": False,
    }
    return {"summary": summary, "shape": encode(driving.line([start, end])), "maneuvers": []}


def _detour(start: Point, end: Point) -> float:
    chance = dice("bridge", start, end)
    return 1 + chance.uniform(0.03, 0.12) if chance.randrange(3) == 0 else 1.0


def _summary(legs: list[dict[str, Any]]) -> dict[str, Any]:
    return legs[0] | {
        "time": round(sum(leg["time"] for leg in legs), 1),
        "length": round(sum(leg["length"] for leg in legs), 3),
        "has_toll": any(leg["has_toll"] for leg in legs),
    }


def encode(line: Sequence[Point]) -> str:
    """Return the encoded polyline of precision 6."""
    corners = [(round(point.latitude * PRECISION), round(point.longitude * PRECISION)) for point in line]
    steps = [corners[0], *((b[0] - a[0], b[1] - a[1]) for a, b in pairwise(corners))]
    return "".join(letter for step in steps for number in step for letter in _letters(number))


def _letters(number: int) -> Iterator[str]:
    left = ~(number << 1) if number < 0 else number << 1
    while left >= 0x20:  # noqa: PLR2004 - five bits a letter
        yield chr((0x20 | (left & 0x1F)) + 63)
        left >>= 5
    yield chr(left + 63)


REFUSAL = {"error_code": 120, "error": "Insufficient number of locations", "status_code": 400, "status": "Bad Request"}
SAMPLE = Sample(answer, empty, told(REFUSAL, 400))
