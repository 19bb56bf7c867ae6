"""The calendar: entries in the member's zone, changed, listed and deleted, and reminders of maintenance."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pam_shared.errors import InvalidRequestError, NotFoundError
from pam_tools_account.follows.maintenance_logged import maintenance_logged
from pam_tools_account.tools.create_calendar_event import NewEvent, create_calendar_event
from pam_tools_account.tools.delete_calendar_event import delete_calendar_event
from pam_tools_account.tools.get_calendar_events import get_calendar_events
from pam_tools_account.tools.update_calendar_event import update_calendar_event

NEW_YORK = "America/New_York"


async def titles(member, **asked):
    return [event.title for event in (await member.run(get_calendar_events, **asked)).events]


async def test_an_entry_is_made_at_the_members_own_time(new_member):
    """R-D4: nine o'clock is nine where the member is, and is shown so."""
    member = new_member(NEW_YORK)
    made = await member.run(create_calendar_event, title="Oil change", start_date="2026-05-14T09:00")
    event = made.event
    assert made.message == "“Oil change” on Thursday, May 14, 2026 from 09:00 to 10:00 is in your calendar."
    assert event.start_date.isoformat() == "2026-05-14T09:00:00-04:00"
    assert (event.event_type, event.reminder_minutes, event.is_private) == ("reminder", [15], True)
    assert event.reminders_at[0].isoformat() == "2026-05-14T08:45:00-04:00"
    [elsewhere] = (await member.at(member.now, "UTC").run(get_calendar_events)).events
    assert (elsewhere.start_date, elsewhere.start_date.hour) == (event.start_date, 13)


async def test_all_that_can_be_said_of_an_entry_is_kept(member):
    """R-T1: every field comes back as it was given."""
    said = {
        "title": "Rally",
        "description": "Bring chairs.",
        "event_type": "meetup",
        "location_name": "Quartzsite",
        "reminder_minutes": [1440, 60],
        "color": "#ff8800",
        "is_private": False,
    }
    made = (await member.run(create_calendar_event, start_date="2026-05-20", all_day=True, **said)).event
    assert made.model_dump(include=set(said)) == said
    [listed] = (await member.run(get_calendar_events)).events
    assert listed == made
    assert listed.reminders_at == [datetime(2026, 5, 19, tzinfo=UTC), datetime(2026, 5, 19, 23, tzinfo=UTC)]


async def test_the_next_thirty_days_are_listed_in_order(member):
    """R-T1: today counts, the thirtieth day counts, the thirty-first does not."""
    for day in ("2026-06-13", "2026-06-12T23:59", "2026-05-13T00:00", "2026-05-12T22:59", "2026-05-20"):
        await member.run(create_calendar_event, title=day, start_date=day)
    found = await member.run(get_calendar_events)
    assert [event.title for event in found.events] == ["2026-05-13T00:00", "2026-05-20", "2026-06-12T23:59"]
    assert found.message.startswith("In your calendar from May 13, 2026 to June 12, 2026: “2026-05-13T00:00” on")


async def test_an_entry_is_on_every_day_it_touches(member):
    """R-T5: what began before is still there."""
    await member.run(create_calendar_event, title="Trip", start_date="2026-05-10T12:00", end_date="2026-05-15T12:00")
    for day in range(9, 18):
        asked = {"start_date": f"2026-05-{day:02}", "end_date": f"2026-05-{day:02}"}
        assert await titles(member, **asked) == (["Trip"] if 10 <= day <= 15 else [])


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC", NEW_YORK])
async def test_an_all_day_entry_is_on_its_day_in_every_zone(member, zone):
    """R-D4: fourteen hours ahead or eleven behind."""
    await member.run(create_calendar_event, title="Birthday", start_date="2026-05-20", all_day=True)
    there = member.at(member.now, zone)
    assert await titles(there, start_date="2026-05-20", end_date="2026-05-20") == ["Birthday"]
    assert await titles(there, start_date="2026-05-19", end_date="2026-05-19") == []
    assert await titles(there, start_date="2026-05-21", end_date="2026-05-21") == []


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    hours=st.lists(st.integers(-60, 60), min_size=1, max_size=8, unique=True),
    zone=st.sampled_from(["UTC", NEW_YORK, "Asia/Kathmandu", "Pacific/Kiritimati"]),
)
async def test_every_entry_is_on_the_day_its_own_clock_shows(new_member, hours, zone):
    """R-D4: none is lost at midnight, none is on two days."""
    member = new_member(zone)
    begin = {}
    for hour in hours:
        moment = member.now + timedelta(hours=hour)
        ends = moment + timedelta(minutes=1)
        made = await member.run(create_calendar_event, title=str(hour), start_date=moment, end_date=ends)
        begin[str(hour)] = made.event.start_date.date()
    for day in set(begin.values()):
        found = await titles(member, start_date=day, end_date=day)
        assert sorted(found) == sorted(title for title, its in begin.items() if its == day)


async def test_a_list_that_is_cut_says_so(member):
    """R-T5: what is left out is not hidden."""
    for hour in range(7):
        await member.run(create_calendar_event, title=f"No {hour}", start_date=f"2026-05-14T0{hour}:00")
    whole = await member.run(get_calendar_events)
    assert (whole.count, whole.more) == (7, False)
    assert whole.message.endswith("“No 4” on Thursday, May 14, 2026 from 04:00 to 05:00 and 2 more.")
    cut = await member.run(get_calendar_events, limit=6)
    assert (cut.count, cut.more) == (6, True)
    assert cut.message.endswith(" and at least 2 more.")


async def test_entries_are_listed_by_type(member):
    """R-T1: and an empty list is an answer."""
    await member.run(create_calendar_event, title="Dentist", start_date="2026-05-14", event_type="appointment")
    assert await titles(member, event_type="appointment") == ["Dentist"]
    none = await member.run(get_calendar_events, event_type="birthday")
    assert (none.is_empty, none.message) == (True, "Your calendar is empty from May 13, 2026 to June 12, 2026.")


async def test_days_in_the_wrong_order_are_refused(member):
    """R-T5: the field is named."""
    with pytest.raises(InvalidRequestError, match=r"^end_date: 2026-05-12 is before start_date, 2026-05-13"):
        await member.run(get_calendar_events, end_date="2026-05-12")


async def test_a_change_keeps_what_is_not_said(member):
    """R-T1: moved, it lasts as long as before."""
    made = await member.run(
        create_calendar_event,
        title="Oil change",
        start_date="2026-05-14T09:00",
        end_date="2026-05-14T11:00",
        description="Bring filter.",
    )
    moved = await member.run(update_calendar_event, event_id=made.event.id, start_date="2026-05-15T14:00")
    assert moved.message == "“Oil change” on Friday, May 15, 2026 from 14:00 to 16:00 is in your calendar now."
    assert moved.event.description == "Bring filter."
    changes = {"title": "Tires", "description": "", "reminder_minutes": [], "color": "red"}
    changed = (await member.run(update_calendar_event, event_id=made.event.id, **changes)).event
    assert (changed.title, changed.description, changed.reminder_minutes, changed.color) == ("Tires", None, [], "red")
    assert (changed.start_date, changed.end_date) == (moved.event.start_date, moved.event.end_date)
    assert (await member.run(get_calendar_events)).events == [changed]
    same = await member.run(update_calendar_event, event_id=made.event.id)
    assert (same.event, same.message.endswith("is in your calendar as before.")) == (changed, True)


async def test_what_is_deleted_is_gone(member):
    """R-T1: deleting asks the member first, and a second time there is nothing."""
    made = await member.run(create_calendar_event, title="Dentist", start_date="2026-05-14")
    gone = await member.run(delete_calendar_event, event_id=made.event.id)
    assert (gone.deleted, gone.message) == (True, "“Dentist” is no longer in your calendar.")
    assert (await member.run(get_calendar_events)).is_empty
    again = await member.run(delete_calendar_event, event_id=made.event.id)
    assert (again.deleted, again.is_empty, again.message) == (False, True, "There is no such entry in your calendar.")
    with pytest.raises(NotFoundError, match="event_id: there is no such entry"):
        await member.run(update_calendar_event, event_id=made.event.id, title="Dentist")
    assert delete_calendar_event.effect == "destructive"


async def test_work_that_is_due_again_is_in_the_calendar_under_the_id_it_was_given(member):
    """R-T1: all day on that day, with a reminder, once, however often the event comes."""
    event_id = uuid4()
    logged = {
        "maintenance_id": str(uuid4()),
        "maintenance_type": "oil_change",
        "description": "Synthetic.",
        "cost": "89.00",
        "date": "2026-05-13",
        "next_due_date": "2026-06-01",
        "reminder_event_id": str(event_id),
    }
    for _ in range(2):
        await member.follow(maintenance_logged, logged)
    [reminder] = (await member.run(get_calendar_events)).events
    assert (reminder.id, reminder.title, reminder.all_day) == (event_id, "Maintenance due: oil change", True)
    assert (reminder.start_date.date().isoformat(), reminder.event_type) == ("2026-06-01", "maintenance")
    assert (reminder.description, reminder.reminder_minutes) == ("Synthetic.", [15])


async def test_work_that_is_not_due_again_leaves_no_entry(member):
    """R-T1: no date, no reminder."""
    await member.follow(maintenance_logged, {"maintenance_type": "repair", "next_due_date": None})
    assert (await member.run(get_calendar_events)).is_empty


@pytest.mark.unit
@pytest.mark.parametrize(
    "more",
    [
        {"title": ""},
        {"title": "x" * 201},
        {"start_date": "soon"},
        {"reminder_minutes": [1, 2, 3, 4, 5, 6]},
        {"reminder_minutes": [-1]},
        {"reminder_minutes": [50_000]},
        {"color": "url(x)"},
        {"description": "x" * 2001},
        {"event_type": ""},
    ],
)
def test_an_entry_that_is_none_is_refused(more):
    """R-T3: arguments are checked before the call."""
    with pytest.raises(ValidationError):
        NewEvent(**{"title": "Dentist", "start_date": "2026-05-14"} | more)
