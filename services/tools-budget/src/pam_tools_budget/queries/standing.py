"""How money stands, in as few questions as it takes: every turn of a conversation may ask."""

from dataclasses import dataclass
from decimal import Decimal

from pam_shared.postgres.pool import Connection
from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.rules import Window


@dataclass(frozen=True)
class Sums:
    """What came in and went out within a window, and what a month's confirmed savings are."""

    income: Decimal
    expenses: Decimal
    saved: Decimal


@dataclass(frozen=True)
class Used:
    """A monthly budget, and what its category cost."""

    category: ExpenseCategory
    amount: Decimal
    spent: Decimal


async def sums(db: Connection, window: Window, month: Window) -> Sums:
    """Return the sums of a window, and the savings of a month."""
    row = await db.fetchrow(
        "select (select coalesce(sum(amount), 0) from income_entries where date between $1 and $2),"
        " (select coalesce(sum(amount), 0) from expenses where date between $1 and $2),"
        " coalesce((select total_actual_savings from monthly_savings_summary where billing_period_start = $3), 0)",
        *window,
        month.start,
    )
    return Sums(*row)


async def budgets(db: Connection, month: Window) -> list[Used]:
    """Return the monthly budgets with what was spent of them within the month, by category."""
    rows = await db.fetch(
        "select b.category, b.amount, coalesce((select sum(e.amount) from expenses e"
        " where e.category = b.category and e.date between $1 and $2), 0) as spent"
        " from budgets b where b.period = 'monthly' order by 1",
        *month,
    )
    return [Used(ExpenseCategory(row["category"]), row["amount"], row["spent"]) for row in rows]
