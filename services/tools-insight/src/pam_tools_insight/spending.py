"""The rules of spending over time: periods, trend, outliers, forecast. Pure."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from statistics import linear_regression, mean, median, pstdev

from pam_shared.money import to_cents
from pam_tools_insight.records import ZERO, Expense
from pam_tools_insight.rules import Window, confidence, months_after, spread

ENOUGH_PERIODS = 3
"""Fewer complete periods make neither a trend nor a forecast."""
ENOUGH_EXPENSES = 5
STEADY_WITHIN = 5.0
"""Percent a period by which spending may change and still be called steady."""
FORECAST_FROM = 6
OUTLIER_AT = Decimal(3)
OUTLIER_RATIO = Decimal("1.5")
MAD_TO_DEVIATION = Decimal("1.4826")
"""Makes the median distance from the median comparable with a standard deviation."""


class Granularity(StrEnum):
    """How long a period is."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"

    @property
    def months(self) -> int:
        """How many months a period has."""
        return {"monthly": 1, "quarterly": 3, "yearly": 12}[self.value]

    @property
    def spoken(self) -> str:
        """One period, as it is said."""
        return {"monthly": "month", "quarterly": "quarter", "yearly": "year"}[self.value]

    @property
    def history(self) -> int:
        """How many periods are looked at."""
        return {"monthly": 12, "quarterly": 8, "yearly": 5}[self.value]

    def start_of(self, day: dt.date) -> dt.date:
        """Return the first day of the period that a day lies in."""
        return dt.date(day.year, (day.month - 1) // self.months * self.months + 1, 1)

    def window(self, today: dt.date) -> Window:
        """Return the days that are looked at."""
        return Window(months_after(self.start_of(today), -self.months * (self.history - 1)), today)


class Direction(StrEnum):
    """Where spending is going."""

    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class PeriodSpending:
    """What one period cost; ``complete`` when it is over and nothing of it was left out."""

    start: dt.date
    end: dt.date
    total: Decimal
    count: int
    by_category: dict[str, Decimal]
    complete: bool


@dataclass(frozen=True)
class Trend:
    """``percent_per_period`` of the mean, by a straight line through ``periods`` complete ones."""

    direction: Direction
    percent_per_period: Decimal | None
    periods: int


@dataclass(frozen=True)
class Forecast:
    """What a period may cost, within one standard deviation, and how sure that is."""

    expected: Decimal
    low: Decimal
    high: Decimal
    confidence: float
    periods: int


@dataclass(frozen=True)
class Outlier:
    """An expense far from what its category usually costs."""

    expense: Expense
    usual: Decimal


def by_category(expenses: Iterable[Expense]) -> dict[str, Decimal]:
    """Return what each category cost, the dearest first."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for expense in expenses:
        totals[expense.category] += expense.amount
    return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))


def periods(expenses: Sequence[Expense], size: Granularity, today: dt.date, *, cut: bool) -> list[PeriodSpending]:
    """Return each period from the first expense to today, oldest first.

    ``cut`` says that older expenses were left out: the oldest period is not complete then.
    """
    if not expenses:
        return []
    grouped: dict[dt.date, list[Expense]] = defaultdict(list)
    for expense in expenses:
        grouped[size.start_of(expense.date)].append(expense)
    start, found = min(grouped), []
    while start <= max(size.start_of(today), *grouped):
        after = months_after(start, size.months)
        complete = after <= today and not (cut and start == min(grouped))
        totals = by_category(grouped[start])
        spent = sum(totals.values(), ZERO)
        found.append(PeriodSpending(start, after - dt.timedelta(days=1), spent, len(grouped[start]), totals, complete))
        start = after
    return found


def trend(found: Sequence[PeriodSpending]) -> Trend:
    """Return where spending is going; with too few complete periods it is not known."""
    totals = [period.total for period in found if period.complete]
    if len(totals) < ENOUGH_PERIODS or not any(totals):
        return Trend(Direction.UNKNOWN, None, len(totals))
    slope = linear_regression(range(len(totals)), [float(total) for total in totals]).slope
    percent = slope / float(mean(totals)) * 100
    direction = Direction.RISING if percent > 0 else Direction.FALLING
    if abs(percent) <= STEADY_WITHIN:
        direction = Direction.STEADY
    return Trend(direction, Decimal(percent).quantize(Decimal("0.1")), len(totals))


def forecast(found: Sequence[PeriodSpending]) -> Forecast | None:
    """Return what the next period may cost: the mean of the last complete ones; None when there are too few."""
    totals = [period.total for period in found if period.complete][-FORECAST_FROM:]
    if len(totals) < ENOUGH_PERIODS:
        return None
    expected, deviation = mean(totals), pstdev(totals)
    return Forecast(
        expected=to_cents(expected),
        low=to_cents(max(ZERO, expected - deviation)),
        high=to_cents(expected + deviation),
        confidence=confidence(len(totals), spread(totals)),
        periods=len(totals),
    )


def outliers(expenses: Iterable[Expense]) -> list[Outlier]:
    """Return expenses far above what their category usually costs, the newest first.

    Medians, for a mean would be moved by the very expenses looked for; a category with few expenses has no "usual".
    """
    grouped: dict[str, list[Expense]] = defaultdict(list)
    for expense in expenses:
        grouped[expense.category].append(expense)
    found = [outlier for same in grouped.values() if len(same) >= ENOUGH_EXPENSES for outlier in _above(same)]
    return sorted(found, key=lambda outlier: (outlier.expense.date, outlier.expense.id), reverse=True)


def _above(same: Sequence[Expense]) -> list[Outlier]:
    usual = median(expense.amount for expense in same)
    deviation = median(abs(expense.amount - usual) for expense in same) * MAD_TO_DEVIATION
    limit = max(usual + OUTLIER_AT * deviation, usual * OUTLIER_RATIO)
    return [Outlier(expense, to_cents(usual)) for expense in same if expense.amount > limit]
