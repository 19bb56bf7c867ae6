"""Put an expense right."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from pam_shared.errors import NotFoundError
from pam_shared.money import Amount, Total
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_budget import rules
from pam_tools_budget.budget_status import BudgetStatus
from pam_tools_budget.categories import Category
from pam_tools_budget.events import ExpenseCorrected
from pam_tools_budget.queries import expenses
from pam_tools_budget.records import ExpenseRow
from pam_tools_budget.spending import outcome_of


class Correction(Arguments):
    """Which expense, and what it should be; what is not given stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"amount": 54}]})

    expense_id: Annotated[UUID, id_from("create_expense", "expense.id")] = Field(description="The expense's id.")
    amount: Amount | None = Field(None, description="What it cost, in the member's currency.")
    category: Category | None = None
    description: str | None = Field(None, max_length=500, description="What it was; an empty text removes it.")
    date: dt.date | None = Field(None, description="The day it was paid.")
    location: str | None = Field(None, max_length=200, description="Where it was paid; an empty text removes it.")


class Corrected(Result):
    """The expense as it is now, what its category has cost this month, and how its budget is doing."""

    expense: ExpenseRow
    spent_this_month: Total
    budget_status: BudgetStatus | None


@tool(effect="write", timeout=4, records="your expenses")
async def update_expense(ctx: ToolContext, args: Correction) -> Corrected:
    """Put an expense right that is on record: its amount, category, day or words."""
    old = await expenses.entry(ctx.db, args.expense_id)
    if old is None:
        raise NotFoundError("expense_id: there is no such expense of yours; list_expenses lists them.")
    new = replace(old, **_given(args))
    rules.day_of(new.date, ctx.today, "an expense")
    if new != old:
        await expenses.change(ctx.db, new)
        ctx.emit(ExpenseCorrected(expense_id=new.id, amount=new.amount, category=new.category, date=new.date))
    outcome = await outcome_of(ctx, new.category, new.date, max(Decimal(0), new.amount - old.amount))
    await log_calculation(ctx, "update_expense", args, {"was": old.amount, "total": outcome.spent_this_month})
    return Corrected(
        message=f"{_said(old, new)}{outcome.told}",
        expense=ExpenseRow.model_validate(new),
        spent_this_month=outcome.spent_this_month,
        budget_status=outcome.budget_status,
    )


def _given(args: Correction) -> dict[str, Any]:
    """Return what is to be changed; empty texts are none."""
    given = {name: getattr(args, name) for name in args.model_fields_set - {"expense_id"}}
    return {name: value or None for name, value in given.items() if value is not None}


def _said(old: expenses.Expense, new: expenses.Expense) -> str:
    """Say what an expense is now and what it was."""
    if new == old:
        return f"It stands as {old.spoken} already."
    is_elsewhere = new.date != old.date
    now, before = (f"{one.spoken}{f' on {one.date:%B %-d}' if is_elsewhere else ''}" for one in (new, old))
    return f"That is {now} now." if now == before else f"That is {now} now, not {before}."
