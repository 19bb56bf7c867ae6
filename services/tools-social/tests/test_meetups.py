"""Meet-ups and their seats."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from pam_shared.errors import ConflictError, InvalidRequestError, NotFoundError
from pam_tools_social.events import MeetupCreated, SeatTaken
from pam_tools_social.tools.create_event import create_event
from pam_tools_social.tools.find_events import find_events
from pam_tools_social.tools.rsvp_event import rsvp_event

SUMMER = "2036-07-04T18:00:00"


async def invite(member, **more):
    asked = {"title": "Potluck", "event_date": SUMMER, "location": "Lake Havasu, AZ", **more}
    return (await member.run(create_event, **asked)).event


async def test_a_meetup_is_set_in_the_members_zone_with_its_host_in_the_first_seat(ann):
    """R-T1: a time without an offset is where the member is."""
    phoenix = ann.at(datetime.now(UTC), "America/Phoenix")
    result = await phoenix.run(create_event, title="Potluck", event_date=SUMMER, location="Lake Havasu, AZ")
    assert (
        result.message
        == "Potluck is set for Friday, July 4, 2036, 18:00 at Lake Havasu, AZ. It is seen by every member."
    )
    assert result.event.event_date == datetime(2036, 7, 5, 1, 0, tzinfo=UTC)
    assert (result.event.attendee_count, result.event.going) == (1, True)
    assert [type(event) for event in phoenix.events] == [MeetupCreated]
    abroad = await phoenix.run(create_event, title="P", event_date=f"{SUMMER}+02:00", location="Lake")
    assert abroad.event.event_date == datetime(2036, 7, 4, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"event_date": "2020-01-01T10:00"}, "event_date: 2020-01-01 10:00 has passed"),
        ({"latitude": 1}, "latitude and longitude belong together"),
        ({"latitude": 91, "longitude": 0}, "latitude"),
        ({"latitude": "nan", "longitude": 0}, "latitude"),
        ({"max_attendees": 0}, "max_attendees"),
        ({"max_attendees": 1001}, "max_attendees"),
        ({"title": " "}, "title"),
        ({"location": ""}, "location"),
    ],
)
async def test_a_bad_meetup_is_refused_with_the_fields_name(ann, arguments, named):
    """R-T3: the model is told what to correct."""
    with pytest.raises(InvalidRequestError, match=named):
        await invite(ann, **arguments)


async def test_the_last_seat_goes_to_one_of_fifty_at_once(ann, new_member, administrator):
    """R-T1: capacity holds under concurrency, and everybody else is told that it is full."""
    event = await invite(ann, max_attendees=2)
    members = [await new_member() for _ in range(50)]
    calls = (member.run(rsvp_event, event_id=event.id) for member in members)
    told = await asyncio.gather(*calls, return_exceptions=True)
    seated = [result for result in told if not isinstance(result, Exception)]
    assert len(seated) == 1
    assert {str(error) for error in told if isinstance(error, Exception)} == {"Potluck is full: all 2 seats are taken."}
    assert all(isinstance(error, ConflictError) for error in told if isinstance(error, Exception))
    assert await seats(administrator, event) == (2, 2)


async def test_a_member_who_answers_many_times_at_once_takes_one_seat(ann, ben, administrator):
    """R-T1: a seat is a state; others hear of it once."""
    event = await invite(ann, max_attendees=3)
    told = await asyncio.gather(*(ben.run(rsvp_event, event_id=event.id) for _ in range(10)))
    assert all(result.event.going for result in told)
    assert await seats(administrator, event) == (2, 2)
    assert ben.events == [SeatTaken(meetup_id=event.id, host_id=ann.user)]


async def test_coming_and_not_coming_after_all_leaves_the_count_that_is_there(ann, new_member, administrator):
    """R-T1: a storm of answers ends in an exact count."""
    event = await invite(ann, max_attendees=5)
    members = [await new_member() for _ in range(12)]
    calls = [member.run(rsvp_event, event_id=event.id, cancel=turn % 2 == 1) for turn in range(4) for member in members]
    await asyncio.gather(*calls, return_exceptions=True)
    counted, there = await seats(administrator, event)
    assert counted == there <= 5


async def seats(administrator, event):
    """How many seats are taken, by the counter and by the rows."""
    return tuple(
        await administrator.fetchrow(
            "select attendee_count, (select count(*) from social.event_attendees where meetup_id = m.id)"
            " from social.meetups m where id = $1",
            event.id,
        )
    )


async def test_a_seat_that_is_given_up_is_free(ann, ben, cat):
    """R-T1: the host keeps theirs."""
    event = await invite(ann, max_attendees=2)
    said = await ben.run(rsvp_event, event_id=event.id)
    assert said.message == "You are going to Potluck on Friday, July 4, 2036, 18:00."
    with pytest.raises(ConflictError, match="full"):
        await cat.run(rsvp_event, event_id=event.id)
    said = await ben.run(rsvp_event, event_id=event.id, cancel=True)
    assert said.message == "You are not going to Potluck on Friday, July 4, 2036, 18:00."
    assert (await cat.run(rsvp_event, event_id=event.id)).event.attendee_count == 2
    with pytest.raises(ConflictError, match="You host Potluck"):
        await ann.run(rsvp_event, event_id=event.id, cancel=True)


async def test_a_meetup_that_is_over_has_no_seats(ann, ben):
    """R-T5: dates are checked."""
    event = await invite(ann)
    late = ben.at(datetime(2036, 7, 5, tzinfo=UTC))
    with pytest.raises(ConflictError, match="it is over"):
        await late.run(rsvp_event, event_id=event.id)
    assert event.id not in [one.id for one in (await late.run(find_events, limit=100)).events]


async def test_a_meetup_for_friends_is_not_there_for_others(ann, ben, cat):
    """R-T6: not in a search, not by its id."""
    await ann.befriend(ben)
    event = await invite(ann, title=f"Friends of {ann.name}", is_public=False)
    assert [one.id for one in (await ben.run(find_events, query=ann.name)).events] == [event.id]
    assert (await cat.run(find_events, query=ann.name)).is_empty
    with pytest.raises(NotFoundError, match="event_id: I see no such meet-up"):
        await cat.run(rsvp_event, event_id=event.id)


async def test_friends_who_show_it_are_told_to_be_coming(ann, ben, cat):
    """R-T1: show_activity; of strangers the number is known, not the names."""
    await ben.befriend(cat)
    event = await invite(ann, title=f"With {ann.name}")
    for member in (ben, cat):
        await member.run(rsvp_event, event_id=event.id)

    async def friends_going(member):
        [found] = (await member.run(find_events, query=f"With {ann.name}")).events
        return found.friends_going

    assert (await friends_going(ben), await friends_going(cat), await friends_going(ann)) == (
        [cat.name],
        [ben.name],
        [],
    )
    await cat.privacy(show_activity=False)
    assert (await friends_going(ben), await friends_going(cat)) == ([], [ben.name])


async def test_meetups_are_found_by_words_and_near_a_point_the_soonest_first(ann, ben):
    """R-T1: within so many miles, measured."""
    word = ann.name
    later = await invite(ann, title=word, event_date="2036-08-01T10:00", latitude=34.3, longitude=-114.2)
    sooner = await invite(ann, title=word.upper(), event_date="2036-07-01T10:00", latitude=33.7, longitude=-114.2)
    placeless = await invite(ann, title="Potluck", description=f"by {word}")
    assert [one.id for one in (await ben.run(find_events, query=word)).events] == [sooner.id, placeless.id, later.id]
    near = {"latitude": 33.66, "longitude": -114.23}
    assert [one.id for one in (await ben.run(find_events, query=word, **near)).events] == [sooner.id, later.id]
    found = await ben.run(find_events, query=word, **near, radius_miles=20)
    assert found.message == f"1 meet-up: {word.upper()} on Tuesday, July 1, 2036, 10:00 at Lake Havasu, AZ."
    empty = await ben.run(find_events, query=word, latitude=0, longitude=0)
    assert empty.message == "I know of no such meet-up to come. Shall I set one up for you?"


async def test_a_far_future_is_kept_to_the_second(ann):
    """R-T1: times are what they were."""
    when = datetime.now(UTC).replace(microsecond=0) + timedelta(days=365)
    assert (await invite(ann, event_date=when.isoformat())).event_date == when
