"""Keyset pages: a page begins after a row, whatever was inserted before it. Cursors are opaque to their bearers."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar
from uuid import UUID

from pam_shared.errors import InvalidRequestError
from pam_shared.postgres.pool import Record

Row = TypeVar("Row")
Position = TypeVar("Position", datetime, float)
LAST_ID = UUID(int=2**128 - 1)
FIRST_ID = UUID(int=0)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows, and the cursor of the page after them, if there is one."""

    rows: list[Row]
    next_cursor: str | None


@dataclass(frozen=True)
class Place(Generic[Position]):
    """Where a page begins: after the row with this value in the order's column, and this id."""

    position: Position
    id: UUID


NEWEST = Place(datetime(9999, 1, 1, tzinfo=UTC), LAST_ID)
OLDEST = Place(datetime(1, 1, 2, tzinfo=UTC), FIRST_ID)
HOTTEST = Place(float("inf"), LAST_ID)


def page_of(records: Sequence[Record], limit: int, column: str, build: Callable[[Record], Row]) -> Page[Row]:
    """Return a page of at most ``limit`` rows out of one more, which were ordered by ``column`` and id."""
    rows = [build(record) for record in records[:limit]]
    if len(records) <= limit:
        return Page(rows, None)
    last = records[limit - 1]
    return Page(rows, _encode(column, last[column], last["id"]))


def moment(cursor: str | None, column: str, start: Place[datetime]) -> Place[datetime]:
    """Return where the page begins in an order by a time. Raises InvalidRequestError for what is no such cursor."""
    return _decode(cursor, column, lambda text: datetime.fromisoformat(text).astimezone(UTC)) or start


def score(cursor: str | None, column: str, start: Place[float]) -> Place[float]:
    """Return where the page begins in an order by a score. Raises InvalidRequestError for what is no such cursor."""
    return _decode(cursor, column, float) or start


def _encode(column: str, position: datetime | float, row_id: UUID) -> str:
    written = position.isoformat() if isinstance(position, datetime) else repr(position)
    return base64.urlsafe_b64encode(f"{column}|{written}|{row_id}".encode()).decode().rstrip("=")


def _decode(cursor: str | None, column: str, read: Callable[[str], Position]) -> Place[Position] | None:
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        ordered_by, position, row_id = base64.urlsafe_b64decode(padded.encode()).decode().split("|")
        if ordered_by == column:
            return Place(read(position), UUID(row_id))
    except (binascii.Error, ValueError, OverflowError):
        pass
    raise InvalidRequestError(
        "cursor: this one does not belong here; pass on next_cursor as it was given, with the same question."
    )
