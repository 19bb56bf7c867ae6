"""Fill-ups, and what vehicles consume."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from pam_shared.postgres.pool import Connection
from pam_tools_trip.consumption import ROLLING, FillUp, MpgSource
from pam_tools_trip.fuels import FuelType


@dataclass(frozen=True)
class NewFillUp:
    """A fill-up to be written down: US gallons, dollars and miles."""

    vehicle_id: UUID | None
    station_id: UUID | None
    date: date
    gallons: Decimal
    total: Decimal
    odometer: Decimal
    restarts: bool
    full: bool
    fuel_type: FuelType
    location: str | None


@dataclass(frozen=True)
class Known:
    """What a vehicle is believed to consume; ``stated_at`` is when the member last said so themselves."""

    mpg: Decimal
    source: MpgSource
    sample_size: int
    stated_at: datetime | None


class Neighbours(NamedTuple):
    """The odometer readings before and after a day; one that begins anew afterwards is no bound."""

    before: Decimal | None
    after: Decimal | None


class Paid(NamedTuple):
    """What a gallon cost the member, and when."""

    price: Decimal
    on: date


async def insert_fill_up(db: Connection, user: UUID, fill: NewFillUp) -> UUID:
    """Write a fill-up down and return its id."""
    fill_id: UUID = await db.fetchval(
        "insert into fuel_log (user_id, vehicle_id, station_id, date, gallons, total, odometer, odometer_restarts,"
        " filled_to_top, fuel_type, location) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
        user,
        fill.vehicle_id,
        fill.station_id,
        fill.date,
        fill.gallons,
        fill.total,
        fill.odometer,
        fill.restarts,
        fill.full,
        fill.fuel_type,
        fill.location,
    )
    return fill_id


async def hold_vehicle(db: Connection, user: UUID, vehicle: UUID | None) -> None:
    """Let fill-ups of one vehicle wait for each other until the transaction ends: each is reckoned from the last."""
    await db.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"fuel {user} {vehicle}")


async def neighbours(db: Connection, vehicle: UUID | None, day: date) -> Neighbours:
    """Return the readings a fill-up of this day lies between."""
    before: Decimal | None = await db.fetchval(
        "select odometer from fuel_log where vehicle_id is not distinct from $1 and date <= $2"
        " order by date desc, created_at desc limit 1",
        vehicle,
        day,
    )
    after = await db.fetchrow(
        "select odometer, odometer_restarts from fuel_log where vehicle_id is not distinct from $1 and date > $2"
        " order by date, created_at limit 1",
        vehicle,
        day,
    )
    return Neighbours(before, after["odometer"] if after and not after["odometer_restarts"] else None)


async def chain_around(db: Connection, vehicle: UUID | None, day: date) -> list[FillUp]:
    """Return fill-ups in the order of time, from the full tank before a day to the first full one after it."""
    rows = await db.fetch(
        "with own as (select * from fuel_log where vehicle_id is not distinct from $1), anchor as"
        " (select date, created_at from own where date < $2 and filled_to_top"
        " order by date desc, created_at desc limit 1)"
        " select id, gallons, odometer, filled_to_top, odometer_restarts from own where not exists"
        " (select from anchor where (own.date, own.created_at) < (anchor.date, anchor.created_at))"
        " and date <= coalesce((select min(date) from own where date > $2 and filled_to_top), 'infinity')"
        " order by date, created_at",
        vehicle,
        day,
    )
    return [FillUp(*row) for row in rows]


async def put_measured(db: Connection, mpg: Mapping[UUID, Decimal | None]) -> None:
    """Write down what fill-ups turned out to tell of consumption."""
    await db.execute(
        "update fuel_log f set mpg = m.mpg from unnest($1::uuid[], $2::numeric[]) as m (id, mpg) where f.id = m.id",
        list(mpg),
        list(mpg.values()),
    )


async def latest_measured(db: Connection, vehicle: UUID | None, since: datetime | None = None) -> list[Decimal]:
    """Return the last measurements of a vehicle's consumption, of those written down since a moment."""
    rows = await db.fetch(
        "select mpg from fuel_log where vehicle_id is not distinct from $1 and mpg is not null"
        " and ($2::timestamptz is null or created_at > $2) order by date desc, created_at desc limit $3",
        vehicle,
        since,
        ROLLING,
    )
    return [row["mpg"] for row in rows]


async def consumption(db: Connection, vehicle: UUID | None) -> Known | None:
    """Return what is known of a vehicle's consumption."""
    row = await db.fetchrow(
        "select mpg, source, sample_size, stated_at from vehicle_consumption where vehicle_id is not distinct from $1",
        vehicle,
    )
    return Known(row["mpg"], MpgSource(row["source"]), row["sample_size"], row["stated_at"]) if row else None


async def put_consumption(
    db: Connection, user: UUID, vehicle: UUID | None, mpg: Decimal, source: MpgSource, sample_size: int = 0
) -> None:
    """Write down what a vehicle is believed to consume, and when the member said so if it was them."""
    await db.execute(
        "insert into vehicle_consumption as c (user_id, vehicle_id, mpg, source, sample_size, stated_at)"
        " values ($1, $2, $3, $4, $5, case when $4 = 'member' then clock_timestamp() end)"
        " on conflict (user_id, vehicle_id) do update set mpg = excluded.mpg, source = excluded.source,"
        " sample_size = excluded.sample_size, stated_at = coalesce(excluded.stated_at, c.stated_at),"
        " updated_at = now()",
        user,
        vehicle,
        mpg,
        source,
        sample_size,
    )


async def knows_vehicle(db: Connection, vehicle: UUID) -> bool:
    """Whether the member has written anything down about a vehicle here."""
    known: bool = await db.fetchval(
        "select exists (select from fuel_log where vehicle_id = $1)"
        " or exists (select from vehicle_consumption where vehicle_id = $1)"
        " or exists (select from maintenance_records where vehicle_id = $1)",
        vehicle,
    )
    return known


async def vehicle_last_filled(db: Connection) -> UUID | None:
    """Return the vehicle of the member's last fill-up."""
    vehicle: UUID | None = await db.fetchval(
        "select vehicle_id from fuel_log order by date desc, created_at desc limit 1"
    )
    return vehicle


async def last_paid(db: Connection, fuel: FuelType, since: date) -> Paid | None:
    """Return what the member last paid for a gallon, if that was not before a day."""
    row = await db.fetchrow(
        "select round(total / gallons, 3) as price, date from fuel_log where fuel_type = $1 and date >= $2"
        " order by date desc, created_at desc limit 1",
        fuel,
        since,
    )
    return Paid(row["price"], row["date"]) if row else None
