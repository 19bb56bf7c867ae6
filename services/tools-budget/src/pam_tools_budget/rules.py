"""The rules of budgets: periods in the member's own calendar, and how a budget is doing. Pure."""

from calendar import monthrange
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field

from pam_shared.errors import InvalidRequestError
from pam_shared.money import to_cents

WARNING_AT = Decimal(80)
HUNDRED = Decimal(100)
MONTHS_IN_QUARTER = 3
MONTHS_IN_YEAR = 12
DAYS_IN_WEEK = 7
DAYS_IN_MONTH = 30
TIGHT_AT = Decimal(100)
LOOSE_BELOW = Decimal(70)
BUDGET_STEP = Decimal(5)
BUDGET_MAX = Decimal(100_000)
ONE_DAY = timedelta(days=1)

Day = Annotated[date, Field(ge=date(1970, 1, 1), le=date(2199, 12, 31))]
"""A day of a window; what lies further away is a slip of the pen."""


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

    @property
    def noun(self) -> str:
        """One such period as it is said."""
        return "day" if self is Period.DAILY else self.value.removesuffix("ly")


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


def day_of(given: date | None, today: date, what: str) -> date:
    """Return the day money moved, today if not given.

    Raises InvalidRequestError for a day that is still to come; tomorrow passes, for zones that are not known.
    """
    day = given or today
    if day > today + ONE_DAY:
        raise InvalidRequestError(f"date: {day} is in the future; {what} is recorded when it is paid.")
    return day


def previous(period: Period, today: date, count: int) -> list[Window]:
    """Return the ``count`` whole periods before the current one, the latest first."""
    windows: list[Window] = []
    start = window_of(period, today).start
    for _ in range(count):
        windows.append(window_of(period, start - ONE_DAY))
        start = windows[-1].start
    return windows


def same_days_last_month(today: date) -> Window:
    """Return as many days of last month as have passed of this one, or all of them where it was shorter."""
    [last] = previous(Period.MONTHLY, today, 1)
    return Window(last.start, last.start.replace(day=min(today.day, last.days)))


def touched(period: Period, window: Window) -> int:
    """Return how many periods have a day in the window."""
    first, last = window_of(period, window.start).start, window_of(period, window.end).start
    months = (last.year - first.year) * MONTHS_IN_YEAR + last.month - first.month
    match period:
        case Period.DAILY:
            return window.days
        case Period.WEEKLY:
            return (last - first).days // DAYS_IN_WEEK + 1
        case Period.MONTHLY:
            return months + 1
        case Period.QUARTERLY:
            return months // MONTHS_IN_QUARTER + 1
        case Period.YEARLY:
            return months // MONTHS_IN_YEAR + 1


def percent_used(spent: Decimal, budgeted: Decimal) -> Decimal:
    """Return how much of a budget is used, in percent with one place."""
    return (spent / budgeted * HUNDRED).quantize(Decimal("0.1"))


def standing(spent: Decimal, budgeted: Decimal) -> Standing:
    """Return how a budget is doing: over above its amount, warning from 80 percent."""
    if spent > budgeted:
        return Standing.OVER
    return Standing.WARNING if spent * HUNDRED >= budgeted * WARNING_AT else Standing.GOOD


def better_budget(typical: Decimal, budgeted: Decimal) -> Decimal | None:
    """Return a budget that fits a typical period, in steps of five; None when the present one fits.

    One fits that is not exceeded and of which at least 70 percent are used.
    """
    used = typical * HUNDRED
    if LOOSE_BELOW * budgeted <= used <= TIGHT_AT * budgeted:
        return None
    better = min(max(BUDGET_STEP, (typical / BUDGET_STEP).to_integral_value(ROUND_CEILING) * BUDGET_STEP), BUDGET_MAX)
    rises, falls = used > TIGHT_AT * budgeted, used < LOOSE_BELOW * budgeted
    return better if (rises and better > budgeted) or (falls and better < budgeted) else None


def monthly(earned: Decimal, days: int) -> Decimal:
    """Return what so much in so many days is in thirty; fewer days count as thirty, for a first good day is no rate."""
    return to_cents(earned * DAYS_IN_MONTH / max(DAYS_IN_MONTH, days))


def _months(year: int, month: int, count: int) -> Window:
    last = month + count - 1
    return Window(date(year, month, 1), date(year, last, monthrange(year, last)[1]))
