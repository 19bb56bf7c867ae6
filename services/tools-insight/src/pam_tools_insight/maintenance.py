"""The rules of forecasting maintenance: when a task is due again, what it may cost, how sure that is. Pure."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from statistics import mean

from pam_shared.money import to_cents
from pam_tools_insight.records import FuelStop, Maintenance
from pam_tools_insight.rules import confidence, counted, spread

ENOUGH_DAYS = 14
"""Fewer days between odometer readings say little about how far the member drives."""
SOON = dt.timedelta(days=30)


@dataclass(frozen=True)
class Due:
    """When a task is due next, how often it comes, and from what that is known."""

    task: str
    date: dt.date
    every: dt.timedelta | None
    basis: str
    confidence: float


@dataclass(frozen=True)
class Cost:
    """What a task may cost."""

    expected: Decimal
    basis: str
    confidence: float


@dataclass(frozen=True)
class Prediction:
    """A task at a day to come; without a cost where none was ever logged."""

    task: str
    due_date: dt.date
    overdue: bool
    estimated_cost: Decimal | None
    confidence: float
    basis: str


def miles_per_day(fuel: Sequence[FuelStop]) -> Decimal | None:
    """Return how far the vehicle goes a day, by the odometer at fill-ups; None when they say too little."""
    read = sorted((stop.date, stop.odometer) for stop in fuel if stop.odometer is not None)
    if not read or (days := (read[-1][0] - read[0][0]).days) < ENOUGH_DAYS:
        return None
    return max(Decimal(0), read[-1][1] - read[0][1]) / days


def by_task(records: Iterable[Maintenance]) -> dict[str, list[Maintenance]]:
    """Return the records of each task, however it was spelled, oldest first."""
    grouped: dict[str, list[Maintenance]] = defaultdict(list)
    for record in sorted(records, key=lambda record: (record.date, record.id)):
        grouped[" ".join(record.task.lower().replace("_", " ").split())].append(record)
    return dict(grouped)


def next_due(task: str, records: Sequence[Maintenance], daily_miles: Decimal | None) -> Due | None:
    """Return when a task is due: what the member noted, else the mileage noted, else the rhythm so far, else None."""
    latest, every, rhythm = records[-1], *_rhythm(records)
    if latest.next_due_date:
        return Due(task, latest.next_due_date, every, "the due date you noted", 0.9)
    if latest.next_due_mileage and latest.mileage is not None and daily_miles:
        days = (latest.next_due_mileage - latest.mileage) / daily_miles
        day = latest.date + dt.timedelta(days=max(0, min(int(days), 3650)))
        return Due(task, day, every, "the due mileage you noted and how far you drive a day", 0.6)
    if every:
        return Due(task, latest.date + every, every, f"the time between {counted(len(records), 'record')}", rhythm)
    return None


def expected_cost(records: Sequence[Maintenance]) -> Cost | None:
    """Return the mean of what a task cost; None when no cost was logged."""
    costs = [record.cost for record in records if record.cost]
    if not costs:
        return None
    return Cost(to_cents(mean(costs)), counted(len(costs), "earlier bill"), confidence(len(costs), spread(costs)))


def predictions(due: Due, cost: Cost | None, today: dt.date, until: dt.date) -> Iterator[Prediction]:
    """Yield each time a task comes up to a day; what is overdue is due today."""
    day, overdue = max(due.date, today), due.date < today
    sure = round(due.confidence * cost.confidence, 2) if cost else due.confidence
    basis = f"due by {due.basis}; cost by {cost.basis}" if cost else f"due by {due.basis}; no bill was ever logged"
    while day <= until:
        yield Prediction(due.task, day, overdue, cost.expected if cost else None, sure, basis)
        if not due.every:
            return
        day, overdue = day + due.every, False


def upcoming(records: Iterable[Maintenance], fuel: Sequence[FuelStop]) -> list[Due]:
    """Return when each task that can be foreseen is due next, the earliest first."""
    daily_miles = miles_per_day(fuel)
    found = [next_due(task, same, daily_miles) for task, same in by_task(records).items()]
    return sorted((due for due in found if due), key=lambda due: (due.date, due.task))


def _rhythm(records: Sequence[Maintenance]) -> tuple[dt.timedelta | None, float]:
    """Return the mean time between records, and how sure that is."""
    gaps = [Decimal((later.date - earlier.date).days) for earlier, later in pairwise(records)]
    gaps = [gap for gap in gaps if gap]
    if not gaps:
        return None, 0.0
    return dt.timedelta(days=round(mean(gaps))), confidence(len(gaps), spread(gaps))
