"""Places a member saved or was at, and places everybody knows of."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pam_shared.contracts.location import Fix
from pam_shared.postgres.pool import Connection
from pam_tools_trip.external import Point
from pam_tools_trip.positions import Box


@dataclass(frozen=True)
class Favorite:
    """A saved place."""

    id: UUID
    location_name: str
    location_address: str
    category: str
    notes: str | None
    rating: int | None


@dataclass(frozen=True)
class Known:
    """A place written down for everybody; ``sample`` marks those made up for trying PAM out."""

    id: UUID
    name: str
    kind: str
    description: str | None
    address: str | None
    latitude: float
    longitude: float
    rating: float | None
    fee: Decimal | None
    updated_at: datetime
    sample: bool

    @property
    def point(self) -> Point:
        """Where it is."""
        return Point(self.latitude, self.longitude)


@dataclass(frozen=True)
class Campground:
    """A campground written down for everybody."""

    name: str
    address: str | None
    latitude: float
    longitude: float
    price_per_night: Decimal | None
    amenities: list[str]
    rating: float | None
    phone: str | None
    website: str | None
    max_rig_length_ft: int | None
    source: str
    sample: bool
    updated_at: datetime

    @property
    def point(self) -> Point:
        """Where it is."""
        return Point(self.latitude, self.longitude)


async def put_favorite(db: Connection, user: UUID, values: dict[str, Any]) -> tuple[Favorite, bool]:
    """Save a place, or change what was said of it; return it and whether it is new. Unsaid things stay."""
    row = await db.fetchrow(
        "insert into favorite_locations as f (user_id, location_name, location_address, category, notes, rating)"
        " values ($1, $2, $3, coalesce($4, 'general'), $5, $6)"
        " on conflict (user_id, lower(location_name), lower(location_address)) do update"
        " set category = coalesce($4, f.category), notes = coalesce($5, f.notes), rating = coalesce($6, f.rating),"
        " updated_at = now()"
        " returning id, location_name, location_address, category, notes, rating, xmax = 0 as is_new",
        user,
        values["location_name"],
        values["location_address"],
        values["category"],
        values["notes"],
        values["rating"],
    )
    *columns, is_new = row
    return Favorite(*columns), is_new


async def known_location(db: Connection) -> Fix | None:
    """Return where the member was last known to be."""
    row = await db.fetchrow("select latitude, longitude, accuracy_m, at from known_locations")
    return Fix(**dict(row)) if row else None


async def remember_location(db: Connection, user: UUID, fix: Fix) -> None:
    """Write down where the member is, unless something later is known."""
    await db.execute(
        "insert into known_locations as k (user_id, latitude, longitude, accuracy_m, at) values ($1, $2, $3, $4, $5)"
        " on conflict (user_id) do update set latitude = excluded.latitude, longitude = excluded.longitude,"
        " accuracy_m = excluded.accuracy_m, at = excluded.at where k.at < excluded.at",
        user,
        fix.latitude,
        fix.longitude,
        fix.accuracy_m,
        fix.at,
    )


async def campgrounds_in(db: Connection, box: Box) -> list[Campground]:
    """Return the campgrounds within a box."""
    rows = await db.fetch(
        "select name, address, latitude, longitude, price_per_night, amenities, rating::float8, phone, website,"
        " max_rig_length_ft, source, sample, updated_at from camping_locations"
        " where latitude between $1 and $2 and longitude between $3 and $4 limit 500",
        *box,
    )
    return [Campground(**dict(row)) for row in rows]


async def events_in(db: Connection, box: Box, today: date) -> list[Known]:
    """Return what takes place within a box, today or later, the soonest first."""
    rows = await db.fetch(
        "select id, event_name as name, coalesce(event_type, 'event') as kind,"
        " concat_ws('. ', to_char(start_date, 'FMMonth FMDD'), description) as description, address, latitude,"
        " longitude, null::float8 as rating, case when is_free then 0 else ticket_price end as fee, updated_at, sample"
        " from local_events where latitude between $1 and $2 and longitude between $3 and $4"
        " and coalesce(end_date, start_date) >= $5 order by start_date limit 200",
        *box,
        today,
    )
    return [Known(**dict(row)) for row in rows]


async def offroad_routes_in(db: Connection, box: Box) -> list[Known]:
    """Return the off-road routes that begin within a box."""
    rows = await db.fetch(
        "select id, route_name as name, 'offroad' as kind, concat_ws('. ', route_description, difficulty_level,"
        " safety_notes) as description, null as address, latitude, longitude, scenic_rating::float8 as rating,"
        " null::numeric as fee, updated_at, sample from offroad_routes"
        " where latitude between $1 and $2 and longitude between $3 and $4 limit 200",
        *box,
    )
    return [Known(**dict(row)) for row in rows]
