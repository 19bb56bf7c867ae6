"""Stands in for Open-Meteo's geocoding: towns and parks by the beginning of their names."""

from typing import Any

from pam_tools_trip.samples.atlas import Entry, named
from pam_tools_trip.samples.sample import Request, Response, Sample, told

CODES = {"town": "PPL", "park": "PRK", "road": "RD"}


def answer(request: Request) -> Response:
    """Answer with ``results``, which are absent when there are none."""
    found = named(request.query["name"])[: int(request.query.get("count", "10"))]
    head = {"generationtime_ms": 0.4}
    return told(head | {"results": [_town(entry) for entry in found]} if found else head)


def empty(_: Request) -> Response:
    """Answer that nothing matches."""
    return told({"generationtime_ms": 0.4})


def partial(request: Request) -> Response:
    """Answer without what small places lack."""
    towns = [_town(entry) for entry in named(request.query["name"])]
    lacking = [{key: town[key] for key in ("id", "name", "latitude", "longitude", "country_code")} for town in towns]
    return told({"generationtime_ms": 0.4, "results": lacking})


def _town(entry: Entry) -> dict[str, Any]:
    town = {
        "id": entry.id,
        "name": entry.name,
        "latitude": entry.point.latitude,
        "longitude": entry.point.longitude,
        "elevation": 500.0,
        "feature_code": CODES[entry.kind],
        "country_code": entry.country_code,
        "country": entry.country,
        "admin1": entry.state,
        "timezone": "GMT",
    }
    return town | ({"population": entry.population} if entry.population else {})


SAMPLE = Sample(
    answer, empty, told({"error": True, "reason": "Parameter count must be between 1 and 100."}, 400), partial
)
