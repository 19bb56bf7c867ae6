"""Reading live events, and hearing them for as long as somebody listens."""

import asyncio
from uuid import uuid4

import pytest

from pam_gateway.live_feed import LiveFeed, frames_of
from pam_shared.bus.connection import Bus
from pam_shared.contracts import subjects
from pam_shared.contracts.live import FRAME_SEPARATOR
from pam_shared.embedded.nats import start_nats
from services.gateway.tests.live_events import (
    CONVERSATION,
    FAILED,
    SAID,
    at,
    finished,
    frame,
    places,
    so_far,
    started,
    superseded,
)
from tests.harness.waiting import eventually

SUBJECT = subjects.live(uuid4(), CONVERSATION)


@pytest.mark.unit
def test_a_message_carries_one_event_or_several():
    """G3: the events of one message keep their order."""
    raw = [frame(1, 1, started("t")).raw, frame(1, 2).raw, frame(1, 3, finished("t")).raw]
    frames = frames_of(SUBJECT, FRAME_SEPARATOR.join(raw))
    assert places(frames) == [(1, 1), (1, 2), (1, 3)]
    assert [item.raw for item in frames] == raw
    assert {item.conversation for item in frames} == {CONVERSATION}
    assert frames_of(SUBJECT, raw[0])[0].position == at(1, 1)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("event", "terminal"), [(started("t"), False), (SAID, False), (finished("t"), True), (FAILED, True)]
)
def test_the_end_of_a_turn_is_known_by_its_event(event, terminal):
    """G1: exactly the two events that end a turn are its end."""
    assert frame(1, 1, event).terminal is terminal


@pytest.mark.unit
@pytest.mark.parametrize(
    ("event", "kind", "turn"),
    [
        (started("t"), "RUN_STARTED", "t"),
        (finished("t"), "RUN_FINISHED", "t"),
        (superseded("t"), "pam.superseded", "t"),
        (so_far("t"), "pam.so_far", "t"),
        (FAILED, "RUN_ERROR", None),
        (SAID, "pam.said", None),
    ],
)
def test_the_turn_an_event_names_is_read_from_its_head(event, kind, turn):
    """G3: what begins, replaces or ends which turn is known without parsing the event."""
    read = frame(1, 1, event)
    assert (read.kind, read.turn) == (kind, turn)


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


class Heard:
    """A listener that keeps what it hears."""

    def __init__(self):
        self.frames, self.interruptions = [], 0

    def hear(self, item):
        self.frames.append(item)

    def interrupted(self):
        self.interruptions += 1


async def test_every_socket_of_a_member_hears_and_nobody_else(bus):
    """G6: two members' live events never meet."""
    feed, ann, ben = LiveFeed(bus), uuid4(), uuid4()
    first, second, other = Heard(), Heard(), Heard()
    for user, heard in ((ann, first), (ann, second), (ben, other)):
        await feed.join(user, heard)
    await bus.nats.publish(subjects.live(ann, CONVERSATION), frame(1, 1).raw)
    await bus.nats.publish(subjects.live(ann, CONVERSATION), b"no event at all")
    await bus.nats.publish(subjects.live(ann, CONVERSATION), frame(1, 2).raw)
    await eventually(lambda: len(first.frames) == 2 and len(second.frames) == 2)
    assert places(first.frames) == places(second.frames) == [(1, 1), (1, 2)]
    assert other.frames == []


async def test_a_socket_that_left_hears_nothing_and_the_others_go_on(bus):
    """G3: one client's going is nobody else's loss."""
    feed, user = LiveFeed(bus), uuid4()
    leaves, stays = Heard(), Heard()
    await feed.join(user, leaves)
    await feed.join(user, stays)
    await feed.leave(user, leaves)
    await bus.nats.publish(subjects.live(user, CONVERSATION), frame(1, 1).raw)
    await eventually(lambda: stays.frames)
    assert leaves.frames == []


async def test_a_socket_hears_though_another_came_and_went_while_it_joined(bus):
    """G3: joining has no moment in which another socket's going takes the subscription away."""
    feed, user = LiveFeed(bus), uuid4()
    heard, other = Heard(), Heard()
    joining = asyncio.create_task(feed.join(user, heard))
    while user not in feed._feeds:  # noqa: ASYNC110 - the moment is meant, and it is short
        await asyncio.sleep(0)
    await feed.join(user, other)
    await feed.leave(user, other)
    await joining
    await bus.nats.publish(subjects.live(user, CONVERSATION), frame(1, 1).raw)
    await bus.nats.flush()
    await eventually(lambda: heard.frames, within=2)


async def test_a_listener_is_told_that_the_connection_was_gone(tmp_path):
    """G3: what was said meanwhile did not come, and perhaps nothing behind it ever shows that."""
    server = await start_nats(tmp_path / "nats")
    bus = Bus("gateway", server.url)
    await bus.connect()
    feed, heard = LiveFeed(bus), Heard()
    await feed.join(uuid4(), heard)
    await server.stop()
    server = await start_nats(tmp_path / "nats", port=server.port)
    await eventually(lambda: heard.interruptions == 1)
    await bus.close()
    await server.stop()
