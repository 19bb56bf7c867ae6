"""Change a calendar entry."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from pam_shared.errors import NotFoundError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_account.calendar_entries import (
    END,
    EVENT_TYPE,
    REMINDERS,
    START,
    CalendarEvent,
    Color,
    EventType,
    Reminders,
    spoken,
)
from pam_tools_account.calendar_times import rescheduled
from pam_tools_account.queries import calendar


class EventChanges(Arguments):
    """Which entry, and what to change; what is not given stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"start_date": "2027-05-14T10:30:00"}]})

    event_id: Annotated[UUID, id_from("create_calendar_event", "event.id")] = Field(description="The entry's id.")
    title: str | None = Field(None, min_length=1, max_length=200, description="What it is.")
    start_date: datetime | None = Field(None, description=f"{START} Moving it keeps how long it lasts.")
    end_date: datetime | None = Field(None, description=END)
    description: str | None = Field(None, max_length=2000, description="More about it; an empty text removes it.")
    event_type: EventType | None = Field(None, description=EVENT_TYPE)
    all_day: bool | None = Field(None, description="Whether it belongs to whole days rather than to times.")
    location_name: str | None = Field(None, max_length=200, description="Where it is; an empty text removes it.")
    reminder_minutes: Reminders | None = Field(None, description=REMINDERS)
    color: Color | None = Field(None, description="A colour's name or #rrggbb.")
    is_private: bool | None = Field(None, description="Whether only the member sees it.")


class Changed(Result):
    """The entry as it is now."""

    event: CalendarEvent


@tool(effect="write", timeout=4, records="your calendar")
async def update_calendar_event(ctx: ToolContext, args: EventChanges) -> Changed:
    """Change an entry of the member's calendar: its times, its words, its reminders."""
    old = await calendar.entry(ctx.db, args.event_id)
    if old is None:
        raise NotFoundError("event_id: there is no such entry in your calendar; get_calendar_events lists them.")
    when = rescheduled(old.when, args.start_date, args.end_date, ctx.zone, all_day=args.all_day)
    new = replace(old, when=when, **_details(args))
    await calendar.change_entry(ctx.db, new)
    said = f"{spoken(new, ctx.zone)} is in your calendar" + (" as before." if new == old else " now.")
    return Changed(message=said, event=CalendarEvent.of(new, ctx.zone))


def _details(args: EventChanges) -> dict[str, Any]:
    """Return what is given besides the times; empty texts are none."""
    given = args.model_dump(exclude_none=True, exclude={"event_id", "start_date", "end_date", "all_day"})
    if "reminder_minutes" in given:
        given["reminder_minutes"] = tuple(given["reminder_minutes"])
    return {field: value if value != "" else None for field, value in given.items()}
