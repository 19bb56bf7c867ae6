"""The SQL of this worker. Every statement sees only the rows of the transaction's member."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pam_shared.postgres.pool import Connection
from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.rules import Period, Window


@dataclass(frozen=True)
class NewExpense:
    """An expense to be written down."""

    amount: Decimal
    category: ExpenseCategory
    description: str | None
    date: date
    location: str | None


@dataclass(frozen=True)
class Budget:
    """A budget as it stands."""

    id: UUID
    category: ExpenseCategory
    amount: Decimal
    period: Period


@dataclass(frozen=True)
class Spent:
    """What went on one category."""

    category: ExpenseCategory
    total: Decimal
    count: int


async def insert_expense(db: Connection, user: UUID, expense: NewExpense) -> UUID:
    """Write an expense down and return its id."""
    expense_id: UUID = await db.fetchval(
        "insert into expenses (user_id, amount, category, description, date, location)"
        " values ($1, $2, $3, $4, $5, $6) returning id",
        user,
        expense.amount,
        expense.category,
        expense.description,
        expense.date,
        expense.location,
    )
    return expense_id


async def spent_on(db: Connection, category: ExpenseCategory, window: Window) -> Decimal:
    """Return what a category cost within the window."""
    total: Decimal = await db.fetchval(
        "select coalesce(sum(amount), 0) from expenses where category = $1 and date between $2 and $3",
        category,
        *window,
    )
    return total


async def spent_by_category(db: Connection, window: Window, category: ExpenseCategory | None) -> list[Spent]:
    """Return what each category cost within the window, the dearest first."""
    rows = await db.fetch(
        "select category, sum(amount) as total, count(*) as count from expenses"
        " where date between $1 and $2 and ($3::text is null or category = $3) group by category order by 2 desc",
        *window,
        category,
    )
    return [Spent(ExpenseCategory(row["category"]), row["total"], row["count"]) for row in rows]


async def put_budget(db: Connection, user: UUID, category: ExpenseCategory, amount: Decimal, period: Period) -> bool:
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


async def budgets(db: Connection, period: Period, category: ExpenseCategory | None) -> list[Budget]:
    """Return the budgets of a period, by category."""
    rows = await db.fetch(
        "select id, category, amount, period from budgets"
        " where period = $1 and ($2::text is null or category = $2) order by category",
        period,
        category,
    )
    return [Budget(row["id"], ExpenseCategory(row["category"]), row["amount"], Period(row["period"])) for row in rows]


async def log_calculation(
    db: Connection, user: UUID, operation: str, inputs: dict[str, Any], result: dict[str, Any]
) -> None:
    """Leave the row that every calculation with money leaves."""
    await db.execute(
        "insert into financial_audit_log (user_id, operation, inputs, result) values ($1, $2, $3, $4)",
        user,
        operation,
        inputs,
        result,
    )
