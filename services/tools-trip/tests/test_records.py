"""What others may ask of a member's travels, and that nobody sees anybody else's."""

from datetime import date
from uuid import uuid4

import asyncpg
import pytest

from pam_shared.postgres.migrations import migrate, migrate_down
from pam_shared.postgres.pool import member_transaction
from pam_tools_trip.service import SERVICE
from pam_tools_trip.tools.get_travel_records import get_travel_records
from pam_tools_trip.tools.log_fuel import log_fuel
from pam_tools_trip.tools.log_maintenance import log_maintenance
from pam_tools_trip.tools.plan_trip import plan_trip
from pam_tools_trip.tools.save_favorite_spot import save_favorite_spot
from pam_tools_trip.tools.update_vehicle_fuel_consumption import update_vehicle_fuel_consumption

YEAR = {"start_date": "2026-01-01", "end_date": "2026-12-31"}
OWN = ("user_trips", "manual_waypoints", "maintenance_records", "fuel_log", "vehicle_consumption", "favorite_locations",
       "known_locations", "financial_audit_log")  # fmt: skip


async def lived(traveller):
    """Leave a row in every table."""
    await traveller.stands(43.6, -116.2).run(plan_trip, origin="here", destination="Moab, UT", start_date="2026-06-03")
    await traveller.run(
        log_maintenance, maintenance_type="oil", description="", cost=90, date="2026-02-01", mileage=900
    )
    await traveller.run(log_fuel, gallons=30, cost=120, odometer=1000, date="2026-03-01", location="Elko, NV")
    await traveller.run(update_vehicle_fuel_consumption, mpg=9)
    await traveller.run(save_favorite_spot, location_name="Lake", location_address="Utah")
    return traveller


async def test_records_have_the_shapes_others_rely_on(traveller):
    """R-T1: trips, maintenance, fuel, newest first."""
    await lived(traveller)
    reply = await traveller.reply(get_travel_records, **YEAR)
    assert set(reply.data["trips"][0]) == {
        "id", "title", "origin", "destination", "start_date", "end_date", "status", "distance_miles", "estimated_total",
    }  # fmt: skip
    assert set(reply.data["maintenance"][0]) == {
        "id", "task", "date", "cost", "mileage", "next_due_date", "next_due_mileage",
    }  # fmt: skip
    assert set(reply.data["fuel"][0]) == {"id", "date", "gallons", "total", "odometer", "mpg", "location"}
    assert (reply.data["fuel"][0]["total"], reply.data["favorites_count"], reply.data["truncated"]) == (
        "120.00",
        1,
        False,
    )


async def test_records_are_of_the_days_asked_for(traveller):
    """R-D4: the first and the last day count."""
    await lived(traveller)
    february = await traveller.run(get_travel_records, start_date="2026-02-01", end_date="2026-02-28")
    assert (len(february.maintenance), february.fuel, february.trips) == (1, [], [])
    june = await traveller.run(get_travel_records, start_date="2026-06-03", end_date="2026-06-03")
    assert (len(june.trips), june.maintenance) == (1, [])
    await traveller.run(log_fuel, gallons=30, cost=120, odometer=1300, date="2026-04-01")
    assert [fill.date for fill in (await traveller.run(get_travel_records, **YEAR)).fuel] == [
        date(2026, 4, 1),
        date(2026, 3, 1),
    ]


async def test_a_member_without_records_has_none(traveller):
    """R-T5: no results."""
    assert (await traveller.run(get_travel_records, **YEAR)).is_empty


async def test_nobody_sees_or_changes_anybody_elses_rows(new_traveller, pool):
    """G6: row-level security on every table, whatever the query."""
    ann, ben = await lived(new_traveller()), new_traveller()
    for table in OWN:
        assert await ann.rows(f"select 1 from {table} limit 1") == [(1,)], table
        assert await ben.rows(f"select 1 from {table}") == [], table
    async with member_transaction(pool, ben.bench.identity.user) as db:
        for table in ("fuel_log", "vehicle_consumption"):
            assert await db.execute(f"update {table} set mpg = 1") == "UPDATE 0"
    statements = (
        "insert into known_locations (user_id, latitude, longitude, at) values ($1, 0, 0, now())",
        "insert into favorite_locations (user_id, location_name, location_address) values ($1, 'a', 'b')",
        "insert into user_trips (user_id, title, origin, destination) values ($1, 'a', 'b', 'c')",
    )
    for statement in statements:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with member_transaction(pool, ben.bench.identity.user) as db:
                await db.execute(statement, ann.bench.identity.user)


@pytest.mark.parametrize(
    "statement",
    [
        "update financial_audit_log set result = '{}'",
        "delete from financial_audit_log",
        "delete from maintenance_records",
        "update maintenance_records set cost = 0",
        "insert into camping_locations (name, latitude, longitude) values ('a', 0, 0)",
        "delete from fuel_stations",
    ],
)
async def test_the_workers_login_can_do_no_more_than_its_tools(new_traveller, pool, statement):
    """R-D4, R-S4: what was calculated and done stays; lists are operators'."""
    traveller = await lived(new_traveller())
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with member_transaction(pool, traveller.bench.identity.user) as db:
            await db.execute(statement)


async def test_every_look_up_has_its_index(administrator):
    """R-D3: with sequential scans made dear, none is left in the plans."""
    await administrator.execute("set search_path to trip; set enable_seqscan = off; set pam.member = '"
                                "00000000-0000-0000-0000-000000000001'")  # fmt: skip
    user = "user_id = '00000000-0000-0000-0000-000000000001'"
    for query in (
        f"select * from fuel_log where {user} and vehicle_id is null order by date desc, created_at desc limit 1",
        f"select * from fuel_log where {user} and date between '2026-01-01' and '2026-02-01'",
        f"select * from maintenance_records where {user} and date between '2026-01-01' and '2026-02-01'",
        f"select * from user_trips where {user} order by created_at desc, id desc limit 10",
        f"select * from manual_waypoints where {user}",
        "select * from fuel_stations where latitude between 1 and 2 and longitude between 1 and 2",
        "select * from camping_locations where latitude between 1 and 2 and longitude between 1 and 2",
        "select * from prices_paid(array[gen_random_uuid()], '2026-01-01')",
    ):
        plan = "\n".join(row[0] for row in await administrator.fetch(f"explain {query}"))
        assert "Seq Scan" not in plan, f"{query}\n{plan}"


async def test_the_tables_can_be_taken_back_and_made_again(administrator):
    """R-D3: migrations up and down."""
    name = f"test_{uuid4().hex[:12]}"
    await administrator.execute(f"create schema {name}; create role {name}; grant usage on schema {name} to {name}")
    made = await migrate(administrator, name, SERVICE.migrations, name)
    own = [migration for migration in made if migration.startswith("pam_tools_trip")]
    assert await migrate_down(administrator, name, SERVICE.migrations, len(own), name) == own[::-1]
    left = await administrator.fetch("select tablename from pg_tables where schemaname = $1", name)
    assert {row["tablename"] for row in left} == {"schema_migrations", "inbox", "outbox"}
    assert await migrate(administrator, name, SERVICE.migrations, name) == own
    await administrator.execute(f"drop schema {name} cascade; drop owned by {name}; drop role {name}")
