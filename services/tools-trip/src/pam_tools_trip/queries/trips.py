"""Trips and their waypoints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pam_shared.postgres.pool import Connection
from pam_tools_trip.external import Place

MOST = 2_000


@dataclass(frozen=True)
class NewTrip:
    """A trip to be saved; costs are unknown where a price was."""

    vehicle_id: UUID | None
    title: str
    origin: str
    destination: str
    start_date: date | None
    end_date: date | None
    distance_miles: float
    duration_hours: float
    gas_cost: Decimal | None
    lodging_cost: Decimal | None
    total_cost: Decimal | None
    budget: Decimal | None


async def insert_trip(db: Connection, user: UUID, trip: NewTrip, places: Sequence[Place]) -> UUID:
    """Save a trip with its waypoints, origin and destination among them, and return its id."""
    trip_id: UUID = await db.fetchval(
        "insert into user_trips (user_id, vehicle_id, title, origin, destination, start_date, end_date,"
        " distance_miles, duration_hours, gas_cost, lodging_cost, total_cost, budget)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8::float8, $9::float8, $10, $11, $12, $13) returning id",
        user,
        *vars(trip).values(),
    )
    await db.execute(
        "insert into manual_waypoints (user_id, trip_id, position, name, latitude, longitude)"
        " select $1, $2, w.position - 1, w.name, w.latitude, w.longitude"
        " from unnest($3::text[], $4::float8[], $5::float8[])"
        " with ordinality as w (name, latitude, longitude, position)",
        user,
        trip_id,
        [place.label[:500] for place in places],
        [place.latitude for place in places],
        [place.longitude for place in places],
    )
    return trip_id


async def trips_between(db: Connection, start: date, end: date) -> list[dict[str, Any]]:
    """Return trips of these days, newest first; one without days counts on the day it was planned."""
    rows = await db.fetch(
        "select id, title, origin, destination, start_date, end_date, status, distance_miles::float8,"
        " total_cost as estimated_total from user_trips"
        " where coalesce(start_date, created_at::date) <= $2 and coalesce(end_date, start_date, created_at::date) >= $1"
        " order by created_at desc, id desc limit $3",
        start,
        end,
        MOST + 1,
    )
    return [dict(row) for row in rows]


async def services_between(db: Connection, start: date, end: date) -> list[dict[str, Any]]:
    """Return maintenance of these days, newest first."""
    rows = await db.fetch(
        "select id, task, date, cost, mileage, next_due_date, next_due_mileage from maintenance_records"
        " where date between $1 and $2 order by date desc, id desc limit $3",
        start,
        end,
        MOST + 1,
    )
    return [dict(row) for row in rows]


async def fill_ups_between(db: Connection, start: date, end: date) -> list[dict[str, Any]]:
    """Return fill-ups of these days, newest first."""
    rows = await db.fetch(
        "select id, date, gallons, total, odometer, mpg, location from fuel_log"
        " where date between $1 and $2 order by date desc, id desc limit $3",
        start,
        end,
        MOST + 1,
    )
    return [dict(row) for row in rows]


async def favorites_count(db: Connection) -> int:
    """Return how many places the member has saved."""
    count: int = await db.fetchval("select count(*) from favorite_locations")
    return count
