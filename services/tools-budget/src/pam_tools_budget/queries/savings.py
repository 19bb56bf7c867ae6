"""Savings, and the months they are counted in."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from pam_shared.postgres.pool import Connection
from pam_tools_budget.rules import Window

MOST = 2000


@dataclass(frozen=True)
class NewSaving:
    """A saving to be written down; what is not confirmed is PAM's estimate."""

    amount: Decimal
    category: str
    description: str | None
    event_type: str
    saved_date: date
    confirmed: bool


@dataclass(frozen=True)
class Saving:
    """A saving as it is on record."""

    id: UUID
    amount: Decimal
    category: str
    description: str | None
    event_type: str
    saved_date: date
    confirmed: bool


@dataclass(frozen=True)
class Month:
    """A month's savings. ``crossed``: this change was the first with which the guarantee is met."""

    total: Decimal
    predicted: Decimal
    count: int
    crossed: bool = False


async def lock_month(db: Connection, user: UUID, month: Window, price: Decimal) -> None:
    """Let nobody else count this month before this transaction ends."""
    await db.execute(
        "insert into monthly_savings_summary (user_id, billing_period_start, billing_period_end, subscription_cost)"
        " values ($1, $2, $3, $4)"
        " on conflict (user_id, billing_period_start) do update set subscription_cost = excluded.subscription_cost",
        user,
        *month,
        price,
    )


async def insert(db: Connection, user: UUID, saving: NewSaving) -> UUID:
    """Write a saving down and return its id."""
    saving_id: UUID = await db.fetchval(
        "insert into pam_savings_events"
        " (user_id, amount, category, description, event_type, saved_date, predicted_amount, confirmed_at)"
        " values ($1, $2, $3, $4, $5, $6, case when not $7 then $2::numeric end, case when $7 then now() end)"
        " returning id",
        user,
        saving.amount,
        saving.category,
        saving.description,
        saving.event_type,
        saving.saved_date,
        saving.confirmed,
    )
    return saving_id


async def find(db: Connection, saving_id: UUID) -> Saving | None:
    """Return one of the member's savings."""
    row = await db.fetchrow(f"{_SAVINGS} where id = $1", saving_id)
    return Saving(**row) if row else None


async def confirm(db: Connection, saving_id: UUID, amount: Decimal) -> None:
    """Let a saving count with the member's figure."""
    await db.execute("update pam_savings_events set amount = $2, confirmed_at = now() where id = $1", saving_id, amount)


async def count_month(db: Connection, user: UUID, month: Window, price: Decimal, changed: UUID) -> Month:
    """Count a locked month's savings anew after ``changed``, and note it when the guarantee is met or no longer is."""
    row = await db.fetchrow(
        "with counted as (select coalesce(sum(amount) filter (where confirmed_at is not null), 0) as actual,"
        "  coalesce(sum(amount) filter (where confirmed_at is null), 0) as predicted,"
        "  count(*) filter (where confirmed_at is not null and amount > 0) as events"
        "  from pam_savings_events where saved_date between $2 and $3),"
        " summed as (update monthly_savings_summary set total_actual_savings = actual,"
        "  total_predicted_savings = predicted, savings_events_count = events, guarantee_met = actual >= $4,"
        "  crossed_by = coalesce(crossed_by, case when actual >= $4 then $5::uuid end), updated_at = now()"
        "  from counted where user_id = $1 and billing_period_start = $2"
        "  returning actual, predicted, events, new.guarantee_met as met, old.guarantee_met as was_met,"
        "  old.crossed_by is null and new.crossed_by is not null as crossed),"
        " noted as (insert into savings_guarantee_history"
        "  (user_id, billing_period_start, total_savings, subscription_cost, guarantee_met)"
        "  select $1, $2, actual, $4, met from summed where met <> was_met)"
        " select actual, predicted, events, crossed from summed",
        user,
        *month,
        price,
        changed,
    )
    return Month(*row)


async def month(db: Connection, start: date) -> Month:
    """Return what was saved in the month that begins then."""
    row = await db.fetchrow(
        "select total_actual_savings, total_predicted_savings, savings_events_count from monthly_savings_summary"
        " where billing_period_start = $1",
        start,
    )
    return Month(*row) if row else Month(Decimal(0), Decimal(0), 0)


async def newest(db: Connection, window: Window) -> list[Saving]:
    """Return the window's latest savings, 2,000 at most."""
    rows = await db.fetch(
        f"{_SAVINGS} where saved_date between $1 and $2 order by saved_date desc, id desc limit $3", *window, MOST
    )
    return [Saving(**row) for row in rows]


_SAVINGS = (
    "select id, amount, category, description, event_type, saved_date, confirmed_at is not null as confirmed"
    " from pam_savings_events"
)
