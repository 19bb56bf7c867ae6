"""Stands in for the registry of road works, and for a feed of each state in it."""

import datetime as dt
from typing import Any

from pam_shared.clock import utc_now
from pam_tools_trip.samples.atlas import Entry, dice, entries
from pam_tools_trip.samples.sample import Request, Response, Sample, told

STATES = ("Arizona", "California", "Colorado", "Florida", "Texas", "Utah", "Washington", "Wyoming")
FEED = "/feeds/"
IMPACTS = ("all-lanes-open", "some-lanes-closed", "some-lanes-closed", "all-lanes-closed")
WORKS = ("Bridge repair", "Resurfacing", "Guardrail replacement", "Rockfall mitigation", "Utility work")


def answer(request: Request) -> Response:
    """Answer with the registry, or with a state's feed."""
    if request.path.startswith(FEED):
        state = request.path.removeprefix(FEED).removesuffix(".geojson").replace("-", " ")
        return _feed([_event(entry) for entry in entries() if entry.state == state and _has_works(entry)])
    return told([_row(state, request.origin) for state in STATES][: int(request.query.get("$limit", "200"))])


def empty(request: Request) -> Response:
    """Answer with no feeds, or no events."""
    return _feed([]) if request.path.startswith(FEED) else told([])


def partial(request: Request) -> Response:
    """Answer with a feed in which one event is malformed; of the registry, with rows that lack a URL."""
    if request.path.startswith(FEED):
        town = next(entry for entry in entries() if entry.state == "Utah")
        return _feed([_event(town), {"type": "Feature", "properties": {}, "geometry": None}])
    return told([_row("Utah", request.origin), {"state": "Utah", "feedname": "lost"}])


def _row(state: str, origin: str) -> dict[str, Any]:
    return {
        "state": state.lower(),
        "issuingorganization": f"{state} DOT (sample)",
        "feedname": f"{state.lower()}_dot",
        "url": {"url": f"{origin}{FEED}{state.replace(' ', '-')}.geojson"},
        "format": "geojson",
        "active": True,
        "version": "4.1",
        "datafeed_frequency_update": "5m",
        "needapikey": False,
    }


def _has_works(entry: Entry) -> bool:
    return dice("works", entry.name, entry.state).random() < 0.5  # noqa: PLR2004 - every second place


def _event(entry: Entry) -> dict[str, Any]:
    chance = dice("work", entry.name, entry.state)
    now = utc_now().replace(microsecond=0)
    latitude, longitude = entry.point.latitude + 0.03, entry.point.longitude - 0.02
    return {
        "id": f"sample-{entry.id}",
        "type": "Feature",
        "properties": {
            "core_details": {
                "event_type": "work-zone",
                "data_source_id": "sample",
                "road_names": [f"US {chance.randint(2, 99)}"],
                "direction": chance.choice(("northbound", "southbound", "eastbound", "westbound")),
                "description": f"{chance.choice(WORKS)} near {entry.name}",
            },
            "start_date": (now - dt.timedelta(days=chance.randint(1, 30))).isoformat().replace("+00:00", "Z"),
            "end_date": (now + dt.timedelta(days=chance.randint(1, 60))).isoformat().replace("+00:00", "Z"),
            "vehicle_impact": chance.choice(IMPACTS),
            "restrictions": [{"type": "reduced-width", "value": 11, "unit": "feet"}] if chance.random() < 0.3 else [],  # noqa: PLR2004
        },
        "geometry": {"type": "LineString", "coordinates": [[longitude, latitude], [longitude + 0.02, latitude + 0.01]]},
    }


def _feed(events: list[dict[str, Any]]) -> Response:
    info = {"publisher": "sample", "version": "4.1", "update_date": utc_now().isoformat(), "data_sources": []}
    return told(
        {"feed_info": info, "type": "FeatureCollection", "features": events}, content_type="application/geo+json"
    )


SAMPLE = Sample(
    answer,
    empty,
    told({"code": "query.soql.no-such-column", "error": True, "message": "Query coordinator error"}, 400),
    partial,
)
