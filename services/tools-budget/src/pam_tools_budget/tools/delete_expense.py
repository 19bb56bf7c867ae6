"""Take back an expense."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from pam_shared.money import spoken, to_cents
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_budget import rules
from pam_tools_budget.events import ExpenseDeleted
from pam_tools_budget.queries import expenses


class Which(Arguments):
    """Which expense."""

    expense_id: Annotated[UUID, id_from("create_expense", "expense.id")] = Field(description="The expense's id.")


class Deleted(Result):
    """Whether there was such an expense; either way there is none now."""

    deleted: bool

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to delete."""
        return not self.deleted


@tool(effect="destructive", timeout=4, records="your expenses")
async def delete_expense(ctx: ToolContext, args: Which) -> Deleted:
    """Delete an expense that is on record by mistake."""
    old = await expenses.delete(ctx.db, args.expense_id)
    if old is None:
        return Deleted(message="There is no such expense on record.", deleted=False)
    ctx.proposal = f"Delete the expense of {old.described}"
    ctx.emit(ExpenseDeleted(expense_id=old.id, amount=old.amount, category=old.category, date=old.date))
    month = rules.window_of(rules.Period.MONTHLY, ctx.today)
    total = to_cents(await expenses.spent_on(ctx.db, old.category, month))
    await log_calculation(ctx, "delete_expense", args, {"was": old.amount, "total": total})
    return Deleted(
        message=f"The expense of {old.spoken} is deleted."
        f" You have spent {spoken(total)} on {old.category.spoken} this month.",
        deleted=True,
    )
