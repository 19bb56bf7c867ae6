"""The SQL of operators' tools. Names come from the allow-list alone and are quoted; values are always parameters.

All need operators' rights.
"""
# ruff: noqa: S608 - what is put into a statement here is an allow-listed name in quotes, or the place of a parameter

from collections.abc import Mapping, Sequence
from typing import Any

from pam_shared.postgres.migrations import quoted
from pam_shared.postgres.pool import Connection
from pam_tools_insight.row_rules import Condition, Order, Position

COMPARED = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


async def read(
    db: Connection,
    table: str,
    columns: Sequence[str],
    where: Sequence[Condition],
    by: Order,
    after: Position | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return up to ``limit`` rows in order, after a position."""
    values: list[Any] = []
    told = _where(where, values)
    names = ", ".join(quoted(column) for column in columns)
    place, direction = f'{quoted(by.column)}, "id"', "desc" if by.descending else "asc"
    if after:
        values += [after.value, after.id]
        told += f" and ({place}) {'<' if by.descending else '>'} (${len(values) - 1}, ${len(values)})"
    values.append(limit)
    rows = await db.fetch(
        f"select {names} from {quoted(table)} where {told}"
        f' order by {quoted(by.column)} {direction}, "id" {direction} limit ${len(values)}',
        *values,
    )
    return [dict(row) for row in rows]


async def count(db: Connection, table: str, where: Sequence[Condition]) -> int:
    """Return how many rows fulfil the conditions."""
    values: list[Any] = []
    told = _where(where, values)
    number: int = await db.fetchval(f"select count(*) from {quoted(table)} where {told}", *values)
    return number


async def create(db: Connection, table: str, row: Mapping[str, Any], shown: Sequence[str]) -> dict[str, Any] | None:
    """Make a row and return it; None when there is one of that name already."""
    into, places = _into(row)
    names = ", ".join(quoted(column) for column in shown)
    made = await db.fetchrow(
        f"insert into {quoted(table)} ({into}) values ({places}) on conflict do nothing returning {names}",
        *row.values(),
    )
    return dict(made) if made else None


async def upsert(db: Connection, table: str, row: Mapping[str, Any], unique: Sequence[str]) -> None:
    """Make a row, or change the one of that name."""
    into, places = _into(row)
    key = ", ".join(quoted(column) for column in unique)
    rest = ", ".join(f"{quoted(column)} = excluded.{quoted(column)}" for column in row if column not in unique)
    await db.execute(
        f"insert into {quoted(table)} ({into}) values ({places}) on conflict ({key}) do update set {rest}",
        *row.values(),
    )


async def update(db: Connection, table: str, where: Sequence[Condition], values: Mapping[str, Any]) -> int:
    """Change rows; return how many."""
    parameters = list(values.values())
    told = ", ".join(f"{quoted(column)} = ${place}" for place, column in enumerate(values, 1))
    conditions = _where(where, parameters)
    status: str = await db.execute(f"update {quoted(table)} set {told} where {conditions}", *parameters)
    return int(status.rpartition(" ")[2])


async def delete(db: Connection, table: str, where: Sequence[Condition]) -> int:
    """Delete rows; return how many."""
    values: list[Any] = []
    told = _where(where, values)
    status: str = await db.execute(f"delete from {quoted(table)} where {told}", *values)
    return int(status.rpartition(" ")[2])


def _into(row: Mapping[str, Any]) -> tuple[str, str]:
    return ", ".join(quoted(column) for column in row), ", ".join(f"${place}" for place in range(1, len(row) + 1))


def _where(where: Sequence[Condition], values: list[Any]) -> str:
    """Return the conditions as SQL; their values are appended to ``values``."""
    return " and ".join(_one(condition, values) for condition in where) or "true"


def _one(condition: Condition, values: list[Any]) -> str:
    column = quoted(condition.column)
    if condition.value is None:
        return f"{column} is {'not ' if condition.operator == 'neq' else ''}null"
    values.append(condition.value)
    place = f"${len(values)}"
    match condition.operator:
        case "among":
            return f"{column} = any({place})"
        case "eq":
            return f"{column} = {place}"
        case "neq":
            return f"{column} is distinct from {place}"
        case operator:
            return f"{column} {COMPARED[operator]} {place}"
