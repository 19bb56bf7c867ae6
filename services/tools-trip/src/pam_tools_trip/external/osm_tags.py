"""What OpenStreetMap's tags say of a place or a road, in our words. Pure."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from pam_tools_trip.external.geography import Point
from pam_tools_trip.external.osm_values import address, charge, feet, pounds, said
from pam_tools_trip.external.poi import Amenity, Poi, Restriction

K = TypeVar("K")
_AMENITIES: dict[Amenity, tuple[str, ...]] = {
    "water": ("drinking_water",),
    "electric": ("power_supply",),
    "sewer": ("sanitary_dump_station",),
    "wifi": ("internet_access",),
    "laundry": ("washing_machine",),
    "shower": ("shower",),
    "pool": ("swimming_pool",),
    "pet_friendly": ("dog",),
}
_HOOKUPS: tuple[Amenity, ...] = ("water", "electric", "sewer")
_FUELS = {
    "diesel": ("fuel:diesel", "fuel:HGV_diesel"),
    "regular": ("fuel:octane_87", "fuel:octane_91", "fuel:octane_95"),
    "premium": ("fuel:octane_91", "fuel:octane_93", "fuel:octane_98"),
    "propane": ("fuel:lpg", "fuel:propane"),
}
_KINDS = {"caravan_site": "rv_park", "camp_site": "campground", "sanitary_dump_station": "dump_station"}
_TELLING = ("tourism", "amenity", "boundary", "leisure", "historic", "natural", "waterway", "highway", "craft")


def poi(known_as: str, tags: Mapping[str, str], where: Point, distance_miles: float) -> Poi:
    """Return the place that these tags describe."""
    price = charge(tags.get("charge"))
    return Poi(
        id=known_as,
        name=tags.get("name") or tags.get("operator") or tags.get("brand"),
        kind=_kind(tags),
        latitude=where.latitude,
        longitude=where.longitude,
        distance_miles=distance_miles,
        address=address(tags),
        phone=tags.get("phone") or tags.get("contact:phone"),
        website=tags.get("website") or tags.get("contact:website"),
        brand=tags.get("brand"),
        description=tags.get("description"),
        opening_hours=tags.get("opening_hours"),
        fee=said(tags, "fee"),
        charge=price[0] if price else None,
        charge_currency=price[1] if price else None,
        amenities=_amenities(tags),
        fuels=_known({fuel: said(tags, *keys) for fuel, keys in _FUELS.items()}),
        max_height_ft=feet(tags.get("maxheight")),
        max_length_ft=feet(tags.get("maxlength")),
    )


def restrictions(tags: Mapping[str, str], where: Point) -> Iterator[Restriction]:
    """Yield what the signs of a road forbid."""
    limits = {
        "height": feet(tags.get("maxheight")),
        "weight": pounds(tags.get("maxweight")),
        "length": feet(tags.get("maxlength")),
    }
    road = tags.get("name") or tags.get("ref")
    shared = {"road": road, "latitude": where.latitude, "longitude": where.longitude}
    for kind, limit in limits.items():
        if limit is not None:
            yield Restriction.model_validate({"type": kind, "limit": limit, **shared})
    if tags.get("hgv") == "no":
        yield Restriction.model_validate({"type": "no_trucks", "limit": None, **shared})


def _kind(tags: Mapping[str, str]) -> str:
    value = next((tags[key] for key in _TELLING if key in tags), "place")
    return _KINDS.get(value, value)


def _amenities(tags: Mapping[str, str]) -> dict[Amenity, bool]:
    known = _known({amenity: said(tags, *keys) for amenity, keys in _AMENITIES.items()})
    hookups = [known.get(one) for one in _HOOKUPS]
    if all(hookups):
        return {**known, "full_hookup": True}
    return {**known, "full_hookup": False} if False in hookups else known


def _known(answers: Mapping[K, bool | None]) -> dict[K, bool]:
    return {key: value for key, value in answers.items() if value is not None}
