"""Record one expense."""

import datetime as dt
from datetime import timedelta
from uuid import UUID

from pydantic import BaseModel, Field

from pam_shared.errors import InvalidRequestError
from pam_shared.money import Amount, Total, spoken
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget import queries, rules
from pam_tools_budget.categories import Category
from pam_tools_budget.events import ExpenseRecorded


class Expense(Arguments):
    """What was bought."""

    amount: Amount = Field(description="What it cost, in the member's currency.")
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
    """The expense, and what its category has cost this month."""

    expense: RecordedExpense
    spent_this_month: Total


@tool(effect="write", timeout=4, aliases=("track_expense", "log_expense"))
async def create_expense(ctx: ToolContext, args: Expense) -> Recorded:
    """Record one expense and return what its category has cost this month."""
    day = args.date or ctx.today
    if day > ctx.today + timedelta(days=1):
        raise InvalidRequestError(f"date: {day} is in the future; an expense is recorded when it is paid.")
    new = queries.NewExpense(args.amount, args.category, args.description, day, args.location)
    expense_id = await queries.insert_expense(ctx.db, ctx.user, new)
    month = rules.window_of(rules.Period.MONTHLY, ctx.today)
    total = await queries.spent_on(ctx.db, args.category, month)
    await queries.log_calculation(ctx.db, ctx.user, "create_expense", args.model_dump(mode="json"), {"total": total})
    ctx.emit(ExpenseRecorded(expense_id=expense_id, amount=args.amount, category=args.category, date=day))
    return Recorded(
        message=f"Recorded {spoken(args.amount)} for {args.category.spoken}."
        f" You have spent {spoken(total)} on {args.category.spoken} this month.",
        expense=RecordedExpense(id=expense_id, **vars(new)),
        spent_this_month=total,
    )
