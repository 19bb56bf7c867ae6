"""Maintenance that will be due again goes into the calendar."""

from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from pam_shared.tools.following import EventContext, follow
from pam_tools_account.calendar_times import scheduled
from pam_tools_account.queries import calendar


class MaintenanceLogged(BaseModel):
    """What was done to a vehicle, when it is due again, and the id its reminder is to have."""

    maintenance_type: str
    description: str | None = None
    next_due_date: date | None = None
    reminder_event_id: UUID | None = None


@follow("trip", "maintenance_logged")
async def maintenance_logged(ctx: EventContext, event: MaintenanceLogged) -> None:
    """Remind the member, all day, on the day the work is due again."""
    if event.next_due_date is None or event.reminder_event_id is None:
        return
    when = scheduled(datetime.combine(event.next_due_date, time()), None, ZoneInfo("UTC"), all_day=True)
    work = event.maintenance_type.replace("_", " ")
    entry = calendar.Entry(
        id=event.reminder_event_id,
        title=f"Maintenance due: {work}"[:200],
        when=when,
        description=event.description[:2000] if event.description else None,
        event_type="maintenance",
    )
    await calendar.add_entry_once(ctx.db, ctx.user, entry)
