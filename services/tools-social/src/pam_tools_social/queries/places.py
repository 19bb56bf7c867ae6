"""Shared locations."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pam_shared.postgres.pool import Connection
from pam_tools_social.geography import Box
from pam_tools_social.rules import Circle
from pam_tools_social.shapes import Nearby


@dataclass(frozen=True)
class NewPlace:
    """A location to be shared, with a circle or with the one member ``seen_by``."""

    location_name: str
    latitude: float
    longitude: float
    description: str | None
    share_with: Circle
    expires_at: datetime
    seen_by: UUID | None = None


async def put(db: Connection, user: UUID, place: NewPlace) -> UUID:
    """Share a location in place of the one before and return its id."""
    place_id: UUID = await db.fetchval(
        "insert into shared_locations (user_id, location_name, latitude, longitude, description, share_with,"
        " expires_at, seen_by) values ($1, $2, $3, $4, $5, $6, $7, $8)"
        " on conflict (user_id) do update set id = excluded.id,"
        " location_name = excluded.location_name, latitude = excluded.latitude, longitude = excluded.longitude,"
        " description = excluded.description, share_with = excluded.share_with, created_at = excluded.created_at,"
        " expires_at = excluded.expires_at, seen_by = excluded.seen_by returning id",
        user,
        place.location_name,
        place.latitude,
        place.longitude,
        place.description,
        place.share_with,
        place.expires_at,
        place.seen_by,
    )
    return place_id


async def withdraw(db: Connection, user: UUID) -> str | None:
    """Share no location any longer; return the name of the place where one was being shared."""
    name: str | None = await db.fetchval(
        "with gone as (delete from shared_locations where user_id = $1 returning *)"
        " select location_name from gone where expires_at > now()",
        user,
    )
    return name


async def nearby(db: Connection, latitude: float, longitude: float, miles: int, box: Box, limit: int) -> list[Nearby]:
    """Return others who share a location with the member within so many miles, the nearest first."""
    rows = await db.fetch(
        "select l.user_id, c.username, c.avatar_url, l.location_name, l.description,"
        " round(miles_between($1, $2, l.latitude, l.longitude)::numeric, 1)::double precision as distance_miles,"
        " case when shows_activity(l.user_id) then l.created_at end as last_seen"
        " from shared_locations l left join lateral card(l.user_id) c on true"
        " where l.latitude between $4 and $5 and (l.longitude between $6 and $7 or l.longitude between $8 and $9)"
        " and l.user_id <> current_member() and miles_between($1, $2, l.latitude, l.longitude) <= $3"
        " order by miles_between($1, $2, l.latitude, l.longitude), l.id limit $10",
        latitude,
        longitude,
        miles,
        box.south,
        box.north,
        *box.spans[0],
        *box.spans[1],
        limit,
    )
    return [Nearby(**row) for row in rows]
