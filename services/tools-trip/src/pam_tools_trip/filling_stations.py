"""Fuel stations: what the map knows and what is written down here, with the prices anybody paid."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from pam_shared.contracts.tools import SourceKind
from pam_tools_trip import driving
from pam_tools_trip.external import Place, Poi, Point, miles_between, miles_to_line
from pam_tools_trip.fuels import FuelType
from pam_tools_trip.inquiry import Inquiry
from pam_tools_trip.positions import Box, around
from pam_tools_trip.queries import stations

BESIDE_MILES = 2.0
"""How far off the way a station may be."""

PRICE_LASTS = dt.timedelta(days=14)
"""An older price is history."""

SAME_PLACE_MILES = 0.1
FROM_MAP = "stations from the map"
OWN, PAID = "PAM's fuel stations", "prices members paid"


@dataclass(frozen=True)
class Pump:
    """A station, its distance from the place or the way's start, and the last price known of the fuel asked for."""

    station_id: UUID | None
    name: str
    address: str | None
    price: Decimal | None
    price_source: str | None
    price_as_of: dt.date | None
    distance_miles: float
    has_diesel: bool | None
    lat: float
    lng: float

    @property
    def point(self) -> Point:
        """Where it is."""
        return Point(self.lat, self.lng)


async def near_or_along(inquiry: Inquiry, places: Sequence[Place], radius_miles: float, fuel: FuelType) -> list[Pump]:
    """Return stations around the one place, or along the way to the second; the cheapest known first, then the nearest.

    Raises NothingFoundError where no road leads.
    """
    line = await _line(inquiry, places)
    asked = inquiry.world.places
    mapped = await inquiry.hear(
        FROM_MAP,
        asked.fuel_stations_along(line, BESIDE_MILES) if line[1:] else asked.fuel_stations(line[0], radius_miles),
    )
    written = await _written(inquiry, line, radius_miles, fuel)
    shown = [_of_map(poi) for poi in mapped or [] if _has(poi, fuel)]
    pumps = [*written, *(pump for pump in shown if not _known(pump, written))]
    return sorted(pumps, key=lambda pump: (pump.price is None, pump.price or 0, pump.distance_miles))


async def _line(inquiry: Inquiry, places: Sequence[Place]) -> Sequence[Point]:
    """Return the way, straight where nobody knows better; of one place, the place."""
    points = [place.point for place in places]
    if not points[1:]:
        return points
    drive = await driving.drive(inquiry, places)
    return drive.route.geometry if drive.route else points


async def _written(inquiry: Inquiry, line: Sequence[Point], radius_miles: float, fuel: FuelType) -> list[Pump]:
    """Return our own stations near the line, with the newest of what we were told and what members paid there."""
    ctx, within = inquiry.ctx, BESIDE_MILES if line[1:] else radius_miles
    rows = await stations.stations_in(ctx.db, _box(line, within))
    near = [row for row in rows if miles_to_line(row.point, line) <= within]
    since = ctx.today - PRICE_LASTS
    paid = await stations.prices_paid(ctx.db, [row.id for row in near], fuel, since)
    if near:
        ctx.cite(OWN, ctx.now, kind=SourceKind.RECORDS)
    if paid:
        oldest = min(price.on for price in paid.values())
        ctx.cite(PAID, dt.datetime.combine(oldest, dt.time(), ctx.zone), kind=SourceKind.MEMBER)
    return [_priced(_own(row, line[0]), row, fuel, paid.get(row.id), since) for row in near]


def _box(line: Sequence[Point], within: float) -> Box:
    boxes = [around(point, within) for point in line]
    return Box(
        min(box.south for box in boxes),
        max(box.north for box in boxes),
        min(box.west for box in boxes),
        max(box.east for box in boxes),
    )


def _own(row: stations.Station, start: Point) -> Pump:
    return Pump(
        station_id=row.id,
        name=row.station_name,
        address=row.address,
        price=None,
        price_source=None,
        price_as_of=None,
        distance_miles=round(miles_between(start, row.point), 1),
        has_diesel=True if row.diesel_price is not None else None,
        lat=row.latitude,
        lng=row.longitude,
    )


def _priced(pump: Pump, row: stations.Station, fuel: FuelType, paid: stations.PaidThere | None, since: dt.date) -> Pump:
    told, on = row.price(fuel), row.prices_at.date() if row.prices_at else None
    if paid and (told is None or on is None or paid.on >= on):
        return replace(pump, price=paid.price, price_source="a member paid it", price_as_of=paid.on)
    if told is None or on is None or on < since:
        return pump
    return replace(pump, price=told, price_source="PAM was told", price_as_of=on)


def _of_map(poi: Poi) -> Pump:
    return Pump(
        station_id=None,
        name=poi.name or poi.brand or "a station without a name",
        address=poi.address,
        price=None,
        price_source=None,
        price_as_of=None,
        distance_miles=round(poi.distance_miles, 1),
        has_diesel=poi.fuels.get("diesel"),
        lat=poi.latitude,
        lng=poi.longitude,
    )


def _has(poi: Poi, fuel: FuelType) -> bool:
    """Whether a station may have a fuel: only one known not to is left out."""
    return poi.fuels.get(fuel.value, True)


def _known(pump: Pump, written: Iterable[Pump]) -> bool:
    return any(miles_between(pump.point, other.point) <= SAME_PLACE_MILES for other in written)
