"""The rules of trips: breaks, days, fuel, nights and a budget. Pure."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from pam_shared.money import to_cents

RIG_SLOWER = 1.15
"""How much longer a rig takes than the car a route was reckoned for."""

OPEN_ROAD_MPH = 55.0
WINDING = 1.25
"""How much longer a road is than the straight line, about."""

BREAK_EVERY_HOURS = 2.0
BREAK_HOURS = 0.25
MEAL_EVERY_HOURS = 5.0
MEAL_HOURS = 0.75
DRIVING_HOURS_A_DAY = 6.0
"""What is pleasant in a rig: arriving while it is light."""

ASSUMED_NIGHT = Decimal("45.00")
"""A night at a campground nobody knows a price of."""


class BudgetStatus(StrEnum):
    """Whether a trip's cost stays in its budget."""

    WITHIN = "within"
    OVER = "over"


@dataclass(frozen=True)
class Timing:
    """How long a drive takes; hours. A break is taken between stretches, never after the last."""

    driving: float
    breaks: float
    meals: float
    days: int

    @property
    def total(self) -> float:
        """Hours from leaving to arriving, nights not counted."""
        return round(self.driving + self.breaks + self.meals, 2)


@dataclass(frozen=True)
class Fuel:
    """What a distance burns."""

    gallons: Decimal
    cost: Decimal | None
    cost_per_mile: Decimal | None


def timing(driving_hours: float, *, with_breaks: bool = True) -> Timing:
    """Return breaks, meals and days for so many hours behind the wheel."""
    hours = round(driving_hours, 2)
    breaks = _pauses(hours, BREAK_EVERY_HOURS) * BREAK_HOURS if with_breaks else 0.0
    meals = _pauses(hours, MEAL_EVERY_HOURS) * MEAL_HOURS if with_breaks else 0.0
    return Timing(hours, breaks, meals, days=max(1, math.ceil(hours / DRIVING_HOURS_A_DAY)))


def fuel(miles: Decimal, mpg: Decimal, price: Decimal | None) -> Fuel:
    """Return the gallons a distance burns and what they cost; the cost is unknown where the price is."""
    gallons = miles / mpg
    cost = to_cents(gallons * price) if price is not None else None
    per_mile = (price / mpg).quantize(Decimal("0.001"), rounding=ROUND_HALF_UP) if price is not None else None
    return Fuel(gallons.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP), cost, per_mile)


def night_price(known: Sequence[Decimal]) -> Decimal:
    """Return the mean of known prices of a night, or the assumption."""
    return to_cents(sum(known, Decimal(0)) / len(known)) if known else ASSUMED_NIGHT


def budget_status(total: Decimal | None, budget: Decimal | None) -> BudgetStatus | None:
    """Return whether the total stays within the budget; None where either is unknown."""
    if total is None or budget is None:
        return None
    return BudgetStatus.OVER if total > budget else BudgetStatus.WITHIN


def spoken_hours(hours: float) -> str:
    """Say a duration."""
    minutes = round(hours * 60)
    whole, rest = divmod(minutes, 60)
    parts = [f"{whole} h" if whole else "", f"{rest} min" if rest or not whole else ""]
    return " ".join(part for part in parts if part)


def same_road(asked: str, road: str) -> bool:
    """Whether a road is the one asked for: ``US-550`` is ``us 550 N``, and not ``US-5501``."""
    words = [re.escape(word) for word in re.findall(r"[a-z]+|[0-9]+", asked.lower())]
    return bool(words) and re.search(rf"(?<![a-z0-9]){r'[^a-z0-9]*'.join(words)}(?![0-9])", road.lower()) is not None


def _pauses(hours: float, every: float) -> int:
    return max(0, math.ceil(hours / every) - 1)
