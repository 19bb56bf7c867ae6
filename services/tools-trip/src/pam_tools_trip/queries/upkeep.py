"""Maintenance, and what the odometers say."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from pam_shared.postgres.pool import Connection
from pam_tools_trip.upkeep import Service


@dataclass(frozen=True)
class NewService:
    """A service to be written down."""

    vehicle_id: UUID | None
    task: str
    description: str
    cost: Decimal
    date: dt.date
    mileage: int | None
    service_provider: str | None
    next_due_date: dt.date | None
    next_due_mileage: int | None


async def insert_service(db: Connection, user: UUID, service: NewService) -> UUID:
    """Write a service down and return its id."""
    record_id: UUID = await db.fetchval(
        "insert into maintenance_records (user_id, vehicle_id, task, description, cost, date, mileage,"
        " service_provider, next_due_date, next_due_mileage) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " returning id",
        user,
        service.vehicle_id,
        service.task,
        service.description,
        service.cost,
        service.date,
        service.mileage,
        service.service_provider,
        service.next_due_date,
        service.next_due_mileage,
    )
    return record_id


async def latest_services(db: Connection, vehicle: UUID | None) -> list[Service]:
    """Return the last record of each task, of one vehicle or of all: an earlier one's due date is history."""
    rows = await db.fetch(
        "select distinct on (vehicle_id, lower(task)) id, vehicle_id, task, date, cost, mileage, next_due_date,"
        " next_due_mileage from maintenance_records where $1::uuid is null or vehicle_id = $1"
        " order by vehicle_id, lower(task), date desc, created_at desc",
        vehicle,
    )
    return [Service(*row) for row in rows]


async def odometers(db: Connection) -> dict[UUID | None, Decimal]:
    """Return the last reading of each vehicle, from fill-ups and services."""
    rows = await db.fetch(
        "select distinct on (vehicle_id) vehicle_id, reading from ("
        "select vehicle_id, odometer as reading, date, created_at from fuel_log union all"
        " select vehicle_id, mileage, date, created_at from maintenance_records where mileage is not null) as readings"
        " order by vehicle_id, date desc, reading desc, created_at desc"
    )
    return {row["vehicle_id"]: row["reading"] for row in rows}
