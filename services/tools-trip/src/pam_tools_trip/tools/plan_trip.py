"""Plan a trip."""

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, WithJsonSchema

from pam_shared.errors import InvalidRequestError
from pam_shared.money import Amount, Total
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_trip import planning, whereabouts
from pam_tools_trip.arguments import PlaceText, StopTexts
from pam_tools_trip.driving import Stretch
from pam_tools_trip.inquiry import Inquiry, NothingFoundError
from pam_tools_trip.queries import trips
from pam_tools_trip.rules import BudgetStatus

Budget = Annotated[
    Amount,
    Field(le=100_000),
    WithJsonSchema({"type": "number", "minimum": 0.01, "maximum": 100_000}, mode="validation"),
]


class Wish(Arguments):
    """Where the trip goes."""

    origin: PlaceText = Field(examples=["Boise, ID"], description='Where it begins; "here" is understood.')
    destination: PlaceText = Field(examples=["Moab, UT"], description="Where it ends.")
    stops: StopTexts = Field([], description="Places on the way, in order.")
    budget: Budget | None = Field(None, description="Dollars for fuel and nights together.")
    start_date: dt.date | None = Field(None, description="The day of leaving.")
    vehicle_id: Annotated[UUID | None, id_from("create_vehicle", "vehicle.id")] = Field(
        None, description="Which vehicle; the primary one if not given."
    )


class PlannedTrip(BaseModel):
    """The trip as saved; ``stops`` are all its places, in order."""

    id: UUID
    title: str
    status: Literal["planned"] = "planned"
    stops: list[str]
    start_date: dt.date | None
    end_date: dt.date | None


class Estimates(BaseModel):
    """Distance, hours at a rig's pace without nights, and money; None where a price is not known."""

    distance_miles: float
    duration_hours: float
    days: int
    gas: Total | None
    lodging: Total
    total: Total | None
    budget_status: BudgetStatus | None


class Planned(Result):
    """The trip and what it will take; None where there is no such place or way."""

    trip: PlannedTrip | None = None
    estimates: Estimates | None = None
    legs: list[Stretch] = Field(default_factory=list)
    ui_action: Literal["open_map"] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is no such place or way."""
        return self.trip is None


@tool(effect="write", calls_per_minute=5)
async def plan_trip(ctx: ToolContext, args: Wish) -> Planned:
    """Plan and save a trip: the way for the member's rig, days, fuel and nights, and whether it stays in a budget."""
    if args.start_date and args.start_date < ctx.today - dt.timedelta(days=1):
        raise InvalidRequestError(f"start_date: {args.start_date} has passed; a trip is planned before it begins.")
    inquiry = Inquiry(ctx)
    try:
        places = await whereabouts.find_all(inquiry, whereabouts.numbered(args.origin, args.stops, args.destination))
        plan = await planning.plan(inquiry, places, args.vehicle_id, args.budget, args.start_date)
    except NothingFoundError as error:
        return Planned(message=str(error))
    trip, figures = plan.as_trip(), plan.figures()
    trip_id = await trips.insert_trip(ctx.db, ctx.user, trip, places)
    await log_calculation(ctx, "plan_trip", args.model_dump(mode="json"), figures)
    ctx.emit(plan.as_event(trip_id))
    stops = [place.label for place in places]
    return Planned(
        message=plan.spoken() + inquiry.closing(),
        trip=PlannedTrip(id=trip_id, title=trip.title, stops=stops, start_date=plan.start, end_date=plan.end),
        estimates=Estimates(**figures),
        legs=plan.drive.stretches,
        ui_action="open_map",
    )
