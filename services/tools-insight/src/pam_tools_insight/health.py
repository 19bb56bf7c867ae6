"""The rules of health scores: each is explained by its inputs, and without inputs there is none. Pure."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from statistics import mean

from pydantic import BaseModel, Field

from pam_shared.money import spoken
from pam_tools_insight.maintenance import SOON, upcoming
from pam_tools_insight.records import ZERO, Budget, Expense, Money, Travel, Trip
from pam_tools_insight.rules import counted, last_days, listed, yours

FULL = 100
PER_OVERDUE = 25
PER_SOON = 10
UNPRICED_TRIP = 20
DUE_BEFORE_TRIP_ENDS = 30
TRIP_SOON = dt.timedelta(days=60)
SAVING_FULLY = Decimal("0.2")
"""The share of income left over that earns full marks."""
PERIOD_DAYS = {"daily": 1, "weekly": 7, "monthly": 30, "quarterly": 91, "yearly": 365}


class HealthScore(BaseModel):
    """How one side of a member's life on the road is doing."""

    name: str
    score: int = Field(ge=0, le=FULL, description="100 is best.")
    reason: str
    inputs: dict[str, Decimal | int]


def scores(money: Money | None, travel: Travel | None, today: dt.date) -> list[HealthScore]:
    """Return the scores there is something to judge by."""
    found = [
        _budgets(money, today) if money else None,
        _cash_flow(money, today) if money else None,
        _vehicle(travel, today) if travel else None,
        _readiness(travel, today) if travel else None,
    ]
    return [score for score in found if score]


def spent_on(budget: Budget, expenses: Sequence[Expense], today: dt.date) -> Decimal:
    """Return what went on a budget's category in the last days of its length, today included."""
    window = last_days(PERIOD_DAYS.get(budget.period, 30), today)
    same = (one.amount for one in expenses if one.category == budget.category and window.start <= one.date <= today)
    return sum(same, ZERO)


def overall(found: Sequence[HealthScore]) -> int | None:
    """Return the mean of the scores; None without any."""
    return round(mean(score.score for score in found)) if found else None


def _budgets(money: Money, today: dt.date) -> HealthScore | None:
    if not money.budgets:
        return None
    used = {budget.category: spent_on(budget, money.expenses, today) / budget.amount for budget in money.budgets}
    over = [category.replace("_", " ") for category, share in used.items() if share > 1]
    # Full marks up to the budget, none from twice of it.
    marks = [_clamped(FULL * (2 - share)) for share in used.values()]
    inputs: dict[str, Decimal | int] = {
        f"{category}_percent_used": round(share * 100) for category, share in used.items()
    }
    reason = f"{listed(over)} went over budget" if over else f"everything is within {yours(len(used), 'budget')}"
    return HealthScore(name="budgets", score=round(mean(marks)), reason=reason, inputs=inputs)


def _cash_flow(money: Money, today: dt.date) -> HealthScore | None:
    window = last_days(90, today)
    earned = sum((one.amount for one in money.income if window.start <= one.date <= today), ZERO)
    spent = sum((one.amount for one in money.expenses if window.start <= one.date <= today), ZERO)
    if not earned:
        return None
    left = (earned - spent) / earned
    # Half marks for breaking even.
    score = _clamped(FULL / Decimal(2) * (1 + left / SAVING_FULLY))
    verb = "kept" if left >= 0 else "overspent by"
    reason = f"you earned {spoken(earned)} in 90 days and {verb} {spoken(abs(earned - spent))}"
    return HealthScore(name="cash_flow", score=score, reason=reason, inputs={"earned": earned, "spent": spent})


def _vehicle(travel: Travel, today: dt.date) -> HealthScore | None:
    if not travel.maintenance:
        return None
    due = upcoming(travel.maintenance, travel.fuel)
    overdue = [one.task for one in due if one.date < today]
    soon = [one.task for one in due if today <= one.date <= today + SOON]
    score = _clamped(Decimal(FULL - PER_OVERDUE * len(overdue) - PER_SOON * len(soon)))
    told = [f"{listed(overdue)} overdue" if overdue else "", f"{listed(soon)} due within 30 days" if soon else ""]
    reason = " and ".join(filter(None, told)) or "nothing is overdue or due within 30 days"
    return HealthScore(
        name="vehicle", score=score, reason=reason, inputs={"overdue": len(overdue), "due_soon": len(soon)}
    )


def _readiness(travel: Travel, today: dt.date) -> HealthScore | None:
    trip = next_trip(travel, today)
    if not trip or not trip.start_date:
        return None
    end = trip.end_date or trip.start_date
    due = [one.task for one in upcoming(travel.maintenance, travel.fuel) if one.date <= end]
    lost = DUE_BEFORE_TRIP_ENDS * bool(due) + UNPRICED_TRIP * (trip.estimated_total is None)
    faults = [
        f"{listed(due)} due before it ends" if due else "",
        "" if trip.estimated_total else "it has no cost estimate",
    ]
    reason = " and ".join(filter(None, faults)) or "it is priced and no maintenance is due before it ends"
    days = (trip.start_date - today).days
    told = f"{trip.title} begins in {counted(days, 'day')}: {reason}"
    return HealthScore(
        name="next_trip", score=FULL - lost, reason=told, inputs={"days": days, "maintenance_due": len(due)}
    )


def next_trip(travel: Travel, today: dt.date) -> Trip | None:
    """Return the trip that begins next, within sixty days."""
    ahead = [
        trip
        for trip in travel.trips
        if trip.start_date and today <= trip.start_date <= today + TRIP_SOON and trip.status != "cancelled"
    ]
    return min(ahead, key=lambda trip: (trip.start_date or today, trip.id), default=None)


def _clamped(score: Decimal) -> int:
    return round(max(Decimal(0), min(Decimal(FULL), score)))
