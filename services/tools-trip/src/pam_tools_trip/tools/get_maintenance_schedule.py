"""What the rig is due for."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from pam_shared.money import Total, spoken
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_trip import upkeep, vehicles
from pam_tools_trip.inquiry import Inquiry
from pam_tools_trip.queries import upkeep as records
from pam_tools_trip.upkeep import Due, Service

NOTHING = (
    "I have no maintenance on record. Tell me what was done and when it is due again, and I will keep track of it."
)


class Question(Arguments):
    """Which vehicle, and how far ahead."""

    vehicle_id: Annotated[UUID | None, id_from("create_vehicle", "vehicle.id")] = Field(
        None, description="Which vehicle; all if not given."
    )
    upcoming_days: int = Field(30, ge=1, le=365, description="How many days to look ahead.")


class DueService(BaseModel):
    """A service that is due; ``miles_left`` only where the odometer is known."""

    task: str
    vehicle_id: UUID | None
    next_due_date: str | None
    next_due_mileage: int | None
    miles_left: int | None
    last_cost: Total


class Counts(BaseModel):
    """How many are due, and what they cost the last time."""

    upcoming_count: int
    overdue_count: int
    estimated_cost: Total


class Schedule(Result):
    """What is due."""

    upcoming: list[DueService]
    overdue: list[DueService]
    recommendations: list[str]
    summary: Counts
    services_known: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever recorded."""
        return self.services_known == 0


@tool(effect="read", timeout=4, aliases=("pam_get_maintenance_schedule",), records="your maintenance records")
async def get_maintenance_schedule(ctx: ToolContext, args: Question) -> Schedule:
    """Say which maintenance of the member's vehicles is overdue or coming up, by date and by odometer."""
    inquiry = Inquiry(ctx)
    if args.vehicle_id:
        await vehicles.vehicle_of(inquiry, args.vehicle_id)
    services = await records.latest_services(ctx.db, args.vehicle_id)
    odometers = await records.odometers(ctx.db)
    due: dict[Due, list[Service]] = {kind: [] for kind in Due}
    for service in services:
        reading = odometers.get(service.vehicle_id)
        due[upkeep.standing(service, ctx.today, args.upcoming_days, reading)].append(service)
    cost = upkeep.estimated_cost(due[Due.OVERDUE] + due[Due.UPCOMING])
    return Schedule(
        message=_sentence(ctx, args, due, odometers, cost) + inquiry.closing(),
        upcoming=[_due(service, odometers) for service in due[Due.UPCOMING]],
        overdue=[_due(service, odometers) for service in due[Due.OVERDUE]],
        recommendations=upkeep.recommendations(services, ctx.today, odometers),
        summary=Counts(upcoming_count=len(due[Due.UPCOMING]), overdue_count=len(due[Due.OVERDUE]), estimated_cost=cost),
        services_known=len(services),
    )


def _due(service: Service, odometers: dict[UUID | None, Decimal]) -> DueService:
    reading, at = odometers.get(service.vehicle_id), service.next_due_mileage
    return DueService(
        task=service.task,
        vehicle_id=service.vehicle_id,
        next_due_date=service.next_due_date.isoformat() if service.next_due_date else None,
        next_due_mileage=at,
        miles_left=round(at - reading) if at is not None and reading is not None else None,
        last_cost=service.cost,
    )


def _sentence(
    ctx: ToolContext,
    args: Question,
    due: dict[Due, list[Service]],
    odometers: dict[UUID | None, Decimal],
    cost: Decimal,
) -> str:
    if not any(due.values()):
        return NOTHING
    parts = [
        f"{name}: {'; '.join(upkeep.spoken_due(item, ctx.today, odometers.get(item.vehicle_id)) for item in items)}."
        for name, items in (("Overdue", due[Due.OVERDUE]), ("Coming up", due[Due.UPCOMING]))
        if items
    ]
    if not parts:
        return f"Nothing is due in the next {args.upcoming_days} days."
    return " ".join([*parts, f"The last time they cost {spoken(cost)} together."] if cost else parts)
