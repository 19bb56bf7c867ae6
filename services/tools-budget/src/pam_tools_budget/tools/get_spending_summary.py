"""Summarise spending over a window."""

import datetime as dt
from decimal import Decimal
from typing import Self

from pydantic import BaseModel, Field, model_validator

from pam_shared.money import Total, spoken, to_cents
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget import rules
from pam_tools_budget.categories import FUELS, Category, ExpenseCategory
from pam_tools_budget.queries.expenses import Spent, spent_by_category


class SpendingWindow(Arguments):
    """Which days and what kind of spending."""

    days: int | None = Field(None, ge=1, le=365, description="The last so many days; overrides period.")
    category: Category | None = None
    period: rules.Period = rules.Period.MONTHLY
    start_date: dt.date | None = Field(None, description="First day; overrides days and period.")
    end_date: dt.date | None = Field(None, description="Last day; today if only start_date is given.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end_date and not self.start_date:
            raise ValueError("start_date is needed where end_date is given")
        if self.start_date and self.end_date and self.end_date < self.start_date:
            raise ValueError("end_date must not be before start_date")
        return self

    def window(self, today: dt.date) -> rules.Window:
        """Return the days that are meant."""
        if self.start_date:
            return rules.Window(self.start_date, self.end_date or max(today, self.start_date))
        return rules.last_days(self.days, today) if self.days else rules.window_of(self.period, today)

    def spoken_window(self) -> str:
        """Return the window as it is said."""
        if self.start_date:
            return f"from {self.start_date} to {self.end_date or 'today'}"
        if self.days:
            return f"in the last {self.days} days" if self.days > 1 else "today"
        return self.period.spoken


class CategoryTotal(BaseModel):
    """What one category cost."""

    total: Total
    count: int


class Summary(Result):
    """Spending of the window, by category, the dearest first."""

    period_days: int
    total_amount: Total
    expense_count: int
    daily_average: Total
    by_category: dict[ExpenseCategory, CategoryTotal]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was spent."""
        return self.expense_count == 0


@tool(effect="read", timeout=4, records="your expenses")
async def get_spending_summary(ctx: ToolContext, args: SpendingWindow) -> Summary:
    """Summarise what the member spent: the whole, the daily average and each category."""
    window = args.window(ctx.today)
    spent = await spent_by_category(ctx.db, window, args.category)
    total = sum((row.total for row in spent), Decimal(0))
    passed = max(1, (min(window.end, ctx.today) - window.start).days + 1)
    result = Summary(
        message=_sentence(args, spent, total) + await _other_fuel(ctx, args, window),
        period_days=window.days,
        total_amount=total,
        expense_count=sum(row.count for row in spent),
        daily_average=to_cents(total / passed),
        by_category={row.category: CategoryTotal(total=row.total, count=row.count) for row in spent},
    )
    await log_calculation(ctx, "get_spending_summary", args, result)
    return result


async def _other_fuel(ctx: ToolContext, args: SpendingWindow, window: rules.Window) -> str:
    """Say what the other fuel cost: who asks for fuel asks for gas, and may burn diesel."""
    others = [kind for kind in FUELS if kind is not args.category] if args.category in FUELS else []
    spent = [row for kind in others for row in await spent_by_category(ctx.db, window, kind)]
    return "".join(f" On {row.category.spoken} it was {spoken(row.total)}." for row in spent)


def _sentence(args: SpendingWindow, spent: list[Spent], total: Decimal) -> str:
    """Say the summary."""
    on = f" on {args.category.spoken}" if args.category else ""
    if not spent:
        return f"You have no expenses{on} {args.spoken_window()}."
    head = f"You have spent {spoken(total)}{on} {args.spoken_window()}"
    if args.category or len(spent) == 1:
        return f"{head}." if args.category else f"{head}, all of it on {spent[0].category.spoken}."
    parts = ", ".join(f"{spoken(row.total)} on {row.category.spoken}" for row in spent)
    return f"{head}: {parts}."
