"""Record work on a side-income idea."""

import datetime as dt
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, WithJsonSchema

from pam_shared.errors import NotFoundError
from pam_shared.money import Total, spoken
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_budget.queries import hustles
from pam_tools_budget.tools.add_hustle_idea import Earnings

Hours = Annotated[
    Decimal,
    Field(ge=0, le=10_000, decimal_places=2),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 10_000}, mode="validation"),
]


class Work(Arguments):
    """What was done."""

    hustle_id: Annotated[UUID, id_from("add_hustle_idea", "idea.id")] = Field(
        description="The idea's id, from list_hustle_ideas or add_hustle_idea."
    )
    hours_spent: Hours = Field(examples=[4], description="Hours of work.")
    earnings: Earnings = Field(examples=[85], description="What it earned, in the member's currency.")
    notes: str | None = Field(None, max_length=1000, description="How it went, in the member's words.")


class Attempt(BaseModel):
    """The work as written down."""

    id: UUID
    hustle_id: UUID
    title: str
    hours_spent: Decimal
    earnings: Total
    notes: str | None
    status: str
    start_date: dt.date


class Logged(Result):
    """The work, and what an hour of it earned; null without hours."""

    attempt: Attempt
    hourly_rate: Total | None


@tool(effect="write", timeout=4, records="your hustle earnings")
async def log_hustle_attempt(ctx: ToolContext, args: Work) -> Logged:
    """Record the hours a member worked on a side-income idea and what they earned with it."""
    new = hustles.NewAttempt(**args.model_dump(), start_date=ctx.today)
    row = await hustles.insert_attempt(ctx.db, ctx.user, new)
    if row is None:
        raise NotFoundError("hustle_id: there is no such idea. list_hustle_ideas tells the ids of those there are.")
    rate = args.earnings / args.hours_spent if args.hours_spent else None
    hour = f", {spoken(rate)} an hour" if rate is not None else ""
    result = Logged(
        message=f"Recorded {args.hours_spent.normalize():f} hours of {row['title']}: {spoken(args.earnings)}{hour}.",
        attempt=Attempt.model_validate({**vars(new), **dict(row)}),
        hourly_rate=rate,
    )
    await log_calculation(ctx, "log_hustle_attempt", args, result)
    return result
