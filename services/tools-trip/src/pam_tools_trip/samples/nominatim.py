"""Stands in for Nominatim."""

from typing import Any

from pam_tools_trip.external.geography import Point
from pam_tools_trip.samples.addresses import Known, at, known
from pam_tools_trip.samples.sample import Request, Response, Sample, told

LICENCE = "Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright"


def answer(request: Request) -> Response:
    """Answer a search, what is at a point, or how the server is."""
    if request.path == "/status":
        return told({"status": 0, "message": "OK", "software_version": "5.0.0"})
    if request.path == "/reverse":
        return told(_place(at(Point(float(request.query["lat"]), float(request.query["lon"])))))
    return told([_place(one) for one in known(request.query["q"])])


def empty(request: Request) -> Response:
    """Answer that nothing is known."""
    return told({"error": "Unable to geocode"} if request.path == "/reverse" else [])


def partial(request: Request) -> Response:
    """Answer with places without an address."""
    return told([_place(one) | {"address": {}} for one in known(request.query["q"])])


def _place(one: Known) -> dict[str, Any]:
    entry = one.entry
    street = [part for part in (one.housenumber, one.street) if part]
    latitude, longitude = one.point
    return {
        "place_id": entry.id,
        "licence": LICENCE,
        "osm_type": "node",
        "osm_id": entry.id,
        "lat": str(latitude),
        "lon": str(longitude),
        "category": "place",
        "type": "house" if street else entry.kind,
        "place_rank": 30 if street else 16,
        "importance": 0.5,
        "addresstype": "place" if street else entry.kind,
        "name": "" if street else entry.name,
        "display_name": ", ".join([*street, entry.name, entry.state, entry.country]),
        "address": {
            **({"house_number": one.housenumber, "road": one.street} if street else {}),
            "town": entry.name,
            "state": entry.state,
            "country": entry.country,
            "country_code": entry.country_code.lower(),
        },
        "boundingbox": [str(latitude - 0.1), str(latitude + 0.1), str(longitude - 0.1), str(longitude + 0.1)],
    }


SAMPLE = Sample(answer, empty, told({"error": {"code": 400, "message": "Nothing to search for."}}, 400), partial)
