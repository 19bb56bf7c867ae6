"""List entries of the calendar."""

from datetime import date, timedelta

from pydantic import Field

from pam_shared.clock import spoken_day
from pam_shared.errors import InvalidRequestError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_account.calendar_entries import EVENT_TYPE, CalendarEvent, EventType, spoken
from pam_tools_account.calendar_times import days
from pam_tools_account.queries import calendar
from pam_tools_account.sentences import listed

AHEAD = timedelta(days=30)
SAID = 5


class Question(Arguments):
    """Which days."""

    start_date: date | None = Field(None, ge=date(1900, 1, 1), le=date(2200, 1, 1), description="Today if not given.")
    end_date: date | None = Field(
        None,
        ge=date(1900, 1, 1),
        le=date(2200, 1, 1),
        description="The last day; 30 days after the first if not given.",
    )
    event_type: EventType | None = Field(None, description=EVENT_TYPE)
    limit: int = Field(50, ge=1, le=100, description="How many at most.")


class Listed(Result):
    """Entries in order of time; ``more`` where there are others after them."""

    events: list[CalendarEvent]
    count: int
    more: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is none."""
        return not self.events


@tool(effect="read", timeout=4, records="your calendar")
async def get_calendar_events(ctx: ToolContext, args: Question) -> Listed:
    """List what is in the member's calendar: the next 30 days, or the days asked for."""
    first = args.start_date or ctx.today
    last = args.end_date or first + AHEAD
    if last < first:
        raise InvalidRequestError(f"end_date: {last} is before start_date, {first}.")
    window = days(first, last, ctx.zone)
    found = await calendar.entries(ctx.db, ctx.user, window, args.event_type, args.limit + 1)
    entries = found[: args.limit]
    more = len(found) > args.limit
    return Listed(
        message=_sentence(ctx, entries, f"from {spoken_day(first)} to {spoken_day(last)}", more=more),
        events=[CalendarEvent.of(entry, ctx.zone) for entry in entries],
        count=len(entries),
        more=more,
    )


def _sentence(ctx: ToolContext, entries: list[calendar.Entry], when: str, *, more: bool) -> str:
    if not entries:
        return f"Your calendar is empty {when}."
    said = [spoken(entry, ctx.zone) for entry in entries[:SAID]]
    if more or len(entries) > SAID:
        said.append(
            f"{'at least ' if more else ''}{len(entries) - SAID + more} more" if len(entries) > SAID else "more"
        )
    return f"In your calendar {when}: {listed(said)}."
