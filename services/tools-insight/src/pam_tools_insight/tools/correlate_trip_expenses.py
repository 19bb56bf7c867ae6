"""Expenses by trip."""

import datetime as dt
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from pam_shared.errors import NotFoundError
from pam_shared.money import Total, spoken
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_insight import trips
from pam_tools_insight.asking import Part, gather_all
from pam_tools_insight.records import Money, Trip
from pam_tools_insight.rules import Window, counted, last_days

DAYS = 730
AHEAD = dt.timedelta(days=365)


class Question(Arguments):
    """Which trip."""

    trip_id: Annotated[UUID, id_from("plan_trip", "trip.id")] | None = Field(
        None, description="All trips if not given."
    )


class TripExpense(BaseModel):
    """An expense on a day of the trip."""

    id: UUID
    date: dt.date
    amount: Total
    category: str
    description: str | None


class TripCost(BaseModel):
    """A trip with its expenses. ``gallons`` come from the fuel log; what they cost is among the expenses."""

    trip: Trip
    days: int
    expenses: list[TripExpense]
    total: Total
    cost_per_day: Total
    by_category: dict[str, Total]
    gallons: Decimal


class Correlated(Result):
    """Each trip that has begun, the newest first, and what stands out."""

    trips: list[TripCost]
    insights: list[str]

    @property
    def is_empty(self) -> bool:
        """Whether no trip has begun."""
        return not self.trips


@tool(effect="read", aliases=("pam_correlate_trip_expenses",))
async def correlate_trip_expenses(ctx: ToolContext, args: Question) -> Correlated:
    """Match the member's expenses with their trips by day and place: total, cost per day and what stands out."""
    window = Window(last_days(DAYS, ctx.today).start, ctx.today + AHEAD)
    found = await gather_all(ctx, window, Part.TRAVEL, Part.MONEY)
    money, fuel = found.money or Money(), found.travel.fuel if found.travel else []
    planned = found.travel.trips if found.travel else []
    if args.trip_id and found.travel and args.trip_id not in {trip.id for trip in planned}:
        raise NotFoundError("trip_id: there is no such trip in the last two years; ask without it to see all.")
    costs = trips.correlate(planned, money.expenses, fuel, ctx.today)
    costs = [one for one in costs if args.trip_id in {None, one.trip.id}]
    told = trips.insights(costs)
    message = found.said(_sentence(costs, told))
    return Correlated(message=message, trips=[_told(one) for one in costs], insights=told)


def _told(costs: trips.TripCosts) -> TripCost:
    fields = {name: value for name, value in vars(costs).items() if name != "expenses"}
    return TripCost(**fields, expenses=[TripExpense(**vars(expense)) for expense in costs.expenses])


def _sentence(costs: list[trips.TripCosts], told: list[str]) -> str:
    """Say what each trip cost."""
    if not costs:
        return "No trip has begun yet. Plan one with dates, and I will match your expenses with it."
    lines = [
        f"{one.trip.title}: {spoken(one.total)} in {counted(one.days, 'day')}, {spoken(one.cost_per_day)} a day."
        for one in costs[:5]
    ]
    return " ".join([*lines, *told[:3]])
