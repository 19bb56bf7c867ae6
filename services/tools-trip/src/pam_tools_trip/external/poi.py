"""Points of interest, and signs that say what may pass."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from pam_tools_trip.external.found import Fact
from pam_tools_trip.external.geography import Point

Amenity = Literal["water", "electric", "sewer", "wifi", "laundry", "shower", "pool", "pet_friendly", "full_hookup"]
RestrictionType = Literal["height", "weight", "length", "no_trucks"]


class Poi(Fact):
    """A point of interest. ``amenities`` holds what is known, either way: a missing one is unknown, not absent."""

    id: str
    """Of OpenStreetMap: ``node/123``."""
    name: str | None
    kind: str
    """``rv_park``, ``campground``, ``dump_station``, ``fuel``, ``museum``, ``viewpoint``, ``national_park`` …"""
    latitude: float
    longitude: float
    distance_miles: float
    address: str | None = None
    phone: str | None = None
    website: str | None = None
    brand: str | None = None
    description: str | None = None
    opening_hours: str | None = None
    fee: bool | None = None
    charge: Decimal | None = None
    """The price its sign says, in ``charge_currency``; per night at campgrounds."""
    charge_currency: str | None = None
    amenities: dict[Amenity, bool] = Field({})
    fuels: dict[str, bool] = Field({})
    """At fuel stations, what is known: ``diesel``, ``regular``, ``premium``, ``propane``."""
    max_height_ft: float | None = None
    max_length_ft: float | None = None

    @property
    def point(self) -> Point:
        """Where it is."""
        return Point(self.latitude, self.longitude)


class Restriction(Fact):
    """A sign on a road near a route. ``limit`` in feet (height, length) or pounds (weight); None: no trucks at all."""

    type: RestrictionType
    limit: float | None
    road: str | None
    latitude: float
    longitude: float

    @property
    def point(self) -> Point:
        """Where the sign is."""
        return Point(self.latitude, self.longitude)
