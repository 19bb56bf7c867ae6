"""When an entry is: the member's clock, days of the clock's change, and entries that last all day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam_shared.errors import InvalidRequestError
from pam_tools_account.calendar_times import days, rescheduled, scheduled

pytestmark = pytest.mark.unit

NEW_YORK = ZoneInfo("America/New_York")
TOKYO = ZoneInfo("Asia/Tokyo")
ZONES = st.sampled_from([ZoneInfo(name) for name in ("UTC", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati")])
HOUR = timedelta(hours=1)


def at(text):
    return datetime.fromisoformat(text)


MOMENTS = st.datetimes(at("1950-01-01"), at("2150-01-01"))


@pytest.mark.parametrize(
    ("start", "zone", "expected"),
    [
        ("2026-05-13T09:00", NEW_YORK, "2026-05-13T13:00Z"),
        ("2026-05-13T09:00", TOKYO, "2026-05-13T00:00Z"),
        ("2026-05-13T09:00Z", TOKYO, "2026-05-13T09:00Z"),
        ("2026-05-13T09:00-07:00", NEW_YORK, "2026-05-13T16:00Z"),
        ("2026-03-08T01:59", NEW_YORK, "2026-03-08T06:59Z"),
        ("2026-03-08T02:30", NEW_YORK, "2026-03-08T07:30Z"),  # this time does not exist: half past three
        ("2026-03-08T03:30", NEW_YORK, "2026-03-08T07:30Z"),
        ("2026-11-01T01:30", NEW_YORK, "2026-11-01T05:30Z"),  # comes twice: the first
        ("2026-11-01T02:30", NEW_YORK, "2026-11-01T07:30Z"),
    ],
)
def test_a_time_without_a_zone_is_the_members(start, zone, expected):
    """R-D4: also on the days the clock is changed."""
    when = scheduled(at(start), None, zone, all_day=False)
    assert (when.start, when.end) == (at(expected), at(expected) + HOUR)


@given(MOMENTS, ZONES)
def test_an_entry_lasts_an_hour_unless_said(start, zone):
    """R-D4: an hour on the clock of the world, not of the wall."""
    when = scheduled(start, None, zone, all_day=False)
    assert when.end - when.start == HOUR
    seen = when.seen(zone)
    assert (seen[0].astimezone(UTC), seen[1].astimezone(UTC)) == (when.start, when.end)


@given(MOMENTS, st.integers(0, 30), ZONES, ZONES)
def test_an_all_day_entry_is_on_the_same_days_wherever_the_member_is(start, more, made_in, seen_in):
    """R-D4: a birthday does not move when the member does."""
    end = start + timedelta(days=more)
    first, last = scheduled(start, end, made_in, all_day=True).seen(seen_in)
    assert (first.date(), last.date()) == (start.date(), end.date())


@pytest.mark.parametrize(
    ("start", "end", "all_day"),
    [
        ("2026-05-13T09:00", "2026-05-13T08:59", False),
        ("2026-05-13T09:00", "2026-05-13T08:00Z", False),
        ("2026-05-13", "2026-05-12", True),
        ("2026-05-13", "2026-05-11", True),
        ("1899-12-31", None, False),
        ("2201-01-01", None, True),
        ("2026-05-13", "9999-12-31", True),
    ],
)
def test_an_entry_that_ends_before_it_begins_or_is_beyond_any_calendar_is_refused(start, end, all_day):
    """R-T5: the field is named."""
    with pytest.raises(InvalidRequestError, match=r"^(start|end)_date: "):
        scheduled(at(start), at(end) if end else None, ZoneInfo("UTC"), all_day=all_day)


def test_times_in_the_hour_that_comes_twice_keep_their_order():
    """R-D4: from half past one to a quarter past one is 45 minutes, on that one night."""
    when = scheduled(at("2026-11-01T05:30Z"), at("2026-11-01T06:15Z"), NEW_YORK, all_day=False)
    assert when.end - when.start == timedelta(minutes=45)


def test_an_all_day_entry_may_be_given_with_times():
    """R-T5: a model says nine o'clock and the day it ends: that is one day."""
    when = scheduled(at("2026-05-13T09:00"), at("2026-05-13"), NEW_YORK, all_day=True)
    assert when.spoken(TOKYO) == "on Wednesday, May 13, 2026"


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=40)), MOMENTS, ZONES)
def test_moving_an_entry_keeps_how_long_it_lasts(start, lasts, moved_to, zone):
    """R-D4: also over a change of the clock."""
    old = scheduled(start.replace(tzinfo=UTC), (start + lasts).replace(tzinfo=UTC), zone, all_day=False)
    new = rescheduled(old, moved_to, None, zone, all_day=None)
    assert new.end - new.start == lasts
    assert new.start == scheduled(moved_to, None, zone, all_day=False).start


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(0, 30), MOMENTS, ZONES)
def test_moving_an_all_day_entry_keeps_its_number_of_days(first, more, moved_to, zone):
    """R-D4: days are counted, not hours."""
    begins = at(first.isoformat())
    old = scheduled(begins, begins + timedelta(days=more), zone, all_day=True)
    seen = rescheduled(old, moved_to, None, zone, all_day=None).seen(zone)
    assert seen[0].date() == moved_to.date()
    assert (seen[1].date() - seen[0].date()).days == more


def test_an_entry_can_begin_to_last_all_day_and_cease_to():
    """R-T5: what becomes of its times is said or asked for."""
    timed = scheduled(at("2026-05-13T09:00"), at("2026-05-14T10:00"), NEW_YORK, all_day=False)
    whole = rescheduled(timed, None, None, NEW_YORK, all_day=True)
    assert whole.spoken(NEW_YORK) == "from Wednesday, May 13, 2026 to Thursday, May 14, 2026"
    with pytest.raises(InvalidRequestError, match=r"^start_date: say when it begins"):
        rescheduled(whole, None, None, NEW_YORK, all_day=False)
    again = rescheduled(whole, at("2026-05-13T18:00"), None, NEW_YORK, all_day=False)
    assert again.spoken(NEW_YORK) == "on Wednesday, May 13, 2026 from 18:00 to 19:00"
    assert rescheduled(timed, None, None, TOKYO, all_day=None) == timed


def test_changing_the_end_leaves_the_beginning():
    """R-T5: and it must still come after it."""
    old = scheduled(at("2026-05-13T09:00"), None, NEW_YORK, all_day=False)
    longer = rescheduled(old, None, at("2026-05-13T12:00"), NEW_YORK, all_day=None)
    assert longer.spoken(NEW_YORK) == "on Wednesday, May 13, 2026 from 09:00 to 12:00"
    with pytest.raises(InvalidRequestError, match=r"^end_date: "):
        rescheduled(old, None, at("2026-05-13T08:00"), NEW_YORK, all_day=None)


def test_days_begin_and_end_at_the_members_midnight():
    """R-D4: 23, 24 or 25 hours."""
    lengths = [days(day, day, NEW_YORK) for day in (date(2026, 3, 8), date(2026, 5, 13), date(2026, 11, 1))]
    assert [(day.end - day.start) // HOUR for day in lengths] == [23, 24, 25]
