"""The time, asked for in one place."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def utc_now() -> datetime:
    """Return the present moment with its zone."""
    return datetime.now(UTC)


def spoken_day(day: date) -> str:
    """Return a day as it is said, such as ``May 13, 2026``."""
    return f"{day:%B} {day.day}, {day.year}"


def zone_of(name: str) -> tzinfo:
    """Return the zone of that IANA name, UTC where it is empty or unknown."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def spoken_age(age: timedelta) -> str:
    """Say how old something is."""
    minutes = max(0, round(age.total_seconds() / 60))
    for unit, length in (("day", 24 * 60), ("hour", 60), ("minute", 1)):
        if minutes >= length:
            count = minutes // length
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"
