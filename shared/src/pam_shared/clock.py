"""The time, asked for in one place."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def utc_now() -> datetime:
    """Return the present moment with its zone."""
    return datetime.now(UTC)


def zone_of(name: str) -> tzinfo:
    """Return the zone of that IANA name, UTC where it is empty or unknown."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
