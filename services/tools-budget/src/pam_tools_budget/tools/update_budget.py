"""Create or change the budget of one category."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, WithJsonSchema

from pam_shared.money import Amount, Total, spoken
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget import rules
from pam_tools_budget.categories import Category
from pam_tools_budget.events import BudgetSet
from pam_tools_budget.queries import budgets

BudgetAmount = Annotated[
    Amount,
    Field(le=100_000),
    WithJsonSchema({"type": "number", "minimum": 0.01, "maximum": 100_000, "multipleOf": 0.01}, mode="validation"),
]


class NewBudget(Arguments):
    """The budget as it should be."""

    category: Category
    amount: BudgetAmount = Field(examples=[300], description="How much may be spent in a period.")
    period: rules.Period = rules.Period.MONTHLY


class SetBudget(BaseModel):
    """The budget as it stands."""

    category: Category
    amount: Total
    period: rules.Period


class Updated(Result):
    """The budget, and whether it is new."""

    budget: SetBudget
    action: Literal["created", "updated"]


@tool(effect="write", timeout=4, records="your budgets")
async def update_budget(ctx: ToolContext, args: NewBudget) -> Updated:
    """Create or change the budget of one category; budgets are monthly unless the member says otherwise."""
    created = await budgets.put(ctx.db, ctx.user, args.category, args.amount, args.period)
    budget = SetBudget(category=args.category, amount=args.amount, period=args.period)
    await log_calculation(ctx, "update_budget", args, budget)
    ctx.emit(BudgetSet(category=args.category, amount=args.amount, period=args.period))
    is_now = "is" if created else "is now"
    return Updated(
        message=f"Your {args.period} {args.category.spoken} budget {is_now} {spoken(args.amount)}.",
        budget=budget,
        action="created" if created else "updated",
    )
