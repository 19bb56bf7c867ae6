"""Budgets: one for a category and period."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from pam_shared.postgres.pool import Connection, Record
from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.rules import Period


@dataclass(frozen=True)
class Budget:
    """A budget as it stands."""

    id: UUID
    category: ExpenseCategory
    amount: Decimal
    period: Period


async def put(db: Connection, user: UUID, category: ExpenseCategory, amount: Decimal, period: Period) -> bool:
    """Create or change the budget of a category and period; return whether it is new."""
    created: bool = await db.fetchval(
        "insert into budgets (user_id, category, amount, period) values ($1, $2, $3, $4)"
        " on conflict (user_id, category, period) do update set amount = excluded.amount, updated_at = now()"
        " returning xmax = 0",
        user,
        category,
        amount,
        period,
    )
    return created


async def of_period(db: Connection, period: Period, category: ExpenseCategory | None = None) -> list[Budget]:
    """Return the budgets of a period, by category."""
    rows = await db.fetch(
        "select id, category, amount, period from budgets"
        " where period = $1 and ($2::text is null or category = $2) order by category",
        period,
        category,
    )
    return [_budget(row) for row in rows]


async def of_member(db: Connection, category: ExpenseCategory | None = None) -> list[Budget]:
    """Return all budgets, or those of one category, by category and period."""
    rows = await db.fetch(
        "select id, category, amount, period from budgets where $1::text is null or category = $1 order by 2, 4",
        category,
    )
    return [_budget(row) for row in rows]


def _budget(row: Record) -> Budget:
    return Budget(row["id"], ExpenseCategory(row["category"]), row["amount"], Period(row["period"]))
