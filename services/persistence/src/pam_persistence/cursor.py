"""Keyset cursors: opaque to clients, a time and a tie-breaker to us."""

import base64
import binascii
from datetime import UTC, datetime

from pam_shared.errors import InvalidRequestError


def encode(at: datetime, tie: object) -> str:
    """Return the cursor that continues after this row."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{tie}".encode()).decode()


def decode(cursor: str | None) -> tuple[datetime, str] | None:
    """Return the row a cursor continues after. Raises InvalidRequestError for what is no cursor of ours."""
    if not cursor:
        return None
    try:
        at, _, tie = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        return datetime.fromisoformat(at).astimezone(UTC), tie
    except (binascii.Error, ValueError, OverflowError) as error:
        raise InvalidRequestError("cursor: this is not a cursor we gave out.", code="bad_cursor") from error
