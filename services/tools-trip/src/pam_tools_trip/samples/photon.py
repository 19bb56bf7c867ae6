"""Stands in for Photon."""

from typing import Any

from pam_tools_trip.external.geography import Point
from pam_tools_trip.samples.addresses import Known, at, known
from pam_tools_trip.samples.sample import Request, Response, Sample, told


def answer(request: Request) -> Response:
    """Answer a search, or what is at a point."""
    if request.path == "/reverse":
        point = Point(float(request.query["lat"]), float(request.query["lon"]))
        return _collection([at(point)])
    return _collection(known(request.query["q"]))


def empty(_: Request) -> Response:
    """Answer with no feature."""
    return _collection([])


def partial(request: Request) -> Response:
    """Answer with features that have hardly a property."""
    found = [_feature(one) for one in known(request.query.get("q", "Moab"))]
    for feature in found:
        feature["properties"] = {"osm_value": "yes", "name": feature["properties"].get("name")}
    return told({"type": "FeatureCollection", "features": found})


def _collection(found: list[Known]) -> Response:
    return told({"type": "FeatureCollection", "features": [_feature(one) for one in found]})


def _feature(one: Known) -> dict[str, Any]:
    entry, is_house = one.entry, one.street is not None
    about = {
        "osm_type": "N",
        "osm_id": entry.id,
        "osm_key": "building" if is_house else "place",
        "osm_value": "house" if is_house else entry.kind,
        "type": "house" if is_house else "city",
        "state": entry.state,
        "country": entry.country,
        "countrycode": entry.country_code,
    }
    if is_house:
        about |= {"housenumber": one.housenumber, "street": one.street, "city": entry.name}
    else:
        about["name"] = entry.name
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [one.point.longitude, one.point.latitude]},
        "properties": about,
    }


SAMPLE = Sample(answer, empty, told({"message": "missing search term 'q': /?q=berlin"}, 400), partial)
