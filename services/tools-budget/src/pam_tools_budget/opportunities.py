"""Where a member could save, and where they seem to have saved: from their own expenses alone. Pure."""

import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from pam_shared.clock import spoken_day
from pam_shared.money import spoken, to_cents
from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.queries.expenses import Expense
from pam_tools_budget.rules import HUNDRED, Window, last_days

LOOKED_BACK = 120
RECENT_DAYS = 30
USUAL_DAYS = 90
NEEDED_FOR_MEAN = 3
NEEDED_FOR_MEDIAN = 4
RISE_FROM = Decimal("1.1")
LEAST_DETECTED = Decimal(1)

BELOW_USUAL = {
    ExpenseCategory.GAS: ("gas", Decimal("0.95")),
    ExpenseCategory.DIESEL: ("gas", Decimal("0.95")),
    ExpenseCategory.CAMPGROUND: ("campground", Decimal("0.80")),
    ExpenseCategory.RV_PARK: ("campground", Decimal("0.80")),
}
"""The kind of saving a cheap expense may be, and below which share of the 90-day mean it counts as cheap."""

TIPS = {
    ExpenseCategory.GAS: "Compare prices along the route before you fill up.",
    ExpenseCategory.DIESEL: "Compare prices along the route before you fill up.",
    ExpenseCategory.PROPANE: "Refill at a supplier that sells by the gallon.",
    ExpenseCategory.FOOD: "Plan the week's meals before you shop.",
    ExpenseCategory.GROCERIES: "Shop with a list, at the shop that is usually your cheapest.",
    ExpenseCategory.RESTAURANT: "Cook one of those meals yourself.",
    ExpenseCategory.CAMPGROUND: "Look for a site at your usual price, or a free one.",
    ExpenseCategory.RV_PARK: "Ask for weekly rates, or stay at a campground some nights.",
    ExpenseCategory.ENTERTAINMENT: "Choose one paid outing fewer.",
    ExpenseCategory.SHOPPING: "Wait a week before buying what is not needed on the road.",
}
"""Only what a member can choose is here: nobody is told to save on medicine or insurance."""


@dataclass(frozen=True)
class Opportunity:
    """What a category could cost less in a month, and the figures that say so."""

    category: ExpenseCategory
    potential_savings: Decimal
    suggestion: str
    basis: str


@dataclass(frozen=True)
class Detected:
    """An expense well below the member's usual: perhaps a saving. Only the member can say."""

    expense_id: UUID
    date: date
    category: ExpenseCategory
    event_type: str
    amount: Decimal
    basis: str


def opportunities(expenses: Iterable[Expense], today: date) -> list[Opportunity]:
    """Return the largest opportunity of each category a member can choose to spend less on, the largest first."""
    by_category: dict[ExpenseCategory, list[Expense]] = defaultdict(list)
    for expense in expenses:
        by_category[expense.category].append(expense)
    found = [
        max((one for one in (_risen(its, today), _dear(its, today)) if one), key=_potential, default=None)
        for category, its in by_category.items()
        if category in TIPS
    ]
    return sorted((one for one in found if one), key=_potential, reverse=True)


def detected(expenses: list[Expense], today: date) -> list[Detected]:
    """Return recent fuel and camping expenses well below the mean of the 90 days before them, the latest first."""
    since = last_days(RECENT_DAYS, today).start
    recent = [one for one in expenses if one.category in BELOW_USUAL and one.date >= since]
    found = [_cheap(one, _earlier(expenses, one)) for one in recent]
    return [one for one in found if one and one.amount >= LEAST_DETECTED]


def _earlier(expenses: list[Expense], than: Expense) -> list[Decimal]:
    """Return what the category's expenses of the 90 days before this one cost."""
    its = [one for one in expenses if one.category is than.category]
    return _within(its, last_days(USUAL_DAYS, than.date - timedelta(days=1)))


def _cheap(expense: Expense, earlier: list[Decimal]) -> Detected | None:
    if len(earlier) < NEEDED_FOR_MEAN:
        return None
    event_type, share = BELOW_USUAL[expense.category]
    mean = sum(earlier, Decimal(0)) / len(earlier)
    if expense.amount >= mean * share:
        return None
    below = ((1 - expense.amount / mean) * HUNDRED).quantize(Decimal(1))
    basis = (
        f"{spoken(expense.amount)} for {expense.category.spoken} on {spoken_day(expense.date)} is {below}% below"
        f" {spoken(mean)}, the mean of the {len(earlier)} in the 90 days before; it may also just have been less of it"
    )
    saved = to_cents(mean - expense.amount)
    return Detected(expense.id, expense.date, expense.category, event_type, saved, f"{basis}.")


def _risen(its: list[Expense], today: date) -> Opportunity | None:
    """More in the last 30 days than usual in the 60 before, where there was spending in both months of these."""
    spans = (last_days(RECENT_DAYS, today - timedelta(days=RECENT_DAYS * back)) for back in range(3))
    now, *before = (sum(_within(its, span), Decimal(0)) for span in spans)
    usual = sum(before, Decimal(0)) / len(before)
    if not all(before) or now <= usual * RISE_FROM:
        return None
    name = its[0].category.spoken
    basis = f"{spoken(now)} for {name} in the last 30 days, {spoken(usual)} on average in 30 days before"
    return _opportunity(its, now - usual, basis)


def _dear(its: list[Expense], today: date) -> Opportunity | None:
    """What the last 30 days' expenses cost above the member's own median."""
    amounts = _within(its, last_days(USUAL_DAYS, today))
    if len(amounts) < NEEDED_FOR_MEDIAN:
        return None
    median = statistics.median(amounts)
    above = [amount - median for amount in _within(its, last_days(RECENT_DAYS, today)) if amount > median]
    if not above:
        return None
    name = its[0].category.spoken
    what = f"one {name} expense" if len(above) == 1 else f"{len(above)} {name} expenses"
    basis = f"{what} of the last 30 days above {spoken(median)}, your usual"
    return _opportunity(its, sum(above, Decimal(0)), basis)


def _opportunity(its: list[Expense], potential: Decimal, basis: str) -> Opportunity:
    category = its[0].category
    return Opportunity(category, to_cents(potential), TIPS[category], f"{basis}.")


def _potential(one: Opportunity) -> Decimal:
    return one.potential_savings


def _within(its: list[Expense], window: Window) -> list[Decimal]:
    return [one.amount for one in its if window.start <= one.date <= window.end]
