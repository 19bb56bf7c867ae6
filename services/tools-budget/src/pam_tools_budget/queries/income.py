"""Income."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from pam_shared.postgres.pool import Connection
from pam_tools_budget.rules import Window


@dataclass(frozen=True)
class NewIncome:
    """Income to be written down."""

    amount: Decimal
    source: str
    type: str | None
    description: str | None
    date: date


@dataclass(frozen=True)
class Income:
    """Income as it is on record."""

    id: UUID
    amount: Decimal
    source: str
    type: str | None
    description: str | None
    date: date


async def insert(db: Connection, user: UUID, income: NewIncome) -> UUID:
    """Write income down and return its id."""
    income_id: UUID = await db.fetchval(
        "insert into income_entries (user_id, amount, source, type, description, date)"
        " values ($1, $2, $3, $4, $5, $6) returning id",
        user,
        income.amount,
        income.source,
        income.type,
        income.description,
        income.date,
    )
    return income_id


async def total(db: Connection, window: Window) -> Decimal:
    """Return what came in within the window."""
    earned: Decimal = await db.fetchval(
        "select coalesce(sum(amount), 0) from income_entries where date between $1 and $2", *window
    )
    return earned


async def newest(db: Connection, window: Window, most: int) -> tuple[list[Income], bool]:
    """Return the window's latest income, and whether there is more of it."""
    rows = await db.fetch(
        "select id, amount, source, type, description, date from income_entries where date between $1 and $2"
        " order by date desc, id desc limit $3",
        *window,
        most + 1,
    )
    return [Income(**row) for row in rows[:most]], len(rows) > most
