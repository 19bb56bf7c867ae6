"""Where spending is going: from what each day so far cost to what a period will, and how sure that is. Pure."""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from pam_shared.money import spoken, to_cents
from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.queries.expenses import SpentOnDay
from pam_tools_budget.rules import Window

EARLY_DAYS = 2
"""As long as no more days than these have passed, a forecast is little more than a guess."""
EARLY_CONFIDENCE = 0.3
STEADY = Decimal("0.1")


class Trend(StrEnum):
    """This month so far beside the same days of the month before."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"
    NEW = "new"


@dataclass(frozen=True)
class Forecast:
    """A period's spending: so far, a day, and in the end, give or take ``margin`` (one standard deviation)."""

    spent_so_far: Decimal
    daily_rate: Decimal
    projected_total: Decimal
    margin: Decimal
    elapsed: int
    days: int

    @property
    def likely_low(self) -> Decimal:
        """The least that is likely; what is spent stays spent."""
        return max(self.spent_so_far, self.projected_total - self.margin)

    @property
    def likely_high(self) -> Decimal:
        """The most that is likely."""
        return self.projected_total + self.margin

    @property
    def early(self) -> bool:
        """Whether too little of the period has passed to say much."""
        return self.elapsed <= EARLY_DAYS

    @property
    def confidence(self) -> float:
        """How sure the projection is, 0 to 1: the less the days differ and the more of them have passed, the surer."""
        evenness = float(self.projected_total / (self.projected_total + self.margin)) if self.projected_total else 1.0
        sure = evenness * (0.5 + 0.5 * self.elapsed / self.days)
        return round(min(sure, EARLY_CONFIDENCE) if self.early else sure, 2)


@dataclass(frozen=True)
class Forecasts:
    """The forecast of each category and of all together, and on how many days money was spent."""

    by_category: dict[ExpenseCategory, Forecast]
    whole: Forecast
    days_with_spending: int

    @property
    def total(self) -> Decimal:
        """What the categories will cost together."""
        return sum((one.projected_total for one in self.by_category.values()), Decimal(0))

    @property
    def basis(self) -> str:
        """What the whole rests on, in words."""
        one = self.whole
        passed = f"{one.elapsed} of {one.days} days, {self.days_with_spending} of them with spending"
        return f"{passed}, give or take {spoken(one.margin)} as your days differ"

    def sentence(self, on: str) -> str:
        """Say where a month's spending ends, and how sure that is; ``on`` names what it went on."""
        if not self.by_category:
            return f"You have no expenses{on} this month, so there is nothing to project yet."
        one = self.whole
        likely = f"most likely between {spoken(one.likely_low)} and {spoken(one.likely_high)}"
        head = f"At this pace you will have spent about {spoken(self.total)}{on} by the end of the month, {likely}."
        sure = f"I am {one.confidence:.0%} sure, from {one.elapsed} of {one.days} days."
        early = " It is early in the month, so this can still change a lot." if one.early else ""
        return f"{head} {sure}{early}"


def forecast(daily: Sequence[Decimal], days: int) -> Forecast:
    """Project a period of ``days`` days from what each of its days so far cost, days without spending included."""
    elapsed, spent = len(daily), sum(daily, Decimal(0))
    rate, left = spent / elapsed, days - elapsed
    # The sum of the days left varies, and so does the rate itself, known from a few days only.
    spread = statistics.stdev(daily) if elapsed > 1 else rate
    margin = spread * (Decimal(left) + Decimal(left * left) / elapsed).sqrt()
    return Forecast(spent, to_cents(rate), to_cents(spent + rate * left), to_cents(margin), elapsed, days)


def forecasts(rows: Iterable[SpentOnDay], window: Window, today: date) -> Forecasts:
    """Project a window of which today is a day: each category, and the whole."""
    spent: dict[ExpenseCategory, dict[date, Decimal]] = defaultdict(dict)
    whole: dict[date, Decimal] = defaultdict(Decimal)
    for row in rows:
        spent[row.category][row.day] = row.total
        whole[row.day] += row.total
    passed = Window(window.start, today)
    by_category = {category: forecast(_daily(days, passed), window.days) for category, days in spent.items()}
    return Forecasts(by_category, forecast(_daily(whole, passed), window.days), len(whole))


def _daily(spent: dict[date, Decimal], passed: Window) -> list[Decimal]:
    first = passed.start.toordinal()
    return [spent.get(date.fromordinal(first + day), Decimal(0)) for day in range(passed.days)]


def trend(now: Decimal, before: Decimal) -> Trend:
    """Return how spending changed; within a tenth it is steady."""
    if not before:
        return Trend.NEW
    change = (now - before) / before
    if abs(change) <= STEADY:
        return Trend.STEADY
    return Trend.RISING if change > 0 else Trend.FALLING
