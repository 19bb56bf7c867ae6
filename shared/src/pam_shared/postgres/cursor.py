"""Keyset cursors: opaque to clients, a time and a tie-breaker to us."""

import base64
import binascii
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from pam_shared.errors import InvalidRequestError

Tie = TypeVar("Tie")


def encode(at: datetime, tie: object) -> str:
    """Return the cursor that continues after this row."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{tie}".encode()).decode()


def decode(cursor: str | None, read: Callable[[str], Tie]) -> tuple[datetime, Tie] | None:
    """Return the row a cursor continues after, its tie-breaker read by ``read``; None at the beginning.

    Raises InvalidRequestError for what is no cursor of ours.
    """
    if not cursor:
        return None
    try:
        at, _, tie = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        return datetime.fromisoformat(at).astimezone(UTC), read(tie)
    except (binascii.Error, ValueError, OverflowError) as error:
        raise InvalidRequestError(
            "cursor: give the next_cursor of the page before, or none to begin.", code="bad_cursor"
        ) from error


def bigint(tie: str) -> int:
    """Read a tie-breaker that PostgreSQL keeps as bigint. Raises ValueError, OverflowError."""
    number = int(tie)
    number.to_bytes(8, signed=True)
    return number
