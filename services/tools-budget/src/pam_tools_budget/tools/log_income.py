"""Record income."""

import datetime as dt
from uuid import UUID

from pydantic import BaseModel, Field

from pam_shared.money import Amount, Total, spoken
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget import rules
from pam_tools_budget.events import IncomeLogged
from pam_tools_budget.queries import income


class Earned(Arguments):
    """What came in."""

    amount: Amount = Field(examples=[480], description="How much, in the member's currency.")
    source: str = Field(min_length=1, max_length=100, examples=["workamping"], description="Who paid, or for what.")
    date: dt.date | None = Field(None, description="The day it was paid; today if not given.")
    type: str | None = Field(None, max_length=50, description="What kind it is, such as wage, gig, pension or sale.")
    description: str | None = Field(None, max_length=500, description="Anything else, in the member's words.")


class IncomeEntry(BaseModel):
    """The income as written down."""

    id: UUID
    amount: Total
    source: str
    type: str | None
    description: str | None
    date: dt.date


class Logged(Result):
    """The income, and what came in this month."""

    income_entry: IncomeEntry
    earned_this_month: Total


@tool(effect="write", timeout=4, records="your income")
async def log_income(ctx: ToolContext, args: Earned) -> Logged:
    """Record money the member earned or was paid."""
    day = rules.day_of(args.date, ctx.today, "income")
    new = income.NewIncome(args.amount, args.source, args.type, args.description, day)
    income_id = await income.insert(ctx.db, ctx.user, new)
    total = await income.total(ctx.db, rules.window_of(rules.Period.MONTHLY, ctx.today))
    ctx.emit(IncomeLogged(income_id=income_id, amount=args.amount, source=args.source, date=day))
    await log_calculation(ctx, "log_income", args, {"total": total})
    return Logged(
        message=f"Recorded {spoken(args.amount)} from {args.source}. You have earned {spoken(total)} this month.",
        income_entry=IncomeEntry.model_validate({"id": income_id, **vars(new)}),
        earned_this_month=total,
    )
