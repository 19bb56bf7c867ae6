"""Fuel stations everybody knows of."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pam_shared.postgres.pool import Connection, Record
from pam_tools_trip.external import Point
from pam_tools_trip.fuels import FuelType
from pam_tools_trip.positions import Box


@dataclass(frozen=True)
class Station:
    """A station as it is written down; prices are dollars a gallon, as of ``prices_at``."""

    id: UUID
    station_name: str
    brand: str | None
    address: str | None
    latitude: float
    longitude: float
    regular_price: Decimal | None
    premium_price: Decimal | None
    diesel_price: Decimal | None
    prices_at: datetime | None
    rv_friendly: bool | None
    amenities: list[str]

    @property
    def point(self) -> Point:
        """Where it is."""
        return Point(self.latitude, self.longitude)

    def price(self, fuel: FuelType) -> Decimal | None:
        """Return the price of a fuel."""
        return {"regular": self.regular_price, "premium": self.premium_price, "diesel": self.diesel_price}[fuel]


@dataclass(frozen=True)
class PaidThere:
    """What a member paid at a station, and when."""

    price: Decimal
    on: date


@dataclass(frozen=True)
class StationFacts:
    """What is told of a station; None is what nobody said."""

    station_name: str | None
    brand: str | None
    address: str | None
    latitude: float | None
    longitude: float | None
    regular_price: Decimal | None
    premium_price: Decimal | None
    diesel_price: Decimal | None
    prices_at: datetime | None
    rv_friendly: bool | None
    amenities: list[str] | None


def _station(row: Record) -> Station:
    return Station(**{field.name: row[field.name] for field in fields(Station)})


async def station(db: Connection, station_id: UUID) -> Station | None:
    """Return a station."""
    row = await db.fetchrow("select * from fuel_stations where id = $1", station_id)
    return _station(row) if row else None


async def stations_in(db: Connection, box: Box) -> list[Station]:
    """Return the stations within a box."""
    rows = await db.fetch(
        "select * from fuel_stations where latitude between $1 and $2 and longitude between $3 and $4 limit 500", *box
    )
    return [_station(row) for row in rows]


async def stations(db: Connection) -> list[Station]:
    """Return the first stations by name."""
    return [_station(row) for row in await db.fetch("select * from fuel_stations order by station_name, id limit 500")]


async def prices_paid(
    db: Connection, station_ids: Sequence[UUID], fuel: FuelType, since: date
) -> dict[UUID, PaidThere]:
    """Return what members last paid at stations, without who they are."""
    rows = await db.fetch(
        "select station_id, price, paid_on from prices_paid($1, $2) where fuel_type = $3",
        list(station_ids),
        since,
        fuel,
    )
    return {row["station_id"]: PaidThere(row["price"], row["paid_on"]) for row in rows}


async def insert_station(db: Connection, facts: StationFacts) -> Station | None:
    """Write a station down and return it; None when there is one of that name at that place."""
    row = await db.fetchrow(
        "insert into fuel_stations (station_name, brand, address, latitude, longitude, regular_price, premium_price,"
        " diesel_price, prices_at, rv_friendly, amenities)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, coalesce($11::text[], '{}'))"
        " on conflict (station_name, latitude, longitude) do nothing returning *",
        *vars(facts).values(),
    )
    return _station(row) if row else None


async def update_station(db: Connection, station_id: UUID, facts: StationFacts) -> Station | None:
    """Change what is said of a station and return it; None when another of that name is at that place."""
    row = await db.fetchrow(
        "update fuel_stations as s set station_name = coalesce($2, s.station_name), brand = coalesce($3, s.brand),"
        " address = coalesce($4, s.address), latitude = coalesce($5, s.latitude),"
        " longitude = coalesce($6, s.longitude), regular_price = coalesce($7, s.regular_price),"
        " premium_price = coalesce($8, s.premium_price), diesel_price = coalesce($9, s.diesel_price),"
        " prices_at = coalesce($10, s.prices_at), rv_friendly = coalesce($11, s.rv_friendly),"
        " amenities = coalesce($12::text[], s.amenities), updated_at = now()"
        " where id = $1 and not exists (select from fuel_stations as other where other.id <> $1"
        " and other.station_name = coalesce($2, s.station_name) and other.latitude = coalesce($5, s.latitude)"
        " and other.longitude = coalesce($6, s.longitude)) returning s.*",
        station_id,
        *vars(facts).values(),
    )
    return _station(row) if row else None
