"""Costs that other workers told of, written down as expenses."""

from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.following import EventContext
from pam_tools_budget.events import ExpenseRecorded
from pam_tools_budget.queries import expenses


async def record(ctx: EventContext, event: str, new: expenses.NewExpense) -> None:
    """Write an expense down and tell others, unless its source was on record already."""
    expense_id = await expenses.insert(ctx.db, ctx.user, new)
    if expense_id is None:
        return
    ctx.emit(ExpenseRecorded(expense_id=expense_id, amount=new.amount, category=new.category, date=new.date))
    await log_calculation(ctx, event, vars(new), {"expense_id": expense_id, "amount": new.amount})
