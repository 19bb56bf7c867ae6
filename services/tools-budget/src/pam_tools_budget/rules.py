"""The rules of budgets: periods in the member's own calendar, and how a budget is doing. Pure."""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

WARNING_AT = Decimal(80)
HUNDRED = Decimal(100)
MONTHS_IN_QUARTER = 3
MONTHS_IN_YEAR = 12


class Period(StrEnum):
    """How long a budget lasts before it begins anew."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"

    @property
    def spoken(self) -> str:
        """The current period as it is said."""
        names = {"daily": "today", "weekly": "this week", "monthly": "this month"}
        return names.get(self.value) or {"quarterly": "this quarter", "yearly": "this year"}[self.value]


class Window(NamedTuple):
    """Days from ``start`` to ``end``, both included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days that is."""
        return (self.end - self.start).days + 1


class Standing(StrEnum):
    """How a budget is doing."""

    GOOD = "good"
    WARNING = "warning"
    OVER = "over"


def window_of(period: Period, today: date) -> Window:
    """Return the whole period that ``today`` lies in. Weeks begin on Monday."""
    match period:
        case Period.DAILY:
            return Window(today, today)
        case Period.WEEKLY:
            monday = today - timedelta(days=today.weekday())
            return Window(monday, monday + timedelta(days=6))
        case Period.MONTHLY:
            return _months(today.year, today.month, 1)
        case Period.QUARTERLY:
            first = (today.month - 1) // MONTHS_IN_QUARTER * MONTHS_IN_QUARTER + 1
            return _months(today.year, first, MONTHS_IN_QUARTER)
        case Period.YEARLY:
            return _months(today.year, 1, MONTHS_IN_YEAR)


def last_days(days: int, today: date) -> Window:
    """Return the last ``days`` days, today included."""
    return Window(today - timedelta(days=days - 1), today)


def percent_used(spent: Decimal, budgeted: Decimal) -> Decimal:
    """Return how much of a budget is used, in percent with one place."""
    return (spent / budgeted * HUNDRED).quantize(Decimal("0.1"))


def standing(spent: Decimal, budgeted: Decimal) -> Standing:
    """Return how a budget is doing: over above its amount, warning from 80 percent."""
    if spent > budgeted:
        return Standing.OVER
    return Standing.WARNING if spent * HUNDRED >= budgeted * WARNING_AT else Standing.GOOD


def _months(year: int, month: int, count: int) -> Window:
    beyond = month + count
    next_first = date(year + (beyond > MONTHS_IN_YEAR), beyond - MONTHS_IN_YEAR * (beyond > MONTHS_IN_YEAR), 1)
    return Window(date(year, month, 1), next_first - timedelta(days=1))
