"""The categories money is spent on, and the words members use for them."""

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field


class ExpenseCategory(StrEnum):
    """What an expense or a budget is for."""

    GAS = "gas"
    DIESEL = "diesel"
    PROPANE = "propane"
    FOOD = "food"
    GROCERIES = "groceries"
    RESTAURANT = "restaurant"
    CAMPGROUND = "campground"
    RV_PARK = "rv_park"
    MAINTENANCE = "maintenance"
    REPAIR = "repair"
    INSURANCE = "insurance"
    REGISTRATION = "registration"
    TOLLS = "tolls"
    PARKING = "parking"
    ENTERTAINMENT = "entertainment"
    SHOPPING = "shopping"
    MEDICAL = "medical"
    PET = "pet"
    UTILITIES = "utilities"
    INTERNET = "internet"
    PHONE = "phone"
    OTHER = "other"

    @property
    def spoken(self) -> str:
        """The category as it is said."""
        return "RV park" if self is ExpenseCategory.RV_PARK else self.value


FUELS = ExpenseCategory.GAS, ExpenseCategory.DIESEL

SYNONYMS = {
    "fuel": ExpenseCategory.GAS,
    "gasoline": ExpenseCategory.GAS,
    "petrol": ExpenseCategory.GAS,
    "grocery": ExpenseCategory.GROCERIES,
    "dining": ExpenseCategory.RESTAURANT,
    "eating out": ExpenseCategory.RESTAURANT,
    "restaurants": ExpenseCategory.RESTAURANT,
    "camping": ExpenseCategory.CAMPGROUND,
    "campsite": ExpenseCategory.CAMPGROUND,
    "campgrounds": ExpenseCategory.CAMPGROUND,
    "rv park": ExpenseCategory.RV_PARK,
    "rv parks": ExpenseCategory.RV_PARK,
    "service": ExpenseCategory.MAINTENANCE,
    "repairs": ExpenseCategory.REPAIR,
    "toll": ExpenseCategory.TOLLS,
    "fun": ExpenseCategory.ENTERTAINMENT,
    "health": ExpenseCategory.MEDICAL,
    "pets": ExpenseCategory.PET,
    "dog food": ExpenseCategory.PET,
    "cat food": ExpenseCategory.PET,
    "vet": ExpenseCategory.PET,
    "wifi": ExpenseCategory.INTERNET,
    "breakfast": ExpenseCategory.RESTAURANT,
    "lunch": ExpenseCategory.RESTAURANT,
    "dinner": ExpenseCategory.RESTAURANT,
    "coffee": ExpenseCategory.RESTAURANT,
    "mechanic": ExpenseCategory.REPAIR,
    "doctor": ExpenseCategory.MEDICAL,
    "dentist": ExpenseCategory.MEDICAL,
    "pharmacy": ExpenseCategory.MEDICAL,
    "movie": ExpenseCategory.ENTERTAINMENT,
    "clothes": ExpenseCategory.SHOPPING,
    "electricity": ExpenseCategory.UTILITIES,
}


def as_category(value: object) -> object:
    """Return the category a member's word stands for; a word nobody knows is left for validation to refuse."""
    if not isinstance(value, str):
        return value
    word = value.strip().lower()
    return SYNONYMS.get(word, word)


Category = Annotated[
    ExpenseCategory,
    BeforeValidator(as_category),
    Field(
        description="What the money is for; 'fuel' counts as gas.",
        examples=["gas"],
        # For the rules, which know no words of their own; the model is not shown it.
        json_schema_extra={"x-synonyms": {word: category.value for word, category in SYNONYMS.items()}},
    ),
]
