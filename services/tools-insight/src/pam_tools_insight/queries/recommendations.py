"""The SQL of recommendations that were stored for members."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pam_shared.postgres.pool import Connection


async def insert_recommendation(
    db: Connection, user: UUID, kind: str, content: str, priority: str, expires_at: datetime | None
) -> UUID:
    """Store a recommendation for a member and return its id. Needs operators' rights."""
    recommendation_id: UUID = await db.fetchval(
        "insert into pam_recommendations (user_id, type, content, priority_level, expires_at)"
        " values ($1, $2, $3, $4, $5) returning id",
        user,
        kind,
        content,
        priority,
        expires_at,
    )
    return recommendation_id


async def active(db: Connection, limit: int) -> list[dict[str, Any]]:
    """Return the member's recommendations that have not expired, the newest first."""
    rows = await db.fetch(
        "select id, type, content, priority_level, created_at from active_recommendations"
        " order by created_at desc, id desc limit $1",
        limit,
    )
    return [dict(row) for row in rows]


async def note_viewed(db: Connection, shown: list[UUID]) -> None:
    """Note that the member has seen recommendations."""
    await db.execute(
        "update pam_recommendations set user_viewed = true where id = any($1) and not user_viewed",
        shown,
    )
