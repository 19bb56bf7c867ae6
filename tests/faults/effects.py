"""The effects tools had: each message's expenses carry its mark."""

from collections import Counter, defaultdict
from uuid import UUID

import asyncpg


async def count(database: asyncpg.Connection, users: list[UUID]) -> defaultdict[UUID, Counter[str]]:
    """Return how many expenses each member has under each mark."""
    counted: defaultdict[UUID, Counter[str]] = defaultdict(Counter)
    for row in await database.fetch(
        "select user_id, description, count(*) as many from budget.expenses where user_id = any($1)"
        " group by user_id, description",
        users,
    ):
        counted[row["user_id"]][row["description"]] = row["many"]
    return counted
