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


async def vehicles(db: Connection, user: UUID) -> list[Vehicle]:
    """Return the member's vehicles, the primary first, then the newest."""
    rows = await db.fetch(
        "select * from vehicles where user_id = $1 order by is_primary desc, created_at desc, id desc", user
    )
    return [Vehicle(**row) for row in rows]
