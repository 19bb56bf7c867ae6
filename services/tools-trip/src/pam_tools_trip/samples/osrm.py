"""Stands in for OSRM."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from pam_tools_trip.external.geography import METRES_PER_MILE, Point
from pam_tools_trip.samples import driving
from pam_tools_trip.samples.sample import Request, Response, Sample, told

SECONDS_PER_HOUR = 3600


def answer(request: Request) -> Response:
    """Answer ``/route``, ``/trip`` or ``/nearest``."""
    _, service, _, _, places = request.path.split("/")
    points = [_point(place) for place in places.split(";")]
    if service == "nearest":
        return told({"code": "Ok", "waypoints": [_waypoint(points[0])]})
    if not driving.is_joined(points):
        code = "NoRoute" if service == "route" else "NoTrips"
        return told({"code": code, "message": "Impossible route between points"}, 400)
    return told(_trip(points) if service == "trip" else _route_answer(points))


def empty(_: Request) -> Response:
    """Answer that no road leads there."""
    return told({"code": "NoRoute", "message": "Impossible route between points"}, 400)


def _route_answer(points: Sequence[Point]) -> dict[str, Any]:
    return {"code": "Ok", "routes": [_route(points)], "waypoints": [_waypoint(point) for point in points]}


def _trip(points: Sequence[Point]) -> dict[str, Any]:
    order = driving.best_order(points)
    waypoints = [
        _waypoint(point) | {"trips_index": 0, "waypoint_index": order.index(index)}
        for index, point in enumerate(points)
    ]
    return {"code": "Ok", "trips": [_route([points[index] for index in order])], "waypoints": waypoints}


def _route(points: Sequence[Point]) -> dict[str, Any]:
    legs = [_leg(*stretch) for stretch in pairwise(points)]
    return {
        "distance": round(sum(leg["distance"] for leg in legs), 1),
        "duration": round(sum(leg["duration"] for leg in legs), 1),
        "weight": round(sum(leg["duration"] for leg in legs), 1),
        "weight_name": "routability",
        "geometry": {"type": "LineString", "coordinates": [[p.longitude, p.latitude] for p in driving.line(points)]},
        "legs": legs,
    }


def _leg(start: Point, end: Point) -> dict[str, Any]:
    miles = driving.miles(start, end)
    seconds = round(driving.hours(miles) * SECONDS_PER_HOUR, 1)
    return {
        "distance": round(miles * METRES_PER_MILE, 1),
        "duration": seconds,
        "summary": "",
        "weight": seconds,
        "steps": [],
    }


def _waypoint(point: Point) -> dict[str, Any]:
    return {"hint": "", "distance": 3.2, "name": "", "location": [point.longitude, point.latitude]}


def _point(place: str) -> Point:
    longitude, latitude = place.split(",")
    return Point(float(latitude), float(longitude))


SAMPLE = Sample(
    answer, empty, told({"code": "InvalidQuery", "message": "Query string malformed close to position 12"}, 400)
)
