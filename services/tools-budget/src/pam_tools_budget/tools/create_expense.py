"""Record one expense."""

import datetime as dt

from pydantic import Field

from pam_shared.money import Amount, Total, spoken
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget import rules
from pam_tools_budget.budget_status import BudgetStatus
from pam_tools_budget.categories import Category
from pam_tools_budget.events import ExpenseRecorded
from pam_tools_budget.queries import expenses
from pam_tools_budget.records import ExpenseRow
from pam_tools_budget.spending import outcome_of


class Expense(Arguments):
    """What was bought."""

    amount: Amount = Field(examples=[45], description="What it cost, in the member's currency.")
    category: Category
    description: str | None = Field(None, max_length=500, description="What it was, in the member's words.")
    date: dt.date | None = Field(None, description="The day it was paid; today if not given.")
    location: str | None = Field(None, max_length=200, description="Where it was paid.")


class Recorded(Result):
    """The expense, what its category has cost this month, and how its budget is doing, if it has one."""

    expense: ExpenseRow
    spent_this_month: Total
    budget_status: BudgetStatus | None


@tool(effect="write", timeout=4, aliases=("track_expense", "log_expense"), records="your expenses")
async def create_expense(ctx: ToolContext, args: Expense) -> Recorded:
    """Record one expense and return what its category has cost this month and how its budget is doing."""
    day = rules.day_of(args.date, ctx.today, "an expense")
    new = expenses.NewExpense(args.amount, args.category, args.description, day, args.location)
    expense_id = await expenses.insert(ctx.db, ctx.user, new)
    ctx.emit(ExpenseRecorded(expense_id=expense_id, amount=args.amount, category=args.category, date=day))
    outcome = await outcome_of(ctx, args.category, day, args.amount)
    await log_calculation(ctx, "create_expense", args, {"total": outcome.spent_this_month})
    on = f" on {day:%B %-d}" if day != ctx.today else ""
    return Recorded(
        message=f"Recorded {spoken(args.amount)} for {args.category.spoken}{on}.{outcome.told}",
        expense=ExpenseRow.model_validate({"id": expense_id, **vars(new)}),
        spent_this_month=outcome.spent_this_month,
        budget_status=outcome.budget_status,
    )
