"""The row that every calculation with money leaves."""

from typing import Any
from uuid import UUID

from pam_shared.postgres.pool import Connection


async def log_calculation(
    db: Connection, user: UUID, operation: str, inputs: dict[str, Any], result: dict[str, Any]
) -> None:
    """Write down what was calculated, from what."""
    await db.execute(
        "insert into financial_audit_log (user_id, operation, inputs, result) values ($1, $2, $3, $4)",
        user,
        operation,
        inputs,
        result,
    )
