"""The time, asked for in one place."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the present moment with its zone."""
    return datetime.now(UTC)
