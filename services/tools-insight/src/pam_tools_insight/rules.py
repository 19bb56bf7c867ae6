"""The rules many tools share: whom a question is about, how sure a forecast is, and the calendar. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from statistics import mean, pstdev
from typing import NamedTuple
from uuid import UUID

from pam_shared.contracts.identity import Identity
from pam_shared.errors import NotPermittedError

MONTHS_IN_YEAR = 12


class Window(NamedTuple):
    """Days from ``start`` to ``end``, both included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days that is."""
        return (self.end - self.start).days + 1


def last_days(days: int, today: date) -> Window:
    """Return the last ``days`` days, today included."""
    return Window(today - timedelta(days=days - 1), today)


def months_after(first: date, months: int) -> date:
    """Return the first of the month so many months after a first of a month; negative ones lie before it."""
    count = first.year * MONTHS_IN_YEAR + first.month - 1 + months
    return date(count // MONTHS_IN_YEAR, count % MONTHS_IN_YEAR + 1, 1)


def scope_of(caller: Identity, asked: UUID | None) -> UUID | None:
    """Return the member a question is about; None is everybody, which only admins may ask about.

    Raises NotPermittedError when a member asks about somebody else, whoever that is.
    """
    if caller.is_admin:
        return asked
    if asked not in {None, caller.user}:
        raise NotPermittedError("user_id: only admins may ask about another member; leave it out for your own figures.")
    return caller.user


def spread(values: Sequence[Decimal]) -> float:
    """Return how far values lie from their mean, as a share of it: 0 when all are equal."""
    middle = mean(values)
    return float(pstdev(values) / abs(middle)) if middle else 0.0


def confidence(count: int, scattered: float) -> float:
    """Return how sure a forecast is, 0 to 1: it grows with the number of data points and falls with their spread."""
    return round(count / (count + 2) / (1 + scattered), 2)


def listed(names: Sequence[str]) -> str:
    """Return names as they are said: ``a, b and c``."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def yours(count: int, thing: str) -> str:
    """Return so many things of the member's as they are said: ``your trip``, ``your 2 trips``."""
    return f"your {thing if count == 1 else counted(count, thing)}"


def counted(count: int, thing: str) -> str:
    """Return a count as it is said: ``1 trip``, ``2 trips``."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"
