"""RV parks and campgrounds: what the map knows and what is written down here, as one list."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import get_args

from pydantic import BaseModel

from pam_shared.contracts.tools import SourceKind
from pam_tools_trip.external import Amenity, Poi, Point, miles_between
from pam_tools_trip.inquiry import Inquiry
from pam_tools_trip.positions import around as box_around
from pam_tools_trip.queries import places

SAME_PLACE_MILES = 0.5
OWN = "PAM's campgrounds"
MAP = "OpenStreetMap"
DOLLARS = "USD"
AMENITIES: frozenset[str] = frozenset(get_args(Amenity))


class Site(BaseModel):
    """A place to stay. ``amenities`` holds what is known, either way; a missing one is unknown."""

    name: str
    address: str | None
    latitude: float
    longitude: float
    distance_miles: float
    price_per_night: Decimal | None
    amenities: dict[Amenity, bool]
    max_length_ft: float | None
    rating: float | None
    phone: str | None
    website: str | None
    source: str


async def around(inquiry: Inquiry, point: Point, radius_miles: float) -> list[Site]:
    """Return every place to stay within a distance, the nearest first; what is in both lists, once.

    Raises ExternalUnavailableError when the map cannot be asked and nothing else is known: that is not "none".
    """
    written = await written_down(inquiry, point, radius_miles)
    mapped = await inquiry.hear("campgrounds from the map", inquiry.world.places.rv_parks(point, radius_miles))
    if mapped is None and not written:
        inquiry.give_up()
    sites = [*written, *(site for poi in mapped or [] if (site := _of_map(poi)) and not _known(site, written))]
    return sorted(sites, key=lambda site: site.distance_miles)


async def written_down(inquiry: Inquiry, point: Point, radius_miles: float) -> list[Site]:
    """Return the places to stay this worker keeps itself."""
    rows = await places.campgrounds_in(inquiry.ctx.db, box_around(point, radius_miles))
    near = [row for row in rows if miles_between(point, row.point) <= radius_miles]
    if near:
        oldest, sample = min(row.updated_at for row in near), any(row.sample for row in near)
        inquiry.ctx.cite(OWN, oldest, kind=SourceKind.RECORDS, sample=sample)
    return [_written(row, point) for row in near]


def fitting(
    sites: Iterable[Site], amenities: Sequence[Amenity], max_price: Decimal | None, length_ft: float | None
) -> list[Site]:
    """Return the sites nothing known speaks against: those known to have all that is asked first, then the nearest."""
    possible = [
        site
        for site in sites
        if all(site.amenities.get(name, True) for name in amenities)
        and not _above(site.price_per_night, max_price)
        and not _above(length_ft, site.max_length_ft)
    ]
    return sorted(possible, key=lambda site: (_unknown(site, amenities, max_price), site.distance_miles))


def _unknown(site: Site, amenities: Sequence[Amenity], max_price: Decimal | None) -> int:
    """Return how much of what was asked for nobody knows of a site."""
    is_price_unknown = max_price is not None and site.price_per_night is None
    return sum(name not in site.amenities for name in amenities) + is_price_unknown


def _above(value: Decimal | float | None, limit: Decimal | float | None) -> bool:
    return value is not None and limit is not None and value > limit


def _known(site: Site, written: Iterable[Site]) -> bool:
    here = Point(site.latitude, site.longitude)
    return any(
        other.name.lower() == site.name.lower()
        and miles_between(here, Point(other.latitude, other.longitude)) <= SAME_PLACE_MILES
        for other in written
    )


def _written(row: places.Campground, point: Point) -> Site:
    return Site(
        name=row.name,
        address=row.address,
        latitude=row.latitude,
        longitude=row.longitude,
        distance_miles=miles_between(point, row.point),
        price_per_night=row.price_per_night,
        amenities={name: True for name in row.amenities if name in AMENITIES},
        max_length_ft=row.max_rig_length_ft,
        rating=row.rating,
        phone=row.phone,
        website=row.website,
        source=row.source,
    )


def _of_map(poi: Poi) -> Site | None:
    """Return what the map shows as a site; one without a name nobody could ask for."""
    if poi.name is None:
        return None
    return Site(
        **poi.model_dump(
            include={"name", "address", "latitude", "longitude", "distance_miles", "amenities", "phone", "website"}
        ),
        price_per_night=poi.charge if poi.charge_currency == DOLLARS else None,
        max_length_ft=poi.max_length_ft,
        rating=None,
        source=MAP,
    )
