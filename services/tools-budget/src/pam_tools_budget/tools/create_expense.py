"""Record one expense."""

import datetime as dt
from uuid import UUID

from pydantic import BaseModel, Field

from pam_shared.money import Amount, Total, spoken
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget import rules
from pam_tools_budget.budget_status import BudgetStatus, leading
from pam_tools_budget.categories import Category
from pam_tools_budget.events import BalanceNegative, ExpenseRecorded
from pam_tools_budget.queries import budgets, expenses


class Expense(Arguments):
    """What was bought."""

    amount: Amount = Field(examples=[45], description="What it cost, in the member's currency.")
    category: Category
    description: str | None = Field(None, max_length=500, description="What it was, in the member's words.")
    date: dt.date | None = Field(None, description="The day it was paid; today if not given.")
    location: str | None = Field(None, max_length=200, description="Where it was paid.")


class RecordedExpense(BaseModel):
    """The expense as written down."""

    id: UUID
    amount: Total
    category: Category
    description: str | None
    date: dt.date
    location: str | None


class Recorded(Result):
    """The expense, what its category has cost this month, and how its budget is doing, if it has one."""

    expense: RecordedExpense
    spent_this_month: Total
    budget_status: BudgetStatus | None


@tool(effect="write", timeout=4, aliases=("track_expense", "log_expense"), records="your expenses")
async def create_expense(ctx: ToolContext, args: Expense) -> Recorded:
    """Record one expense and return what its category has cost this month and how its budget is doing."""
    day = rules.day_of(args.date, ctx.today, "an expense")
    new = expenses.NewExpense(args.amount, args.category, args.description, day, args.location)
    expense_id = await expenses.insert(ctx.db, ctx.user, new)
    month = rules.window_of(rules.Period.MONTHLY, ctx.today)
    balance = await expenses.balance(ctx.db, args.category, month)
    result = Recorded(
        message=f"Recorded {spoken(args.amount)} for {args.category.spoken}."
        f" You have spent {spoken(balance.on_category)} on {args.category.spoken} this month.",
        expense=RecordedExpense.model_validate({"id": expense_id, **vars(new)}),
        spent_this_month=balance.on_category,
        budget_status=await _budget_status(ctx, args.category),
    )
    ctx.emit(ExpenseRecorded(expense_id=result.expense.id, amount=args.amount, category=args.category, date=day))
    result.message += _warning(result.budget_status)
    if month.start <= day <= month.end and balance.turned_negative_with(args.amount):
        result.message += _alert(ctx, month, balance)
    await log_calculation(ctx, "create_expense", args, {"total": balance.on_category})
    return result


async def _budget_status(ctx: ToolContext, category: Category) -> BudgetStatus | None:
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
