"""The SQL of persistence."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pam_persistence.rows import Row
from pam_shared.contracts.queries import Access, StoredConversation, StoredDeadLetter, StoredMessage
from pam_shared.postgres.pool import Connection

_AUDIT = (
    "id",
    "at",
    "service",
    "action",
    "user_id",
    "session_id",
    "request_id",
    "trace_id",
    "outcome",
    "parameters",
    "error",
    "duration_ms",
)
_LETTER = (
    "id",
    "user_id",
    "stream",
    "consumer",
    "subject",
    "headers",
    "payload",
    "attempts",
    "last_error",
    "created_at",
)


async def record_messages(db: Connection, rows: Sequence[Row]) -> None:
    """Write messages and touch their conversations; what is recorded already stays as it is."""
    await db.execute("select record_messages($1)", list(rows))


async def record_audit(db: Connection, rows: Sequence[Row]) -> None:
    """Append audit events."""
    await _insert(db, "security_audit_log", _AUDIT, rows)


async def record_dead_letters(db: Connection, rows: Sequence[Row]) -> None:
    """Append dead letters."""
    await _insert(db, "message_dead_letter_queue", _LETTER, rows)


async def forget_member(db: Connection, user: UUID) -> None:
    """Delete the rows of a member who left, and the parameters of their audit events; record none that still come."""
    await db.execute("select forget_member($1)", user)


async def note_try(db: Connection, stream: str, sequence: int) -> int:
    """Note that an entry is about to be recorded alone; return how often that was noted."""
    tries: int = await db.fetchval(
        "insert into recording_tries (stream, sequence) values ($1, $2)"
        " on conflict (stream, sequence) do update set tries = recording_tries.tries + 1 returning tries",
        stream,
        sequence,
    )
    return tries


async def forget_tries(db: Connection, stream: str, sequence: int) -> None:
    """Drop an entry's notes: it is recorded, or given up."""
    await db.execute("delete from recording_tries where stream = $1 and sequence = $2", stream, sequence)


async def is_recorded(db: Connection, conversation: UUID, sequence: int) -> bool:
    """Whether the message at that log sequence is in the table."""
    found: bool = await db.fetchval(
        "select exists (select from pam_messages where conversation_id = $1 and log_sequence = $2)",
        conversation,
        sequence,
    )
    return found


async def is_known(db: Connection, conversation: UUID, message: UUID) -> bool:
    """Whether a message of the member with that id is in the table."""
    found: bool = await db.fetchval(
        "select exists (select from pam_messages"
        " where user_id = current_member() and conversation_id = $1 and id = $2)",
        conversation,
        message,
    )
    return found


async def messages(
    db: Connection, conversation: UUID, before: tuple[datetime, int] | None, limit: int
) -> list[tuple[StoredMessage, int]]:
    """Return messages with their log sequences, the newest first."""
    rows = await db.fetch(
        "select id, role, content, created_at, metadata, log_sequence from pam_messages"
        " where user_id = current_member() and conversation_id = $1"
        " and ($2::timestamptz is null or (created_at, log_sequence) < ($2, $3::bigint))"
        " order by created_at desc, log_sequence desc limit $4",
        conversation,
        *(before or (None, None)),
        limit,
    )
    return [(StoredMessage.model_validate(dict(row)), row["log_sequence"]) for row in rows]


async def conversations(db: Connection, before: tuple[datetime, UUID] | None, limit: int) -> list[StoredConversation]:
    """Return the member's conversations, the most recently used first."""
    rows = await db.fetch(
        "select id, title, created_at, updated_at from pam_conversations where user_id = current_member()"
        " and ($1::timestamptz is null or (updated_at, id) < ($1, $2::uuid))"
        " order by updated_at desc, id desc limit $3",
        *(before or (None, None)),
        limit,
    )
    return [StoredConversation.model_validate(dict(row)) for row in rows]


async def access(db: Connection, conversation: UUID) -> Access:
    """Say whose a conversation is, seen from the member."""
    return Access(await db.fetchval("select conversation_access($1)", conversation))


async def dead_letters(
    db: Connection, before: tuple[datetime, UUID] | None, limit: int, letter: UUID | None
) -> list[StoredDeadLetter]:
    """Return open dead letters, the newest first, or the one asked for."""
    rows = await db.fetch(
        "select * from message_dead_letter_queue where resolution is null and ($1::uuid is null or id = $1)"
        " and ($2::timestamptz is null or (created_at, id) < ($2, $3::uuid))"
        " order by created_at desc, id desc limit $4",
        letter,
        *(before or (None, None)),
        limit,
    )
    return [StoredDeadLetter.model_validate(dict(row)) for row in rows]


async def resolve_dead_letter(db: Connection, letter: UUID, resolution: str) -> StoredDeadLetter | None:
    """Close a dead letter and return it; None when it is not there, or closed already."""
    found = await db.fetchrow(
        "update message_dead_letter_queue set resolution = $2, resolved_at = now()"
        " where id = $1 and resolution is null returning *",
        letter,
        resolution,
    )
    return None if found is None else StoredDeadLetter.model_validate(dict(found))


async def _insert(db: Connection, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    places = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    statement = f"insert into {table} ({', '.join(columns)}) values ({places}) on conflict do nothing"  # noqa: S608
    values: list[list[Any]] = [[row[column] for column in columns] for row in rows]
    await db.executemany(statement, values)
