"""Stands in for Wikipedia's search around a point."""

from typing import Any

from pam_tools_trip.external.geography import METRES_PER_MILE, Point, miles_between
from pam_tools_trip.samples.atlas import Entry, within
from pam_tools_trip.samples.sample import Request, Response, Sample, told


def answer(request: Request) -> Response:
    """Answer with what is there, or what site this is."""
    if "list" not in request.query:
        return told({"batchcomplete": "", "query": {"general": {"sitename": "Wikipedia"}}})
    latitude, longitude = request.query["gscoord"].split("|")
    middle, metres = Point(float(latitude), float(longitude)), float(request.query["gsradius"])
    found = within(middle, metres / METRES_PER_MILE)[: int(request.query["gslimit"])]
    return _pages([_page(entry, middle) for entry in found])


def empty(_: Request) -> Response:
    """Answer with nothing."""
    return _pages([])


def _page(entry: Entry, middle: Point) -> dict[str, Any]:
    state = f"{entry.name}, {entry.state}" if entry.kind == "town" else entry.name
    return {
        "pageid": 900_000 + entry.id,
        "ns": 0,
        "title": state,
        "lat": entry.point.latitude,
        "lon": entry.point.longitude,
        "dist": round(miles_between(entry.point, middle) * METRES_PER_MILE, 1),
        "primary": "",
    }


def _pages(found: list[dict[str, Any]]) -> Response:
    return told({"batchcomplete": "", "query": {"geosearch": found}})


SAMPLE = Sample(answer, empty, told({"error": {"code": "invalid-coord", "info": "Invalid coordinate provided"}}, 200))
