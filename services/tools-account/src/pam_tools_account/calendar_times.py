"""When an entry of the calendar is: times in the member's zone, or days that are the same in every zone. Pure."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pam_shared.clock import spoken_day
from pam_shared.errors import InvalidRequestError

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 1900, 2200


class When(NamedTuple):
    """The times of an entry, in UTC. Of an all-day one: midnights in UTC of the first day and of the day after."""

    start: datetime
    end: datetime
    all_day: bool

    def seen(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return beginning and end as the member sees them; of an all-day entry its first and its last day."""
        if self.all_day:
            return _at_midnight(self.start.date(), zone), _at_midnight((self.end - DAY).date(), zone)
        return self.start.astimezone(zone), self.end.astimezone(zone)

    def spoken(self, zone: ZoneInfo) -> str:
        """Say it, such as ``on Wednesday, May 13, 2026 from 09:00 to 10:00``."""
        start, end = self.seen(zone)
        if self.all_day:
            return f"on {_named(start)}" if start == end else f"from {_named(start)} to {_named(end)}"
        if start.date() == end.date():
            return f"on {_named(start)} from {start:%H:%M} to {end:%H:%M}"
        return f"from {_named(start)}, {start:%H:%M} to {_named(end)}, {end:%H:%M}"


class Range(NamedTuple):
    """Days of a calendar, as moments for entries with times and as midnights in UTC for all-day ones; ends excluded."""

    start: datetime
    end: datetime
    first_day: datetime
    after_last_day: datetime


def scheduled(start: datetime, end: datetime | None, zone: ZoneInfo, *, all_day: bool) -> When:
    """Return when an entry is; times without a zone are the member's, and it lasts an hour (or a day) unless said.

    Raises InvalidRequestError where it would end before it begins, or lies beyond any calendar.
    """
    begins = _moment("start_date", start, zone)
    ends = _moment("end_date", end, zone) if end else None
    if all_day:
        first, last = begins.date(), (ends or begins).date()
        when = When(_at_midnight(first, UTC), _at_midnight(last + DAY, UTC), all_day)
    else:
        # In UTC: in local time an hour that is repeated would count twice.
        starts = begins.astimezone(UTC)
        when = When(starts, ends.astimezone(UTC) if ends else starts + HOUR, all_day)
    if when.end < when.start or (all_day and when.end == when.start):
        raise InvalidRequestError(f"end_date: {end} is before start_date, {start}; an entry ends after it begins.")
    return when


def rescheduled(
    old: When, start: datetime | None, end: datetime | None, zone: ZoneInfo, *, all_day: bool | None
) -> When:
    """Return when an entry is after a change: what is not given stays, and moving it keeps how long it lasts.

    Raises InvalidRequestError where that makes no sense.
    """
    becomes = old.all_day if all_day is None else all_day
    if start is None and end is None and becomes == old.all_day:
        return old
    if start is None and old.all_day and not becomes:
        raise InvalidRequestError("start_date: say when it begins, now that it no longer lasts all day.")
    began, ended = old.seen(zone)
    begins = _moment("start_date", start, zone) if start else began
    if end is None and becomes == old.all_day:
        end = begins + (ended - began) if becomes else (begins.astimezone(UTC) + (old.end - old.start))
    elif end is None and becomes:
        end = max(begins, ended)
    return scheduled(begins, end, zone, all_day=becomes)


def days(first: date, last: date, zone: ZoneInfo) -> Range:
    """Return the days from the first to the last, both included, where the member is."""
    return Range(
        _at_midnight(first, zone).astimezone(UTC),
        _at_midnight(last + DAY, zone).astimezone(UTC),
        _at_midnight(first, UTC),
        _at_midnight(last + DAY, UTC),
    )


def _at_midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _named(moment: datetime) -> str:
    return f"{moment:%A}, {spoken_day(moment)}"


def _moment(field: str, given: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment as the member's clock shows it."""
    if not FIRST_YEAR <= given.year <= LAST_YEAR:
        raise InvalidRequestError(f"{field}: {given.date()} is beyond the calendar, {FIRST_YEAR} to {LAST_YEAR}.")
    return given.astimezone(zone) if given.tzinfo else given.replace(tzinfo=zone)
