"""List single expenses."""

from datetime import date

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget.categories import Category
from pam_tools_budget.queries import expenses
from pam_tools_budget.records import ExpenseRow
from pam_tools_budget.rules import Window, last_days

_LATEST = date(2199, 12, 31)


class Asked(Arguments):
    """Which expenses."""

    category: Category | None = None
    days: int = Field(365, ge=1, le=3650, description="How many days back, today included.")
    limit: int = Field(10, ge=1, le=50, description="How many at most.")


class Listed(Result):
    """Single expenses, the newest first; ``truncated`` when there are more."""

    expenses: list[ExpenseRow]
    truncated: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is none."""
        return not self.expenses


@tool(effect="read", timeout=4, records="your expenses")
async def list_expenses(ctx: ToolContext, args: Asked) -> Listed:
    """List the member's single expenses with their ids, the newest first; for sums there is get_spending_summary."""
    window = Window(last_days(args.days, ctx.today).start, _LATEST)
    only = [args.category] if args.category else None
    found, is_cut = await expenses.newest(ctx.db, window, args.limit, only)
    return Listed(message=_sentence(found, args), expenses=ExpenseRow.of(found), truncated=is_cut)


def _sentence(found: list[expenses.Expense], args: Asked) -> str:
    """Say the expenses."""
    if not found:
        of = f" for {args.category.spoken}" if args.category else ""
        return f"No expense{of} is on record of the last {args.days} days."
    return f"Your latest expense{'s' * (len(found) > 1)}: {'; '.join(one.described for one in found)}."
