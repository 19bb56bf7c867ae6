"""What was calculated with money, for those who check it later."""

from typing import Any
from uuid import UUID

from pam_shared.postgres.pool import Connection


async def insert(db: Connection, user: UUID, operation: str, inputs: dict[str, Any], result: dict[str, Any]) -> None:
    """Note a calculation: what went in and what came out."""
    await db.execute(
        "insert into financial_audit_log (user_id, operation, inputs, result) values ($1, $2, $3, $4)",
        user,
        operation,
        inputs,
        result,
    )
