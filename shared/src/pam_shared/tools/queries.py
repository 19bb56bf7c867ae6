"""The SQL of the tool SDK: inbox and outbox, through the functions its migration made."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import UniqueViolationError

from pam_shared.errors import ConflictError
from pam_shared.postgres.pool import Connection, Record


async def claim_call(db: Connection, user: UUID, key: str, tool: str) -> dict[str, Any] | None:
    """Make the member's rows visible and claim a call's key; return the reply of an earlier call with that key.

    Raises ConflictError with code ``idempotency_key_reused`` when that call was another tool's.
    """
    try:
        earlier: dict[str, Any] | None = await db.fetchval("select claim_call($1, $2, $3)", user, key, tool)
    except UniqueViolationError as error:
        raise ConflictError(
            "This idempotency key was used for another tool: give each call a key of its own.",
            code="idempotency_key_reused",
        ) from error
    return earlier


async def finish_call(db: Connection, key: str, reply: dict[str, Any], messages: list[dict[str, Any]]) -> None:
    """Keep the reply under the key, and put messages (stream, subject, headers, body) into the outbox."""
    await db.execute("select finish_call($1, $2, $3)", key, reply, messages)


async def take_outbox(db: Connection, batch: int) -> list[Record]:
    """Delete and return the oldest messages of the outbox that no other relay is taking."""
    rows: list[Record] = await db.fetch("select * from take_outbox($1)", batch)
    return rows


async def forget_calls(db: Connection, older_than: timedelta) -> int:
    """Drop the keys and replies of old calls; return how many."""
    forgotten: int = await db.fetchval("select forget_inbox($1)", older_than)
    return forgotten


async def calls_since(db: Connection, tool: str, moment: datetime) -> int:
    """Return how often the member has called a tool that writes, this call included."""
    count: int = await db.fetchval("select calls_since($1, $2)", tool, moment)
    return count


async def insert_calculation(
    db: Connection, user: UUID, operation: str, inputs: dict[str, Any], result: dict[str, Any]
) -> None:
    """Note a calculation with money in the worker's own ``financial_audit_log``."""
    await db.execute(
        "insert into financial_audit_log (user_id, operation, inputs, result) values ($1, $2, $3, $4)",
        user,
        operation,
        inputs,
        result,
    )


async def member_tables(db: Connection) -> list[str]:
    """Return the tables of this worker that hold members' rows, by name."""
    return [row[0] for row in await db.fetch("select member_tables()")]


async def member_rows(db: Connection, table: str, skip: int, batch: int) -> list[dict[str, Any]]:
    """Return the member's rows of a table, oldest first, from an offset on."""
    return [row[0] for row in await db.fetch("select member_rows($1, $2, $3)", table, skip, batch)]


async def forget_member(db: Connection) -> None:
    """Delete every row of the member in this worker's tables."""
    await db.execute("select forget_member()")
