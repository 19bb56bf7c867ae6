"""What a change of a member's spending comes to: the month's sum, the budget it is of, a balance below zero."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pam_shared.money import spoken
from pam_shared.tools.context import ToolContext
from pam_tools_budget import rules
from pam_tools_budget.budget_status import BudgetStatus, leading
from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.events import BalanceNegative
from pam_tools_budget.queries import budgets, expenses


@dataclass(frozen=True)
class Outcome:
    """What a category has cost this month, how its budget is doing, and both as they are ``told``, behind a space."""

    spent_this_month: Decimal
    budget_status: BudgetStatus | None
    told: str


async def outcome_of(ctx: ToolContext, category: ExpenseCategory, day: date, added: Decimal) -> Outcome:
    """Return what it comes to that so much was ``added`` to a category on a day; others hear when that is too much."""
    month = rules.window_of(rules.Period.MONTHLY, ctx.today)
    balance = await expenses.balance(ctx.db, category, month)
    status = await _budget_status(ctx, category)
    told = f" You have spent {spoken(balance.on_category)} on {category.spoken} this month.{_warning(status)}"
    if month.start <= day <= month.end and balance.turned_negative_with(added):
        told += _alert(ctx, month, balance)
    return Outcome(balance.on_category, status, told)


async def _budget_status(ctx: ToolContext, category: ExpenseCategory) -> BudgetStatus | None:
    budget = leading(await budgets.of_member(ctx.db, category))
    if budget is None:
        return None
    return BudgetStatus.of(budget, await expenses.spent_on(ctx.db, category, rules.window_of(budget.period, ctx.today)))


def _warning(status: BudgetStatus | None) -> str:
    """Say what is left, once that is little."""
    if status is None or status.status is rules.Standing.GOOD:
        return ""
    left = f"{spoken(status.remaining)} left" if status.remaining >= 0 else f"{spoken(-status.remaining)} over"
    return f" That is {status.percent_used}% of your {status.period} budget of {spoken(status.budget)}, {left}."


def _alert(ctx: ToolContext, month: rules.Window, balance: expenses.Balance) -> str:
    """Tell others and the member that more was spent than earned."""
    left = balance.income - balance.spent
    ctx.emit(BalanceNegative(period_start=month.start, income=balance.income, spent=balance.spent, balance=left))
    return f" With that you have spent {spoken(-left)} more this month than the {spoken(balance.income)} you earned."
