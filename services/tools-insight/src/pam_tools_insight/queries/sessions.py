"""The SQL of chat sessions and login sessions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from pam_shared.postgres.pool import Connection


@dataclass(frozen=True)
class ChatNumbers:
    """Chat sessions of one kind."""

    session_type: str
    sessions: int
    messages: int
    seconds: Decimal


async def open_chat(db: Connection, user: UUID, kind: str, metadata: dict[str, Any], now: datetime) -> UUID:
    """Open a chat session and return its id."""
    session_id: UUID = await db.fetchval(
        "insert into chat_sessions (user_id, session_type, metadata, created_at, last_activity)"
        " values ($1, $2, $3, $4, $4) returning id",
        user,
        kind,
        metadata,
        now,
    )
    return session_id


async def chat_for_update(db: Connection, session_id: UUID) -> dict[str, Any] | None:
    """Return a chat session and keep others from changing it meanwhile."""
    row = await db.fetchrow("select * from chat_sessions where id = $1 for update", session_id)
    return dict(row) if row else None


async def change_chat(
    db: Connection, session_id: UUID, status: str, metadata: dict[str, Any], more_messages: int, now: datetime
) -> dict[str, Any]:
    """Change a chat session and return it as it is now; metadata is added to what is there."""
    row = await db.fetchrow(
        "update chat_sessions set status = $2, metadata = metadata || $3, message_count = message_count + $4,"
        " last_activity = $5, ended_at = case when $2 = 'ended' then coalesce(ended_at, $5) end"
        " where id = $1 returning *",
        session_id,
        status,
        metadata,
        more_messages,
        now,
    )
    return dict(row)


async def open_login(
    db: Connection, user: UUID, device: dict[str, Any], now: datetime, idle: timedelta
) -> dict[str, Any]:
    """Open a login session and return it."""
    row = await db.fetchrow(
        "insert into user_active_sessions (user_id, device_info, created_at, last_activity, expires_at)"
        " values ($1, $2, $3, $3, $4) returning *",
        user,
        device,
        now,
        now + idle,
    )
    return dict(row)


async def login_for_update(db: Connection, session_id: UUID) -> dict[str, Any] | None:
    """Return a login session and keep others from changing it meanwhile."""
    row = await db.fetchrow("select * from user_active_sessions where id = $1 for update", session_id)
    return dict(row) if row else None


async def refresh_login(db: Connection, session_id: UUID, now: datetime, idle: timedelta) -> dict[str, Any]:
    """Let a login session live on, and return it."""
    row = await db.fetchrow(
        "update user_active_sessions set last_activity = $2, expires_at = $3 where id = $1 returning *",
        session_id,
        now,
        now + idle,
    )
    return dict(row)


async def end_login(db: Connection, session_id: UUID, now: datetime) -> dict[str, Any]:
    """End a login session and return it."""
    row = await db.fetchrow(
        "update user_active_sessions set is_active = false, expires_at = least(expires_at, $2) where id = $1"
        " returning *",
        session_id,
        now,
    )
    return dict(row)


async def chat_numbers(db: Connection, since: datetime, user: UUID | None) -> list[ChatNumbers]:
    """Return the chat sessions that began since a moment, by kind; None, with operators' rights, is everybody's."""
    rows = await db.fetch(
        "select session_type, count(*) as sessions, sum(message_count) as messages,"
        " sum(extract(epoch from coalesce(ended_at, last_activity) - created_at)) as seconds from chat_sessions"
        " where created_at >= $1 and ($2::uuid is null or user_id = $2) group by 1 order by 2 desc, 1",
        since,
        user,
    )
    return [ChatNumbers(**row) for row in rows]


async def active_logins(db: Connection, now: datetime, user: UUID | None) -> int:
    """Return how many login sessions are open."""
    count: int = await db.fetchval(
        "select count(*) from user_active_sessions"
        " where is_active and expires_at > $1 and ($2::uuid is null or user_id = $2)",
        now,
        user,
    )
    return count


async def expire_logins(db: Connection, now: datetime) -> int:
    """End the login sessions whose time has passed; return how many. Needs operators' rights."""
    status: str = await db.execute(
        "update user_active_sessions set is_active = false where is_active and expires_at <= $1", now
    )
    return _affected(status)


async def archive_chats(db: Connection, now: datetime, idle: timedelta) -> int:
    """End and put away chat sessions nobody has used for so long; return how many. Needs operators' rights."""
    status: str = await db.execute(
        "update chat_sessions set status = 'ended', ended_at = coalesce(ended_at, last_activity), archived_at = $1"
        " where archived_at is null and last_activity < $2",
        now,
        now - idle,
    )
    return _affected(status)


def _affected(status: str) -> int:
    return int(status.rpartition(" ")[2])
