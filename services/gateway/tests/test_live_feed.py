"""Reading live events, and hearing them for as long as somebody listens."""

import asyncio
from uuid import uuid4

import pytest

from pam_gateway.live_feed import LiveFeed, frames_of
from pam_shared.contracts import subjects
from pam_shared.contracts.live import FRAME_SEPARATOR
from services.gateway.tests.live_events import CONVERSATION, FAILED, FINISHED, SAID, STARTED, at, frame, places
from tests.harness.waiting import eventually

SUBJECT = subjects.live(uuid4(), CONVERSATION)


@pytest.mark.unit
def test_a_message_carries_one_event_or_several():
    """G3: the events of one message keep their order."""
    raw = [frame(1, 1, STARTED).raw, frame(1, 2).raw, frame(1, 3, FINISHED).raw]
    frames = frames_of(SUBJECT, FRAME_SEPARATOR.join(raw))
    assert places(frames) == [(1, 1), (1, 2), (1, 3)]
    assert [item.raw for item in frames] == raw
    assert {item.conversation for item in frames} == {CONVERSATION}
    assert frames_of(SUBJECT, raw[0])[0].position == at(1, 1)


@pytest.mark.unit
@pytest.mark.parametrize(("event", "terminal"), [(STARTED, False), (SAID, False), (FINISHED, True), (FAILED, True)])
def test_the_end_of_a_turn_is_known_by_its_event(event, terminal):
    """G1: exactly the two events that end a turn are its end."""
    assert frame(1, 1, event).terminal is terminal


@pytest.mark.unit
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"null",
        b"\xff\xfe",
        b"\n",
        frame(1, 1).raw + b"\n",
        frame(1, 1).raw + b"\n{}",
        b" " + frame(1, 1).raw,
        frame(1, 1).raw.replace(b'"type":"event"', b'"type":"snapshot"'),
        frame(1, 1).raw.replace(b'"sequence":1', b'"sequence":-1'),
        frame(1, 1).raw.replace(b'"epoch":1', b'"epoch":"1"'),
    ],
)
def test_what_is_no_event_is_refused(body):
    """R-O1: nothing that is not an event reaches a client as one."""
    with pytest.raises(ValueError, match="event"):
        frames_of(SUBJECT, body)


@pytest.mark.unit
def test_an_event_of_no_conversation_is_refused():
    """G6: a subject says whose an event is."""
    with pytest.raises(ValueError, match="UUID"):
        frames_of("pam.live.somebody.something", frame(1, 1).raw)


async def test_every_socket_of_a_member_hears_and_nobody_else(bus):
    """G6: two members' live events never meet."""
    feed, ann, ben = LiveFeed(bus), uuid4(), uuid4()
    first, second, other = [], [], []
    for user, heard in ((ann, first), (ann, second), (ben, other)):
        await feed.join(user, heard.append)
    await bus.nats.publish(subjects.live(ann, CONVERSATION), frame(1, 1).raw)
    await bus.nats.publish(subjects.live(ann, CONVERSATION), b"no event at all")
    await bus.nats.publish(subjects.live(ann, CONVERSATION), frame(1, 2).raw)
    await eventually(lambda: len(first) == 2 and len(second) == 2)
    assert places(first) == places(second) == [(1, 1), (1, 2)]
    assert other == []


async def test_a_socket_that_left_hears_nothing_and_the_others_go_on(bus):
    """G3: one client's going is nobody else's loss."""
    feed, user = LiveFeed(bus), uuid4()
    gone, there = [], []
    leaves, stays = gone.append, there.append
    await feed.join(user, leaves)
    await feed.join(user, stays)
    await feed.leave(user, leaves)
    await bus.nats.publish(subjects.live(user, CONVERSATION), frame(1, 1).raw)
    await eventually(lambda: there)
    assert gone == []


async def test_a_socket_hears_though_another_came_and_went_while_it_joined(bus):
    """G3: joining has no moment in which another socket's going takes the subscription away."""
    feed, user = LiveFeed(bus), uuid4()
    heard, other = [], [].append
    joining = asyncio.create_task(feed.join(user, heard.append))
    while user not in feed._feeds:  # noqa: ASYNC110 - the moment is meant, and it is short
        await asyncio.sleep(0)
    await feed.join(user, other)
    await feed.leave(user, other)
    await joining
    await bus.nats.publish(subjects.live(user, CONVERSATION), frame(1, 1).raw)
    await bus.nats.flush()
    await eventually(lambda: heard, within=2)
