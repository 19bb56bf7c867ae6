"""Money: decimal, two places, rounded half up, never a float."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import Field, PlainSerializer, WithJsonSchema

CENT = Decimal("0.01")
MONEY_MAX = Decimal("999999.99")


def to_cents(value: Decimal) -> Decimal:
    """Round to two places, half up."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def spoken(value: Decimal) -> str:
    """Return an amount as it is said to a member, such as ``$1,204.50``."""
    rounded = to_cents(value)
    return f"{'-' if rounded < 0 else ''}${abs(rounded):,}"


Amount = Annotated[
    Decimal,
    Field(ge=CENT, le=MONEY_MAX, decimal_places=2, allow_inf_nan=False),
    PlainSerializer(lambda value: str(to_cents(value)), return_type=str),
    WithJsonSchema({"type": "number", "minimum": 0.01, "maximum": 999999.99, "multipleOf": 0.01}, mode="validation"),
]
"""Money a member states: 0.01 to 999,999.99."""

Total = Annotated[
    Decimal,
    PlainSerializer(lambda value: str(to_cents(value)), return_type=str),
    WithJsonSchema({"type": "string", "description": "Money, decimal with two places."}, mode="serialization"),
]
"""Money that was calculated: of any size and sign."""
