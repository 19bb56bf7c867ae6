"""Stands in for the US National Weather Service's warnings."""

import datetime as dt
from typing import Any

from pam_shared.clock import utc_now
from pam_tools_trip.external.geography import Point
from pam_tools_trip.samples.atlas import Entry, dice, nearest
from pam_tools_trip.samples.sample import Request, Response, Sample, told

PROBLEM = "application/problem+json"
EVENTS = (
    ("High Wind Warning", "Severe", "Southwest winds 35 to 45 mph with gusts up to 65 mph expected."),
    ("Wind Advisory", "Moderate", "West winds 25 to 35 mph with gusts up to 50 mph expected."),
    ("Heat Advisory", "Moderate", "Heat index values up to 108 expected."),
    ("Winter Weather Advisory", "Moderate", "Snow expected. Total accumulations of 3 to 6 inches."),
    ("Flash Flood Watch", "Severe", "Flash flooding caused by excessive rainfall is possible."),
    ("Red Flag Warning", "Severe", "Gusty winds and low humidity. Outdoor burning is not recommended."),
    ("Dense Fog Advisory", "Minor", "Visibility one quarter mile or less in dense fog."),
)
ONE_IN = 4


def answer(request: Request) -> Response:
    """Answer with the warnings at a point: at one place in four there is one."""
    if request.path == "/alerts/active/count":
        return told({"total": 0, "land": 0, "marine": 0, "regions": {}, "areas": {}, "zones": {}})
    point = Point(*(float(number) for number in request.query["point"].split(",")))
    town = nearest(point)
    if town.country_code != "US":
        return _problem(404, "Data Unavailable For Requested Point", "InvalidPoint")
    chance = dice("alert", f"{point.latitude:.1f},{point.longitude:.1f}", utc_now().date())
    found = [_alert(chance.randrange(len(EVENTS)), town)] if chance.randrange(ONE_IN) == 0 else []
    return _collection(found)


def empty(_: Request) -> Response:
    """Answer that there is none."""
    return _collection([])


def partial(request: Request) -> Response:
    """Answer with two warnings, of which one says little, and a test message."""
    town = nearest(Point(*(float(number) for number in request.query["point"].split(","))))
    grave, mild = _alert(0, town), _alert(6, town)
    mild["properties"] |= {"headline": None, "description": None, "ends": None, "severity": "Unknown"}
    exercise = _alert(4, town)
    exercise["properties"]["status"] = "Test"
    return _collection([mild, exercise, grave])


def _alert(number: int, town: Entry) -> dict[str, Any]:
    event, severity, text = EVENTS[number]
    begun = utc_now().replace(minute=0, second=0, microsecond=0)
    until = begun + dt.timedelta(hours=12)
    about = {
        "id": f"urn:oid:2.49.0.1.840.0.sample.{town.id}.{number}",
        "areaDesc": f"{town.name} and surroundings",
        "sent": begun.isoformat(),
        "effective": begun.isoformat(),
        "onset": begun.isoformat(),
        "expires": until.isoformat(),
        "ends": until.isoformat(),
        "status": "Actual",
        "messageType": "Alert",
        "category": "Met",
        "severity": severity,
        "certainty": "Likely",
        "urgency": "Expected",
        "event": event,
        "senderName": f"NWS near {town.name}",
        "headline": f"{event} for {town.name}",
        "description": text,
        "instruction": "Delay travel with high-profile vehicles if you can.",
        "response": "Prepare",
    }
    return {"id": about["id"], "type": "Feature", "geometry": None, "properties": about}


def _collection(features: list[dict[str, Any]]) -> Response:
    about = {"type": "FeatureCollection", "features": features, "title": "Current watches, warnings, and advisories"}
    return told(about, content_type="application/geo+json")


def _problem(status: int, title: str, kind: str) -> Response:
    body = {"type": f"https://api.weather.gov/problems/{kind}", "title": title, "status": status, "detail": title}
    return told(body | {"correlationId": "sample"}, status, PROBLEM)


SAMPLE = Sample(answer, empty, _problem(400, "Bad Request", "BadRequest"), partial)
