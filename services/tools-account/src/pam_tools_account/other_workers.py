"""What other workers answer, as far as this one reads it."""

from datetime import date
from decimal import Decimal
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pam_shared.money import Total
from pam_shared.telemetry.logs import log
from pam_shared.tools.context import ToolContext
from pam_tools_account.periods import Days

WITHIN = 2.0
"""Seconds that a worker is waited for."""


class Expense(BaseModel):
    """Something a member paid."""

    amount: Decimal


class Income(BaseModel):
    """Something a member earned."""

    amount: Decimal


class Budget(BaseModel):
    """What a member means to spend on a category in a period."""

    category: str
    amount: Total
    period: str


class Saving(BaseModel):
    """Something a member did not have to pay."""

    amount: Decimal
    confirmed: bool


class MoneyRecords(BaseModel):
    """A member's money in some days; ``truncated`` where there are more expenses than these."""

    expenses: list[Expense] = []
    income: list[Income] = []
    budgets: list[Budget] = []
    savings: list[Saving] = []
    truncated: bool = False

    @property
    def spent(self) -> Decimal:
        """What was spent."""
        return sum((expense.amount for expense in self.expenses), Decimal(0))

    @property
    def earned(self) -> Decimal:
        """What was earned."""
        return sum((income.amount for income in self.income), Decimal(0))

    @property
    def saved(self) -> Decimal:
        """What was saved for certain."""
        return sum((saving.amount for saving in self.savings if saving.confirmed), Decimal(0))


class Trip(BaseModel):
    """A trip, planned or made."""

    title: str
    destination: str | None = None
    start_date: date | None = None
    end_date: date | None = None
    status: str | None = None
    distance_miles: float | None = None


class Filling(BaseModel):
    """A stop for fuel."""

    gallons: float | None = None


class TravelRecords(BaseModel):
    """A member's travel in some days."""

    trips: list[Trip] = []
    fuel: list[Filling] = []
    favorites_count: int = 0

    def ahead(self, today: date) -> list[Trip]:
        """Return trips that are not over, the nearest first."""
        left = [trip for trip in self.trips if trip.start_date and (trip.end_date or trip.start_date) >= today]
        return sorted(left, key=lambda trip: trip.start_date or today)


class SocialRecords(BaseModel):
    """What a member did among others, ever."""

    posts_count: int
    comments_count: int
    followers_count: int
    following_count: int
    groups_count: int
    messages_sent: int


Records = TypeVar("Records", bound=BaseModel)


async def money_records(ctx: ToolContext, days: Days) -> MoneyRecords | None:
    """Return the member's money in these days, or None and a partial reply where it cannot be had."""
    return await _asked(ctx, "budget", "get_money_records", days.arguments(), MoneyRecords)


async def travel_records(ctx: ToolContext, days: Days) -> TravelRecords | None:
    """Return the member's travel in these days, or None and a partial reply where it cannot be had."""
    return await _asked(ctx, "trip", "get_travel_records", days.arguments(), TravelRecords)


async def social_records(ctx: ToolContext) -> SocialRecords | None:
    """Return what the member did among others, or None and a partial reply where it cannot be had."""
    return await _asked(ctx, "social", "get_social_records", {}, SocialRecords)


async def _asked(
    ctx: ToolContext, domain: str, tool: str, arguments: dict[str, str], model: type[Records]
) -> Records | None:
    reply = await ctx.ask(domain, tool, arguments, within=WITHIN)
    if reply.success:
        try:
            records = model.model_validate(reply.data)
        except ValidationError:
            log.exception("another worker's answer is not what this one reads", asked=domain, about=tool)
        else:
            ctx.cite(f"{domain} records", reply.as_of or ctx.now)
            return records
    ctx.partial = True
    return None
