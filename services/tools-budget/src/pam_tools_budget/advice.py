"""What a member could do about their budgets, each piece with the figures it comes from. Pure."""

from collections.abc import Mapping
from decimal import Decimal

from pam_shared.money import spoken
from pam_tools_budget.budget_status import BudgetStatus
from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.rules import Standing


def on_budgets(
    statuses: list[BudgetStatus],
    totals: Mapping[ExpenseCategory, Decimal],
    predictions: Mapping[ExpenseCategory, Decimal],
    days_left: int,
) -> list[str]:
    """Return a sentence for each budget that needs one, and one for the dearest category that has no budget."""
    found = [_on_budget(status, predictions.get(status.category), days_left) for status in statuses]
    unbudgeted = [category for category in totals if category not in {status.category for status in statuses}]
    if unbudgeted:
        dearest = max(unbudgeted, key=lambda category: totals[category])
        found.append(f"{spoken(totals[dearest])} went on {dearest.spoken}, which has no budget: I can set one.")
    return [sentence for sentence in found if sentence]


def _on_budget(status: BudgetStatus, projected: Decimal | None, days_left: int) -> str:
    name = status.category.spoken
    match status.status:
        case Standing.OVER:
            return (
                f"Your {name} spending is {spoken(-status.remaining)} over its budget of {spoken(status.budget)}:"
                f" hold back {status.period.spoken}, or raise the budget."
            )
        case Standing.WARNING if days_left:
            a_day = status.remaining / days_left
            return f"{spoken(status.remaining)} is left for {name}: about {spoken(a_day)} a day for {days_left} days."
        case Standing.GOOD if projected and projected > status.budget:
            over = spoken(projected - status.budget)
            return f"At this pace {name} will cost {spoken(projected)} {status.period.spoken}, {over} over its budget."
    return ""
