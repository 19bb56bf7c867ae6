"""Record a service."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID, uuid5

from pydantic import BaseModel, Field, model_validator

from pam_shared.clock import spoken_day
from pam_shared.errors import InvalidRequestError
from pam_shared.money import MONEY_MAX, Total, spoken
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_trip import vehicles
from pam_tools_trip.events import MaintenanceLogged
from pam_tools_trip.inquiry import Inquiry
from pam_tools_trip.queries import upkeep


class ServiceDone(Arguments):
    """What was done to which vehicle."""

    maintenance_type: str = Field(
        min_length=1, max_length=100, examples=["oil change"], description="The task, in short."
    )
    description: str = Field(max_length=1000, examples=["Oil and filter"], description="What was done.")
    cost: Decimal = Field(
        ge=0,
        le=MONEY_MAX,
        decimal_places=2,
        allow_inf_nan=False,
        examples=[89.5],
        description="Dollars; 0 if it was free.",
    )
    vehicle_id: Annotated[UUID | None, id_from("create_vehicle", "vehicle.id")] = Field(
        None, description="Which vehicle; the primary one if not given."
    )
    date: dt.date | None = Field(None, description="The day it was done; today if not given.")
    mileage: int | None = Field(None, ge=0, le=10_000_000, description="The odometer then, in miles.")
    service_provider: str | None = Field(None, max_length=200, description="Who did it.")
    next_due_date: dt.date | None = Field(None, description="When it is due again: makes a reminder.")
    next_due_mileage: int | None = Field(
        None, ge=0, le=10_000_000, description="The odometer at which it is due again."
    )

    @model_validator(mode="after")
    def _due_later(self) -> Self:
        if self.mileage is not None and self.next_due_mileage is not None and self.next_due_mileage <= self.mileage:
            raise ValueError("next_due_mileage must be above mileage")
        return self


class MaintenanceRecord(BaseModel):
    """The service as written down."""

    id: UUID
    vehicle_id: UUID | None
    task: str
    description: str
    cost: Total
    date: dt.date
    mileage: int | None
    service_provider: str | None
    next_due_date: dt.date | None
    next_due_mileage: int | None


class Logged(Result):
    """The service, and the calendar's reminder of the next one."""

    maintenance_record: MaintenanceRecord
    reminder_event_id: UUID | None


@tool(effect="write", timeout=4, aliases=("pam_log_maintenance",), records="your maintenance records")
async def log_maintenance(ctx: ToolContext, args: ServiceDone) -> Logged:
    """Record maintenance or a repair of the member's vehicle; its cost becomes an expense, its next date a reminder."""
    day = _day(ctx, args)
    inquiry = Inquiry(ctx)
    vehicle = await vehicles.vehicle_of(inquiry, args.vehicle_id)
    new = upkeep.NewService(
        vehicle.id, args.maintenance_type, args.description, args.cost, day, args.mileage, args.service_provider,
        args.next_due_date, args.next_due_mileage,
    )  # fmt: skip
    record_id = await upkeep.insert_service(ctx.db, ctx.user, new)
    record = MaintenanceRecord(id=record_id, **vars(new))
    reminder = uuid5(record_id, "reminder") if args.next_due_date else None
    ctx.emit(
        MaintenanceLogged(
            maintenance_id=record_id,
            maintenance_type=new.task,
            reminder_event_id=reminder,
            **record.model_dump(exclude={"id", "task", "mileage", "service_provider"}),
        )
    )
    message = _sentence(record, vehicle.called) + inquiry.closing()
    return Logged(message=message, maintenance_record=record, reminder_event_id=reminder)


def _day(ctx: ToolContext, args: ServiceDone) -> dt.date:
    day = args.date or ctx.today
    if day > ctx.today + dt.timedelta(days=1):
        raise InvalidRequestError(f"date: {day} is in the future; maintenance is recorded when it is done.")
    if args.next_due_date and args.next_due_date <= day:
        raise InvalidRequestError(f"next_due_date: {args.next_due_date} is not after {day}, the day it was done.")
    return day


def _sentence(record: MaintenanceRecord, vehicle: str) -> str:
    due = [
        f"on {spoken_day(record.next_due_date)}" if record.next_due_date else "",
        f"at {record.next_due_mileage:,} miles" if record.next_due_mileage is not None else "",
    ]
    again = " or ".join(part for part in due if part)
    head = f"Recorded {record.task} for {vehicle}: {spoken(record.cost)} on {spoken_day(record.date)}."
    return f"{head} It is due again {again}." if again else head
