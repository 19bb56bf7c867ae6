"""Operators' rights, and the trail of what they changed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from pam_shared.postgres.pool import Connection


@asynccontextmanager
async def as_operator(db: Connection) -> AsyncIterator[None]:
    """Do the block with operators' rights: the rows of all members. Only after the caller's role was checked.

    An error within the block leaves the rights with its transaction, which is rolled back.
    """
    await db.execute("set local role pam_insight_operator")
    yield
    await db.execute("reset role")


async def note_change(db: Connection, operator: UUID, action: str, subject: str, detail: dict[str, Any]) -> None:
    """Leave the row that every operator's change leaves. Needs operators' rights."""
    await db.execute(
        "insert into security_audit_log (operator_id, action, subject, detail) values ($1, $2, $3, $4)",
        operator,
        action,
        subject,
        detail,
    )
