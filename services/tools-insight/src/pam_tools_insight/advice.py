"""The rules of recommendations across domains: each with its reason and the records it stands on. Pure."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from pam_shared.clock import spoken_day
from pam_shared.money import spoken
from pam_tools_insight import hustles, spending
from pam_tools_insight.health import next_trip, spent_on
from pam_tools_insight.maintenance import SOON, upcoming
from pam_tools_insight.records import ZERO, Money, Travel
from pam_tools_insight.rules import last_days

NEARLY_USED = Decimal("0.8")
WORTH_A_BUDGET = Decimal(100)
"""What a category must cost in thirty days before a budget for it is suggested."""


class Priority(StrEnum):
    """How much a recommendation matters."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """Its place: 0 comes first."""
        return ["high", "medium", "low"].index(self.value)


@dataclass(frozen=True)
class Recommendation:
    """What the member could do, why, and which records say so. ``at_stake`` is money, for the order alone."""

    type: str
    title: str
    content: str
    priority: Priority
    reason: str
    sources: list[str]
    at_stake: Decimal = field(default=ZERO, compare=False)


def recommendations(money: Money | None, travel: Travel | None, today: dt.date) -> list[Recommendation]:
    """Return what can be recommended, the most important first."""
    found: list[Recommendation] = []
    if money:
        found += [*_budgets(money, today), *_unbudgeted(money, today), *_cash_flow(money, today), *_hustles(money)]
    if travel:
        found += [*_maintenance(travel, today), *_trip(travel, today)]
    return ranked(found)


def ranked(found: Iterable[Recommendation]) -> list[Recommendation]:
    """Return recommendations by priority, then by what is at stake."""
    return sorted(found, key=lambda one: (one.priority.rank, -one.at_stake, one.title))


def _budgets(money: Money, today: dt.date) -> Iterable[Recommendation]:
    for budget in money.budgets:
        spent, name = spent_on(budget, money.expenses, today), budget.category.replace("_", " ")
        if spent < budget.amount * NEARLY_USED:
            continue
        over = spent > budget.amount
        used = f"{spoken(spent)} of your {budget.period} {name} budget of {spoken(budget.amount)} is used"
        yield Recommendation(
            type="budget",
            title=f"{'Over' if over else 'Close to'} your {name} budget",
            content=f"Hold back on {name}, or raise the budget if this is what it really costs.",
            priority=Priority.HIGH if over else Priority.MEDIUM,
            reason=used,
            sources=["budgets", "expenses"],
            at_stake=abs(spent - budget.amount),
        )


def _unbudgeted(money: Money, today: dt.date) -> Iterable[Recommendation]:
    since = last_days(30, today).start
    spent = spending.by_category(one for one in money.expenses if since <= one.date <= today)
    budgeted = {budget.category for budget in money.budgets}
    free = [(category, total) for category, total in spent.items() if category not in budgeted]
    if not free or free[0][1] < WORTH_A_BUDGET:
        return
    name, total = free[0][0].replace("_", " "), free[0][1]
    yield Recommendation(
        type="budget",
        title=f"Set a budget for {name}",
        content=f"A monthly {name} budget would show early when it runs away.",
        priority=Priority.LOW,
        reason=f"{name} cost {spoken(total)} in the last 30 days and has no budget",
        sources=["budgets", "expenses"],
        at_stake=total,
    )


def _cash_flow(money: Money, today: dt.date) -> Iterable[Recommendation]:
    since = last_days(90, today).start
    earned = sum((one.amount for one in money.income if since <= one.date <= today), ZERO)
    spent = sum((one.amount for one in money.expenses if since <= one.date <= today), ZERO)
    if not earned or spent <= earned:
        return
    yield Recommendation(
        type="money",
        title="You spend more than you earn",
        content="Look at your dearest categories first, or at a hustle that pays well.",
        priority=Priority.HIGH,
        reason=f"in 90 days you earned {spoken(earned)} and spent {spoken(spent)}",
        sources=["income", "expenses"],
        at_stake=spent - earned,
    )


def _hustles(money: Money) -> Iterable[Recommendation]:
    top = hustles.best(hustles.returns(money.hustles))
    if not top or not top.hourly_rate:
        return
    yield Recommendation(
        type="hustle",
        title=f"More of {top.title}",
        content=f"{top.title} is what pays you best by the hour.",
        priority=Priority.LOW,
        reason=f"it brought {spoken(top.hourly_rate)} an hour over {top.hours} hours",
        sources=["hustle attempts"],
        at_stake=top.hourly_rate,
    )


def _maintenance(travel: Travel, today: dt.date) -> Iterable[Recommendation]:
    for due in upcoming(travel.maintenance, travel.fuel):
        if due.date > today + SOON:
            continue
        overdue = due.date < today
        yield Recommendation(
            type="maintenance",
            title=f"{due.task.capitalize()} {'is overdue' if overdue else 'is due soon'}",
            content=f"Plan {due.task} {'now' if overdue else 'in the next weeks'}, near where you are.",
            priority=Priority.HIGH if overdue else Priority.MEDIUM,
            reason=f"{due.task} {'was' if overdue else 'is'} due on {spoken_day(due.date)}, by {due.basis}",
            sources=["maintenance records"],
        )


def _trip(travel: Travel, today: dt.date) -> Sequence[Recommendation]:
    trip = next_trip(travel, today)
    if not (trip and trip.start_date) or trip.estimated_total is not None:
        return []
    found = Recommendation(
        type="trip",
        title=f"Price {trip.title}",
        content=f"Ask me to plan {trip.title} again with your vehicle, and I will estimate fuel and nights.",
        priority=Priority.LOW,
        reason=f"{trip.title} begins on {spoken_day(trip.start_date)} and has no cost estimate",
        sources=["trips"],
    )
    return [found]
