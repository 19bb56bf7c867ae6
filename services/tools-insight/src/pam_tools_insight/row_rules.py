"""The rules of operators' arguments: names come from the allow-list, values become what their column takes. Pure."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from pam_shared.errors import InvalidRequestError
from pam_tools_insight.allowed import TABLES, Column, Table, TableName, Written
from pam_tools_insight.rules import listed

MOST_VALUES = 100
DEFAULT_ORDER = "-created_at"


class Filter(BaseModel):
    """What a column's value must be; several are all meant. Null is taken by eq and neq alone."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, frozen=True)

    eq: Any = None
    neq: Any = None
    gt: Any = None
    gte: Any = None
    lt: Any = None
    lte: Any = None
    among: list[Any] | None = Field(None, alias="in", min_length=1, max_length=MOST_VALUES)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("give at least one of eq, neq, gt, gte, lt, lte, in")
        if any(getattr(self, name) is None for name in self.model_fields_set - {"eq", "neq"}):
            raise ValueError("null is taken by eq and neq alone")
        return self


Filters = Mapping[str, Filter]


@dataclass(frozen=True)
class Condition:
    """A column of the allow-list, how it is compared (a Filter's field), and a value of its kind."""

    column: str
    operator: str
    value: Any


@dataclass(frozen=True)
class Order:
    """The column pages are cut along, beside the id."""

    column: str
    descending: bool


@dataclass(frozen=True)
class Position:
    """The row a page begins after: its value in the column of the order, and its id."""

    value: Any
    id: UUID


def conditions(name: TableName, filters: Filters) -> list[Condition]:
    """Return what rows must fulfil. Raises InvalidRequestError naming the column or value that is none."""
    return [
        Condition(column, operator, _filter_value(name, column, operator, getattr(given, operator)))
        for column, given in filters.items()
        for operator in sorted(given.model_fields_set)
    ]


def columns(name: TableName, wanted: Sequence[str]) -> list[str]:
    """Return the columns wanted, all when none are named. Raises InvalidRequestError for one there is not."""
    for column in wanted:
        _column(name, column, "columns")
    return list(dict.fromkeys(wanted)) or list(TABLES[name].columns)


def order(name: TableName, order_by: str) -> Order:
    """Return what rows are ordered by. Raises InvalidRequestError for a column that has no order or may be null."""
    column = _column(name, order_by.removeprefix("-"), "order_by")
    if column.nullable or column.kind is dict or _is_json(column):
        raise InvalidRequestError(
            f"order_by: {order_by} cannot be ordered by; take created_at, or another that is never null."
        )
    return Order(order_by.removeprefix("-"), order_by.startswith("-"))


def new_row(name: TableName, given: Mapping[str, Any], field: str = "data") -> dict[str, Any]:
    """Return a row to be made. Raises InvalidRequestError for what is missing, unknown, or not taken."""
    table = TABLES[name]
    if not table.creatable:
        raise InvalidRequestError(f"table: rows of {name} are made by PAM alone.")
    required = {column for column, one in table.columns.items() if one.written in {Written.ONCE, Written.NEEDED}}
    if missing := sorted(required - given.keys()):
        raise InvalidRequestError(f"{field}: {listed(missing)} must be given.")
    return _values(name, given, {Written.ONCE, Written.NEEDED, Written.FREELY}, field)


def changes(name: TableName, given: Mapping[str, Any], field: str = "data") -> dict[str, Any]:
    """Return the values of columns to be changed. Raises InvalidRequestError for what cannot be."""
    if not given:
        raise InvalidRequestError(f"{field}: give at least one column to change.")
    return _values(name, given, {Written.NEEDED, Written.FREELY}, field)


def encode(position: Position, by: Order) -> str:
    """Return the cursor that continues after a row."""
    return base64.urlsafe_b64encode(orjson.dumps([str(by), position.value, position.id], default=str)).decode()


def decode(name: TableName, cursor: str | None, by: Order) -> Position | None:
    """Return the row a cursor continues after. Raises InvalidRequestError for one of another order, or none of ours."""
    if cursor is None:
        return None
    try:
        order_of, value, row_id = orjson.loads(base64.urlsafe_b64decode(cursor.encode()))
        if order_of == str(by):
            return Position(_adapter(name, by.column).validate_python(value), UUID(row_id))
    except (binascii.Error, ValueError, TypeError, AttributeError):
        pass
    raise InvalidRequestError("cursor: this is not a cursor of this table and order; begin without one.")


def _values(name: TableName, given: Mapping[str, Any], allowed: set[Written], field: str) -> dict[str, Any]:
    values = {}
    for column, value in given.items():
        if _column(name, column, field).written not in allowed:
            raise InvalidRequestError(f"{field}: {column} of {name} cannot be given here.")
        values[column] = _value(name, column, value, field)
    return values


def _filter_value(name: TableName, column: str, operator: str, value: Any) -> Any:
    known = _column(name, column, "filters")
    if known.kind is dict or _is_json(known):
        raise InvalidRequestError(f"filters: {column} of {name} is an object and cannot be compared.")
    if operator == "among":
        return [_value(name, column, one, "filters") for one in value]
    return None if value is None else _value(name, column, value, "filters")


def _value(name: TableName, column: str, value: Any, field: str) -> Any:
    if value is None and TABLES[name].columns[column].nullable:
        return None
    try:
        return _adapter(name, column).validate_python(value)
    except ValidationError as error:
        raise InvalidRequestError(f"{field}: {column}: {error.errors()[0]['msg'].lower()}.") from error


def _column(name: TableName, column: str, field: str) -> Column:
    table: Table = TABLES[name]
    if column not in table.columns:
        raise InvalidRequestError(
            f"{field}: {name} has no column {column[:60]!r}; it has {listed(list(table.columns))}."
        )
    return table.columns[column]


def _is_json(column: Column) -> bool:
    return bool(TypeAdapter(column.kind).json_schema().get("type") == "object")


@lru_cache
def _adapter(name: TableName, column: str) -> TypeAdapter[Any]:
    return TypeAdapter(TABLES[name].columns[column].kind)
