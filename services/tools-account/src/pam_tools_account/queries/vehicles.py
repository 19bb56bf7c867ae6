"""The SQL of vehicles."""

from uuid import UUID

from pam_shared.postgres.pool import Connection
from pam_tools_account.members import Vehicle, VehicleFacts
from pam_tools_account.queries.profiles import hold_member


async def add_vehicle(db: Connection, user: UUID, facts: VehicleFacts, *, primary: bool) -> Vehicle:
    """Add a vehicle; as the primary if asked for, and the first one in any case. One member's come one at a time."""
    await hold_member(db, user)
    primary = primary or not await db.fetchval("select exists (select from vehicles where user_id = $1)", user)
    if primary:
        await db.execute("update vehicles set is_primary = false where user_id = $1 and is_primary", user)
    vehicle_id = await db.fetchval(
        "insert into vehicles (user_id, is_primary, name, make, model, year, vehicle_type, fuel_type, height_ft,"
        " weight_lbs, length_ft) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
        user,
        primary,
        *facts.model_dump().values(),
    )
    return Vehicle(id=vehicle_id, is_primary=primary, **facts.model_dump())


async def vehicle(db: Connection, user: UUID, vehicle_id: UUID | None) -> Vehicle | None:
    """Return a vehicle of the member's, the primary one if no id is given, with the member held until the end."""
    await hold_member(db, user)
    row = await db.fetchrow(
        "select * from vehicles where user_id = $1 and (id = $2 or ($2::uuid is null and is_primary))", user, vehicle_id
    )
    return Vehicle(**row) if row else None


async def change_vehicle(db: Connection, user: UUID, new: Vehicle) -> None:
    """Make a vehicle what it should be; as the primary it is the only one."""
    if new.is_primary:
        await db.execute(
            "update vehicles set is_primary = false where user_id = $1 and is_primary and id <> $2", user, new.id
        )
    await db.execute(
        "update vehicles set is_primary = $2, name = $3, make = $4, model = $5, year = $6, vehicle_type = $7,"
        " fuel_type = $8, height_ft = $9, weight_lbs = $10, length_ft = $11 where id = $1",
        new.id,
        new.is_primary,
        *new.model_dump(include=set(VehicleFacts.model_fields)).values(),
    )


async def vehicles(db: Connection, user: UUID) -> list[Vehicle]:
    """Return the member's vehicles, the primary first, then the newest."""
    rows = await db.fetch(
        "select * from vehicles where user_id = $1 order by is_primary desc, created_at desc, id desc", user
    )
    return [Vehicle(**row) for row in rows]
