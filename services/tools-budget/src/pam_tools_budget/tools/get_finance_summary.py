"""Budgets, expenses and income in one view."""

from decimal import Decimal

from pydantic import BaseModel, Field

from pam_shared.money import Total, spoken
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget import rules
from pam_tools_budget.queries import budgets, expenses, income
from pam_tools_budget.records import BudgetRow, ExpenseRow, IncomeRow

SHOWN = 50


class Question(Arguments):
    """Which days."""

    days: int = Field(30, ge=1, le=365, description="The last so many days, today included.")


class Totals(BaseModel):
    """The window's money; ``net`` is negative when more was spent than earned."""

    income: Total
    expenses: Total
    net: Total


class Overview(Result):
    """The latest 50 of each, and the totals of all; ``truncated`` when there are more than are listed."""

    budgets: list[BudgetRow]
    expenses: list[ExpenseRow]
    income_entries: list[IncomeRow]
    totals: Totals
    truncated: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing is on record."""
        return not (self.budgets or self.expenses or self.income_entries)


@tool(effect="read", timeout=4, aliases=("fetch_summary",), records="your income and expenses")
async def get_finance_summary(ctx: ToolContext, args: Question) -> Overview:
    """Show the member's income, expenses and budgets in one view, and what is left of the income."""
    window = rules.last_days(args.days, ctx.today)
    paid, more_paid = await expenses.newest(ctx.db, window, SHOWN)
    earned, more_earned = await income.newest(ctx.db, window, SHOWN)
    spent = sum((row.total for row in await expenses.spent_by_category(ctx.db, window, None)), Decimal(0))
    came_in = await income.total(ctx.db, window)
    result = Overview(
        message="",
        budgets=BudgetRow.of(await budgets.of_member(ctx.db)),
        expenses=ExpenseRow.of(paid),
        income_entries=IncomeRow.of(earned),
        totals=Totals(income=came_in, expenses=spent, net=came_in - spent),
        truncated=more_paid or more_earned,
    )
    result.message = _sentence(args, result)
    await log_calculation(ctx, "get_finance_summary", args, result.totals)
    return result


def _sentence(args: Question, found: Overview) -> str:
    when = f"In the last {args.days} days" if args.days > 1 else "Today"
    count = len(found.budgets)
    plans = f" You have {count} budget{'s'[: count != 1]}." if count else " You have no budget yet."
    totals = found.totals
    if found.is_empty:
        return f"{when} nothing was spent or earned, and there is no budget. Tell me of an expense or an income."
    if not (totals.income or totals.expenses):
        return f"{when} nothing was spent or earned.{plans}"
    if not totals.income:
        return (
            f"{when} you spent {spoken(totals.expenses)}. No income is on record, so I can't say what is left.{plans}"
        )
    rest = f"{spoken(totals.net)} are left" if totals.net >= 0 else f"that is {spoken(-totals.net)} more than came in"
    return f"{when} you earned {spoken(totals.income)} and spent {spoken(totals.expenses)}: {rest}.{plans}"
