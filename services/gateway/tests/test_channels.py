"""Conversations a client has open, on a real NATS: whatever does not come is found, or told."""

import asyncio
from uuid import uuid4

import pytest

from pam_gateway.course import START
from pam_gateway.live_feed import LiveFeed
from pam_gateway.replay import Replay
from pam_gateway.sockets.channels import Channels
from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import frames, subjects, topology
from pam_shared.contracts.live import FRAME_SEPARATOR
from services.gateway.tests.live_events import at, frame, places, so_far, turn
from tests.harness.waiting import eventually


class Client:
    """Where frames go, with a conversation open in between."""

    has_room = True

    def __init__(self, bus, person, replay) -> None:
        self.bus, self.user, self.conversation = bus, person.user, uuid4()
        self.told, self.events, self.closed = [], [], None
        self.channels = Channels(person.identity(), replay, self, 16)

    def put(self, item):
        self.told.append(item)

    def put_event(self, item):
        self.events.append(item)

    def close(self, code, reason=""):
        self.closed = code

    async def live(self, *said):
        """Say something, which all who listen hear and LIVE keeps."""
        own = [frame(*place, conversation=self.conversation) if isinstance(place, tuple) else place for place in said]
        body = FRAME_SEPARATOR.join(item.raw for item in own)
        await self.bus.jetstream.publish(subjects.live(self.user, self.conversation), body)
        return own

    @property
    def kinds(self):
        return [item.type for item in self.told]


@pytest.fixture
async def live(bus):
    reader = LogReader(bus, topology.LIVE)
    await reader.start()
    yield reader
    await reader.stop()


@pytest.fixture
async def client(bus, live, log, acceptance, person):
    client = Client(bus, person, Replay(bus, live, log, acceptance))
    yield client
    client.channels.leave()


async def test_what_was_said_while_the_connection_was_gone_is_found_afterwards(client):
    """G3: also the last event of a turn, behind which nothing comes that would show a hole."""
    said = turn(1, 5)
    await client.live(*said[:2])
    await client.channels.open(client.conversation, None)
    await client.live(*said[2:])
    client.channels.interrupted()
    await eventually(lambda: len(client.events) == 5, within=2)
    assert places(client.events) == places(said)
    assert client.kinds == ["opened"]


async def test_what_live_lacks_for_a_moment_is_no_reason_for_a_snapshot(client):
    """G3: what was just heard may be stored a little later."""
    said = turn(1, 4)
    await client.live(*said[:1])
    await client.channels.open(client.conversation, None)
    heard = [frame(1, 3, conversation=client.conversation)]
    client.channels.hear(heard[0])
    await asyncio.sleep(0.02)
    await client.live(said[1])
    await eventually(lambda: len(client.events) == 3, within=2)
    assert places(client.events) == [(1, 1), (1, 2), (1, 3)]
    assert client.kinds == ["opened"]


async def test_what_is_gone_is_told_by_a_snapshot(client, recording, acceptance, person, incoming):
    """G3: the position is not in LIVE and the log does not say that a turn ended there."""
    await acceptance.accept(person.identity(), incoming("hello", conversation=client.conversation))
    await client.channels.open(client.conversation, at(1, 5))
    assert client.kinds == ["opened", "snapshot"]
    assert (client.told[0].recovered, client.told[0].position) == (False, START.position)
    assert [message.content for message in client.told[1].messages] == ["hello"]


async def test_who_left_an_empty_conversation_is_told_what_was_said_since(client, conversation):
    """G3: ``0:0`` is a position: the first turn came and went while the client was away."""
    client.conversation = conversation.id
    await client.channels.open(conversation.id, None)
    position = client.told[0].position
    client.channels.close(conversation.id)
    await conversation.begin(uuid4())
    (begun,) = await conversation.entries()
    said = await client.live(*turn(begun.sequence, 3))
    await client.channels.open(conversation.id, position)
    assert client.kinds == ["opened", "opened"]
    assert places(client.events) == places(said)


@pytest.mark.parametrize("left", [[], turn(7, 2)], ids=["nothing", "a later turn"])
async def test_who_left_an_empty_conversation_that_live_has_forgotten_gets_a_snapshot(
    client, conversation, recording, left
):
    """G3: what LIVE holds is not all there ever was, and nothing of it would show that."""
    client.conversation = conversation.id
    await conversation.begin(uuid4())
    if left:
        await client.live(*left)
    await client.channels.open(conversation.id, START.position)
    assert client.kinds == ["opened", "snapshot"]
    assert client.told[0].recovered is False


async def test_a_client_that_has_the_end_of_the_newest_turn_has_everything(
    client, conversation, incoming, acceptance, person
):
    """G3: LIVE may have forgotten it; the log has not."""
    message = incoming("hello", conversation=conversation.id)
    await acceptance.accept(person.identity(), message)
    await conversation.finish(message.id)
    await client.channels.open(conversation.id, at(1, 9))
    assert client.told == [frames.Opened(conversation=conversation.id, position=at(1, 9), recovered=True)]


async def test_a_turn_said_again_after_live_was_lost_replaces_what_the_client_has(client, recording):
    """G3: snapshot first, then the running turn as far as it is."""
    await client.channels.open(client.conversation, None)
    for item in turn(1, 2, ends=False):
        client.channels.hear(frame(*places([item])[0], conversation=client.conversation))
    said = [frame(1, 4, so_far("turn 1"), client.conversation), frame(1, 5, conversation=client.conversation)]
    await client.live(*said)
    for item in said:
        client.channels.hear(item)
    await eventually(lambda: len(client.events) == 4, within=3)
    assert client.kinds == ["opened", "opened", "snapshot"]
    assert client.told[1].recovered is False
    assert places(client.events) == [(1, 1), (1, 2), (1, 4), (1, 5)]


async def test_a_hole_that_nobody_can_fill_ends_the_connection(client):
    """G3: while persistence is away there is no snapshot; the client comes back and asks again."""
    await client.channels.open(client.conversation, None)
    client.channels.hear(frame(1, 3, conversation=client.conversation))
    await eventually(lambda: client.closed, within=8)
    assert client.closed == frames.CloseCode.POSITION_LOST


async def test_every_listener_of_a_feed_is_looked_after(client, bus):
    """G3: channels take part in a feed as they are."""
    feed = LiveFeed(bus)
    await feed.join(client.user, client.channels)
    await client.channels.open(client.conversation, None)
    said = await client.live((1, 1), (1, 2))
    await eventually(lambda: len(client.events) == 2, within=2)
    assert [item.raw for item in client.events] == [item.raw for item in said]
    await feed.leave(client.user, client.channels)


async def test_a_snapshot_holds_the_newest_message_though_a_cancel_came_behind_it(
    client, recording, acceptance, person, incoming
):
    """G3: what is in the log is in the snapshot, however far behind the record is."""
    message = incoming("hello", conversation=client.conversation)
    await acceptance.accept(person.identity(), message)
    await acceptance.cancel(person.identity(), client.conversation, message.id, "r")
    await client.channels.open(client.conversation, at(1, 5))
    assert [said.content for said in client.told[1].messages] == ["hello"]
