"""How one budget is doing, as several tools tell it."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Self

from pydantic import BaseModel

from pam_shared.money import Total
from pam_tools_budget import rules
from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.queries.budgets import Budget


class BudgetStatus(BaseModel):
    """One budget in its current period; ``remaining`` is negative when overspent."""

    category: ExpenseCategory
    period: rules.Period
    budget: Total
    spent: Total
    remaining: Total
    percent_used: Decimal
    status: rules.Standing

    @classmethod
    def of(cls, budget: Budget, spent: Decimal) -> Self:
        """Return how a budget is doing of which so much is spent."""
        return cls(
            category=budget.category,
            period=budget.period,
            budget=budget.amount,
            spent=spent,
            remaining=budget.amount - spent,
            percent_used=rules.percent_used(spent, budget.amount),
            status=rules.standing(spent, budget.amount),
        )


def leading(budgets: Iterable[Budget]) -> Budget | None:
    """Return the budget of a category that speaks for it: the monthly one, else the one of the shortest period."""
    order = [rules.Period.MONTHLY, *rules.Period]
    return min(budgets, key=lambda budget: order.index(budget.period), default=None)
