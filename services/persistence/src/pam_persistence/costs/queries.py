"""The SQL of costs. Each statement that changes something is a transaction of its own: nobody waits longer for it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pam_persistence.costs.periods import Ceilings
from pam_persistence.rows import Row
from pam_shared.contracts.conversation import Usage
from pam_shared.contracts.costs import Ceiling, ModelCosts
from pam_shared.postgres.pool import Connection, Record


class Decision(NamedTuple):
    """The ceiling a call would pass, if any, and whether less than four fifths of each are gone with it."""

    passes: Ceiling | None
    ample: bool


async def reserve(db: Connection, calls: Sequence[Row], ceilings: Ceilings) -> list[Decision]:
    """Count each call at its estimate, unless it would pass a ceiling."""
    found = await db.fetchval("select costs_reserve($1, $2)", list(calls), _amounts(ceilings))
    return [Decision(Ceiling(one["passes"]) if one["passes"] else None, one["ample"]) for one in found]


async def settle(db: Connection, calls: Sequence[Row], ceilings: Ceilings) -> None:
    """Count calls at what they cost, on the disk when this returns."""
    await db.execute("select costs_settle($1, $2)", list(calls), _amounts(ceilings))
    # Flushes what was committed before, too, now that nobody waits for its locks.
    await db.execute("select pg_logical_emit_message(false, 'costs', '', true)")


async def of_member(db: Connection, first: date, following: date) -> list[ModelCosts]:
    """Return what the member's calls cost from a day of theirs until another, by model."""
    rows = await db.fetch(
        "select model, count(*) as calls, sum(cost) as cost, sum(input_tokens)::bigint as input_tokens,"
        " sum(output_tokens)::bigint as output_tokens, sum(cache_read_tokens)::bigint as cache_read_tokens,"
        " sum(cache_write_tokens)::bigint as cache_write_tokens from model_calls"
        " where user_id = current_member() and member_day >= $1 and member_day < $2 group by model order by model",
        first,
        following,
    )
    return [_costs(row) for row in rows]


async def of_everybody(db: Connection, first: date, following: date) -> list[ModelCosts]:
    """Return what all calls cost from a day until another, by model."""
    return [_costs(row) for row in await db.fetch("select * from costs_by_model($1, $2)", first, following)]


async def taken(db: Connection, today: date) -> dict[Ceiling, Decimal]:
    """Return how many dollars of the totals' ceilings are spent and reserved today and this month."""
    rows = await db.fetch("select scope, dollars from spent_in($1)", today)
    return {Ceiling(row["scope"]): row["dollars"] for row in rows}


def _amounts(ceilings: Ceilings) -> dict[str, str]:
    return {ceiling.value: str(dollars) for ceiling, dollars in ceilings.items()}


def _costs(row: Record) -> ModelCosts:
    return ModelCosts(model=row["model"], calls=row["calls"], cost=row["cost"], usage=Usage.model_validate(dict(row)))
