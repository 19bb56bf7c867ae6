"""Add a calendar entry."""

from datetime import datetime

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
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
from pam_tools_account.calendar_times import scheduled
from pam_tools_account.queries import calendar

DEFAULT_REMINDER = 15


class NewEvent(Arguments):
    """The entry."""

    title: str = Field(min_length=1, max_length=200, description="What it is.", examples=["Oil change"])
    start_date: datetime = Field(description=START, examples=["2027-05-13T09:00:00"])
    end_date: datetime | None = Field(None, description=END)
    description: str | None = Field(None, max_length=2000, description="More about it.")
    event_type: EventType = Field("reminder", description=EVENT_TYPE)
    all_day: bool = Field(False, description="Whether it belongs to whole days rather than to times.")
    location_name: str | None = Field(None, max_length=200, description="Where it is.")
    reminder_minutes: Reminders = Field([DEFAULT_REMINDER], description=REMINDERS)
    color: Color | None = Field(None, description="A colour's name or #rrggbb.")
    is_private: bool = Field(True, description="Whether only the member sees it.")


class Added(Result):
    """The entry as it is in the calendar."""

    event: CalendarEvent


@tool(effect="write", timeout=4, records="your calendar")
async def create_calendar_event(ctx: ToolContext, args: NewEvent) -> Added:
    """Add an entry to the member's calendar. Times without a zone are the member's own."""
    when = scheduled(args.start_date, args.end_date, ctx.zone, all_day=args.all_day)
    details = args.model_dump(exclude={"start_date", "end_date", "all_day", "reminder_minutes"})
    new = calendar.NewEntry(when=when, reminder_minutes=tuple(args.reminder_minutes), **details)
    entry = await calendar.add_entry(ctx.db, ctx.user, new)
    return Added(message=f"{spoken(entry, ctx.zone)} is in your calendar.", event=CalendarEvent.of(entry, ctx.zone))
