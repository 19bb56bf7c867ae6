"""Entries of the calendar as they are asked for and answered."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from pam_tools_account.queries.calendar import Entry

EVENT_TYPE = "Such as reminder, appointment, maintenance, trip or birthday."
START = "When it begins, in the member's own time; of an all-day entry, its first day."
END = "When it ends; of an all-day entry, its last day. An hour after it begins if not given."
REMINDERS = "How many minutes before it begins to remind, up to five times; an empty list for never."
FOUR_WEEKS = 40_320

Reminders = Annotated[list[Annotated[int, Field(ge=0, le=FOUR_WEEKS)]], Field(max_length=5)]
EventType = Annotated[str, Field(min_length=1, max_length=50)]
Color = Annotated[str, Field(pattern=r"^(#[0-9A-Fa-f]{6}|[a-z]{3,20})$")]


class CalendarEvent(BaseModel):
    """An entry; times carry the offset of the member's zone, ``reminders_at`` are the times of its reminders."""

    id: UUID
    title: str
    start_date: datetime
    end_date: datetime
    all_day: bool
    description: str | None
    event_type: str
    location_name: str | None
    reminder_minutes: list[int]
    reminders_at: list[datetime]
    color: str | None
    is_private: bool

    @classmethod
    def of(cls, entry: Entry, zone: ZoneInfo) -> "CalendarEvent":
        """Return an entry as the member sees it."""
        start, end = entry.when.seen(zone)
        reminders = sorted(start - timedelta(minutes=minutes) for minutes in entry.reminder_minutes)
        return cls(
            id=entry.id,
            title=entry.title,
            start_date=start,
            end_date=end,
            all_day=entry.when.all_day,
            description=entry.description,
            event_type=entry.event_type,
            location_name=entry.location_name,
            reminder_minutes=list(entry.reminder_minutes),
            reminders_at=reminders,
            color=entry.color,
            is_private=entry.is_private,
        )


def spoken(entry: Entry, zone: ZoneInfo) -> str:
    """Say what an entry is and when."""
    return f"“{entry.title}” {entry.when.spoken(zone)}"
