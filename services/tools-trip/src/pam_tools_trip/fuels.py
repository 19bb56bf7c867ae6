"""What rigs burn, and the words members use for it."""

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field


class FuelType(StrEnum):
    """What comes out of the pump."""

    REGULAR = "regular"
    PREMIUM = "premium"
    DIESEL = "diesel"


SYNONYMS = {
    "gas": FuelType.REGULAR,
    "gasoline": FuelType.REGULAR,
    "petrol": FuelType.REGULAR,
    "unleaded": FuelType.REGULAR,
    "87": FuelType.REGULAR,
    "91": FuelType.PREMIUM,
    "93": FuelType.PREMIUM,
    "super": FuelType.PREMIUM,
}


def as_fuel(value: object) -> object:
    """Return the fuel a word stands for; a word nobody knows is left for validation to refuse."""
    if not isinstance(value, str):
        return value
    word = value.strip().lower()
    return SYNONYMS.get(word, word)


def fuel_of(word: str | None) -> FuelType | None:
    """Return the fuel a vehicle's record names, or None where it burns nothing we know of."""
    named = as_fuel(word)
    return next((fuel for fuel in FuelType if fuel == named), None)


Fuel = Annotated[
    FuelType,
    BeforeValidator(as_fuel),
    Field(
        description="What is burnt; 'gas' counts as regular.",
        # For the rules, which know no words of their own; the model is not shown it.
        json_schema_extra={"x-synonyms": {word: fuel.value for word, fuel in SYNONYMS.items()}},
    ),
]
