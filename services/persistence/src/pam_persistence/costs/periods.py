"""Which day a call counts for, and when a ceiling is lifted again."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import TypeAlias

from pam_shared.contracts.costs import Ceiling

Ceilings: TypeAlias = Mapping[Ceiling, Decimal]
"""What calls may cost in the period of each, in dollars."""

DAY = timedelta(days=1)


def day_of(at: datetime, zone: tzinfo) -> date:
    """Return the calendar day that a moment belongs to in a zone."""
    return at.astimezone(zone).date()


def month_of(day: date) -> tuple[date, date]:
    """Return the first day of a day's calendar month, and the first of the next."""
    first = day.replace(day=1)
    return first, (first + 31 * DAY).replace(day=1)


def end_of(ceiling: Ceiling, at: datetime, zone: tzinfo) -> datetime:
    """Return when the period of a ceiling ends that a moment is in, in UTC."""
    where = zone if ceiling is Ceiling.MEMBER_DAY else UTC
    today = day_of(at, where)
    _, next_month = month_of(today)
    following = next_month if ceiling is Ceiling.MONTH else today + DAY
    return datetime.combine(following, time(), where).astimezone(UTC)
