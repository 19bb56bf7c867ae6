"""What other workers may know of a member's travels."""

import datetime as dt
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from pam_shared.money import Total
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_trip.queries import trips


class Days(Arguments):
    """First and last day, both included."""

    start_date: dt.date = Field(examples=["2026-01-01"], description="First day.")
    end_date: dt.date = Field(examples=["2026-12-31"], description="Last day.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end_date < self.start_date:
            raise ValueError("end_date must not be before start_date")
        return self


class Trip(BaseModel):
    """A saved trip."""

    id: UUID
    title: str
    origin: str
    destination: str
    start_date: dt.date | None
    end_date: dt.date | None
    status: str
    distance_miles: float | None
    estimated_total: Total | None


class Maintenance(BaseModel):
    """A service done."""

    id: UUID
    task: str
    date: dt.date
    cost: Total
    mileage: int | None
    next_due_date: dt.date | None
    next_due_mileage: int | None


class FillUp(BaseModel):
    """A fill-up; US gallons, miles."""

    id: UUID
    date: dt.date
    gallons: Decimal
    total: Total
    odometer: Decimal
    mpg: Decimal | None
    location: str | None


class TravelRecords(Result):
    """Everything of these days, newest first; at most 2,000 of a kind, ``truncated`` when there is more."""

    trips: list[Trip]
    maintenance: list[Maintenance]
    fuel: list[FillUp]
    favorites_count: int
    truncated: bool

    @property
    def is_empty(self) -> bool:
        """Whether the member has no records at all."""
        return not (self.trips or self.maintenance or self.fuel or self.favorites_count)


@tool(effect="read", timeout=4, visibility="internal")
async def get_travel_records(ctx: ToolContext, args: Days) -> TravelRecords:
    """Return the member's trips, maintenance and fill-ups of some days, and how many places they saved."""
    days = (args.start_date, args.end_date)
    found: list[list[dict[str, Any]]] = [
        await read(ctx.db, *days) for read in (trips.trips_between, trips.services_between, trips.fill_ups_between)
    ]
    journeys, services, fills = (rows[: trips.MOST] for rows in found)
    return TravelRecords(
        message=f"{len(journeys)} trips, {len(services)} services and {len(fills)} fill-ups"
        f" from {args.start_date} to {args.end_date}.",
        trips=[Trip(**row) for row in journeys],
        maintenance=[Maintenance(**row) for row in services],
        fuel=[FillUp(**row) for row in fills],
        favorites_count=await trips.favorites_count(ctx.db),
        truncated=any(len(rows) > trips.MOST for rows in found),
    )
