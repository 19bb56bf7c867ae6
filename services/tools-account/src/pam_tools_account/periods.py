"""The periods that statistics are told for, in the member's own calendar. Pure."""

from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

BEGINNING = date(2000, 1, 1)
"""Before any member's first day."""


class Period(StrEnum):
    """How far statistics reach back."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    ALL_TIME = "all_time"

    @property
    def spoken(self) -> str:
        """The period as it is said."""
        return "so far" if self is Period.ALL_TIME else f"this {self.value}"


class Days(NamedTuple):
    """Days from ``start`` to ``end``, both included."""

    start: date
    end: date

    def arguments(self) -> dict[str, str]:
        """Return the days as other workers' tools take them."""
        return {"start_date": self.start.isoformat(), "end_date": self.end.isoformat()}


def days_of(period: Period, today: date) -> Days:
    """Return the days of the current period up to today. Weeks begin on Monday."""
    match period:
        case Period.WEEK:
            return Days(today - timedelta(days=today.weekday()), today)
        case Period.MONTH:
            return Days(today.replace(day=1), today)
        case Period.YEAR:
            return Days(today.replace(month=1, day=1), today)
        case Period.ALL_TIME:
            return Days(BEGINNING, today)
