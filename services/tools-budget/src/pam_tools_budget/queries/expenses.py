"""Expenses: written one by one, read in sums."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from pam_shared.money import spoken
from pam_shared.postgres.pool import Connection, Record
from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.rules import Window

ROOM = 600_000
"""Bytes a list of expenses may take: a NATS message holds one megabyte."""


@dataclass(frozen=True)
class NewExpense:
    """An expense to be written down. ``source`` is the thing of another worker it was paid for, if there is one."""

    amount: Decimal
    category: ExpenseCategory
    description: str | None
    date: date
    location: str | None
    source: UUID | None = None


@dataclass(frozen=True)
class Expense:
    """An expense as it is on record."""

    id: UUID
    amount: Decimal
    category: ExpenseCategory
    description: str | None
    date: date
    location: str | None

    @property
    def spoken(self) -> str:
        """The expense as it is said: "$45.00 for gas"."""
        return f"{spoken(self.amount)} for {self.category.spoken}"

    @property
    def described(self) -> str:
        """The expense as it is told from others: with the member's words and its day."""
        words = f" (“{self.description}”)" if self.description else ""
        return f"{self.spoken}{words} on {self.date:%B %-d}"


@dataclass(frozen=True)
class Spent:
    """What went on one category."""

    category: ExpenseCategory
    total: Decimal
    count: int


@dataclass(frozen=True)
class SpentOnDay:
    """What went on one category on one day."""

    day: date
    category: ExpenseCategory
    total: Decimal


@dataclass(frozen=True)
class Balance:
    """A window's money: what one category cost, what all did, and what came in."""

    on_category: Decimal
    spent: Decimal
    income: Decimal

    def turned_negative_with(self, amount: Decimal) -> bool:
        """Whether it was this expense that made spending exceed an income that is on record."""
        return 0 < self.income < self.spent and self.spent - amount <= self.income


async def insert(db: Connection, user: UUID, expense: NewExpense) -> UUID | None:
    """Write an expense down and return its id, or None when its source is on record already."""
    expense_id: UUID | None = await db.fetchval(
        "insert into expenses (user_id, amount, category, description, date, location, source_id)"
        " values ($1, $2, $3, $4, $5, $6, $7)"
        " on conflict (user_id, source_id) where source_id is not null do nothing returning id",
        user,
        expense.amount,
        expense.category,
        expense.description,
        expense.date,
        expense.location,
        expense.source,
    )
    return expense_id


async def entry(db: Connection, expense_id: UUID) -> Expense | None:
    """Return an expense of the member's, locked against changes by others until the transaction ends."""
    row = await db.fetchrow("select * from expenses where id = $1 for update", expense_id)
    return _expense(row) if row else None


async def change(db: Connection, expense: Expense) -> None:
    """Make an expense what it should be."""
    await db.execute(
        "update expenses set amount = $2, category = $3, description = $4, date = $5, location = $6 where id = $1",
        expense.id,
        expense.amount,
        expense.category,
        expense.description,
        expense.date,
        expense.location,
    )


async def delete(db: Connection, expense_id: UUID) -> Expense | None:
    """Delete an expense of the member's and return what it was, or None where there is none."""
    row = await db.fetchrow("delete from expenses where id = $1 returning *", expense_id)
    return _expense(row) if row else None


async def spent_on(db: Connection, category: ExpenseCategory, window: Window) -> Decimal:
    """Return what a category cost within the window."""
    total: Decimal = await db.fetchval(
        "select coalesce(sum(amount), 0) from expenses where category = $1 and date between $2 and $3",
        category,
        *window,
    )
    return total


async def balance(db: Connection, category: ExpenseCategory, window: Window) -> Balance:
    """Return what a category cost within the window, beside all that was spent and earned."""
    row = await db.fetchrow(
        "select coalesce(sum(amount) filter (where category = $1), 0), coalesce(sum(amount), 0),"
        " (select coalesce(sum(amount), 0) from income_entries where date between $2 and $3)"
        " from expenses where date between $2 and $3",
        category,
        *window,
    )
    return Balance(*row)


async def spent_by_category(db: Connection, window: Window, category: ExpenseCategory | None) -> list[Spent]:
    """Return what each category cost within the window, the dearest first."""
    rows = await db.fetch(
        "select category, sum(amount) as total, count(*) as count from expenses"
        " where date between $1 and $2 and ($3::text is null or category = $3) group by category order by 2 desc, 1",
        *window,
        category,
    )
    return [Spent(ExpenseCategory(row["category"]), row["total"], row["count"]) for row in rows]


async def spent_by_day(
    db: Connection, window: Window, today: date, category: ExpenseCategory | None = None
) -> list[SpentOnDay]:
    """Return what each category cost on each day of the window up to today; what is dated later counts to today."""
    rows = await db.fetch(
        "select least(date, $3) as day, category, sum(amount) as total from expenses"
        " where date between $1 and $2 and ($4::text is null or category = $4) group by 1, 2 order by 1, 2",
        *window,
        today,
        category,
    )
    return [SpentOnDay(row["day"], ExpenseCategory(row["category"]), row["total"]) for row in rows]


async def newest(
    db: Connection, window: Window, most: int, only: list[ExpenseCategory] | None = None
) -> tuple[list[Expense], bool]:
    """Return the window's latest expenses, and whether there are more than ``most`` or than fit a message."""
    rows = await db.fetch(
        "select id, amount, category, description, date, location, sum(octet_length(coalesce(description, ''))"
        " + octet_length(coalesce(location, '')) + 160) over (order by date desc, id desc) as room"
        " from expenses where date between $1 and $2 and ($3::text[] is null or category = any($3))"
        " order by date desc, id desc limit $4",
        *window,
        only,
        most + 1,
    )
    fitting = [row for row in rows[:most] if row["room"] <= ROOM]
    return [_expense(row) for row in fitting], len(fitting) < len(rows)


def _expense(row: Record) -> Expense:
    category = ExpenseCategory(row["category"])
    return Expense(row["id"], row["amount"], category, row["description"], row["date"], row["location"])
