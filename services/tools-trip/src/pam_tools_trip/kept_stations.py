"""The fuel stations PAM keeps: what is told of one, how one is shown, and which a search wants."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from pam_shared.tools.context import ToolContext
from pam_tools_trip import whereabouts
from pam_tools_trip.external import Point, miles_between
from pam_tools_trip.inquiry import Inquiry
from pam_tools_trip.positions import around
from pam_tools_trip.queries import stations
from pam_tools_trip.queries.stations import Station, StationFacts

LISTED = 50
Price = Annotated[Decimal | None, Field(ge=Decimal("0.50"), le=20, decimal_places=3, allow_inf_nan=False)]


class StationData(BaseModel):
    """What is told of a station, or what a search wants of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    station_name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    brand: Annotated[str, Field(max_length=100)] | None = None
    address: Annotated[str, Field(max_length=500)] | None = None
    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    regular_price: Price = None
    premium_price: Price = None
    diesel_price: Price = None
    rv_friendly: bool | None = None
    amenities: Annotated[list[str], Field(max_length=30)] | None = None

    @property
    def point(self) -> Point | None:
        """Where it is, if that is told."""
        if self.latitude is None or self.longitude is None:
            return None
        return Point(self.latitude, self.longitude)

    @property
    def prices(self) -> bool:
        """Whether a price is among it."""
        return not (self.regular_price is self.premium_price is self.diesel_price is None)


class StationShown(BaseModel):
    """A station as PAM keeps it."""

    id: UUID
    station_name: str
    brand: str | None
    address: str | None
    latitude: float
    longitude: float
    regular_price: Decimal | None
    premium_price: Decimal | None
    diesel_price: Decimal | None
    prices_as_of: str | None
    rv_friendly: bool | None
    amenities: list[str]
    distance_miles: float | None = None

    @classmethod
    def of(cls, row: Station, start: Point | None = None) -> "StationShown":
        """Return a station, with its distance from a start if there is one."""
        return cls(
            **{name: value for name, value in vars(row).items() if name != "prices_at"},
            prices_as_of=row.prices_at.date().isoformat() if row.prices_at else None,
            distance_miles=round(miles_between(start, row.point), 1) if start else None,
        )


async def search(
    inquiry: Inquiry, location: str | None, radius_miles: float, wanted: StationData
) -> tuple[list[StationShown], str]:
    """Return stations around a place, the nearest first, or the first of all by name; and where that was, as is said.

    Raises NothingFoundError for a place nobody knows.
    """
    db = inquiry.ctx.db
    if location is None:
        return [StationShown.of(row) for row in await stations.stations(db) if _is_wanted(row, wanted)], ""
    place = await whereabouts.find(inquiry, location)
    rows = await stations.stations_in(db, around(place.point, radius_miles))
    shown = [StationShown.of(row, place.point) for row in rows if _is_wanted(row, wanted)]
    near = [item for item in shown if (item.distance_miles or 0) <= radius_miles]
    return sorted(near, key=lambda item: item.distance_miles or 0), f" within {radius_miles} miles of {place.label}"


def facts(ctx: ToolContext, data: StationData, point: Point | None = None) -> StationFacts:
    """Return what is told of a station, at a point if it is new; prices are of this moment."""
    values = data.model_dump()
    if point:
        values |= {"latitude": point.latitude, "longitude": point.longitude}
    return StationFacts(**values, prices_at=ctx.now if data.prices else None)


def _is_wanted(row: Station, data: StationData) -> bool:
    """Whether a station is what a search wants: of a brand, kind to rigs, with these amenities."""
    return (
        (data.rv_friendly is None or row.rv_friendly is data.rv_friendly)
        and (data.brand is None or (row.brand or "").lower() == data.brand.lower())
        and (data.station_name is None or data.station_name.lower() in row.station_name.lower())
        and set(data.amenities or []) <= set(row.amenities)
    )
