"""The SQL of what PAM has learned about a member."""

from typing import Any
from uuid import UUID

from pam_shared.postgres.pool import Connection


async def learned(db: Connection) -> dict[str, Any]:
    """Return what was learned about the member so far."""
    return await db.fetchval("select learned_preferences from pam_user_context") or {}


async def keep_learned(db: Connection, user: UUID, preferences: dict[str, Any]) -> None:
    """Keep what was learned, in place of what was known."""
    await db.execute(
        "insert into pam_user_context (user_id, learned_preferences) values ($1, $2)"
        " on conflict (user_id) do update set learned_preferences = excluded.learned_preferences, updated_at = now()",
        user,
        preferences,
    )


async def allow_notes(db: Connection, user: UUID, *, allowed: bool) -> None:
    """Keep whether the member lets PAM note what they do with it."""
    await db.execute(
        "insert into pam_user_context (user_id, data_collection) values ($1, $2)"
        " on conflict (user_id) do update set data_collection = excluded.data_collection, updated_at = now()",
        user,
        allowed,
    )


async def note_learning(db: Connection, user: UUID, event_type: str, detail: dict[str, Any]) -> None:
    """Note that something was learned."""
    await db.execute(
        "insert into pam_learning_events (user_id, event_type, detail) values ($1, $2, $3)", user, event_type, detail
    )


async def note_feedback(db: Connection, user: UUID, message_id: str, *, liked: bool | None) -> None:
    """Note what the member thinks of an answer, in place of what they thought before."""
    await db.execute(
        "insert into pam_learning_events (user_id, event_type, about, detail) values ($1, 'feedback', $2, $3)"
        " on conflict (user_id, event_type, about) do update set detail = excluded.detail",
        user,
        message_id,
        {"liked": liked},
    )


async def opinions(db: Connection) -> tuple[int, int]:
    """Return how many answers the member liked, and how many not."""
    row = await db.fetchrow(
        "select count(*) filter (where detail @> '{\"liked\": true}') as liked,"
        " count(*) filter (where detail @> '{\"liked\": false}') as disliked"
        " from pam_learning_events where event_type = 'feedback'"
    )
    return row["liked"], row["disliked"]
