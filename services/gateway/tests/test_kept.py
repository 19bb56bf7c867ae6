"""What is read of LIVE for a client that comes back: the newest turn, and everything where that is too little."""

from uuid import uuid4

import pytest

from pam_gateway.kept import Kept
from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import subjects, topology
from pam_shared.contracts.live import FRAME_SEPARATOR
from services.gateway.tests.live_events import at, frame, places, turn


class Talk:
    """A conversation whose events LIVE holds."""

    def __init__(self, bus, kept) -> None:
        self.bus, self.kept, self.user, self.id = bus, kept, uuid4(), uuid4()

    async def live(self, frames) -> None:
        """Have LIVE keep events, all in one entry."""
        body = FRAME_SEPARATOR.join(frame(*each, conversation=self.id).raw for each in places(frames))
        await self.bus.jetstream.publish(subjects.live(self.user, self.id), body)

    async def behind(self, position):
        return places(await self.kept.behind(self.user, self.id, position))


@pytest.fixture
async def talk(bus):
    reader = LogReader(bus, topology.LIVE)
    await reader.start()
    yield Talk(bus, Kept(reader))
    await reader.stop()


@pytest.fixture
async def second(talk):
    """A conversation of two turns, of which the second was found to be the newest."""
    for epoch in (1, 2):
        await talk.live(turn(epoch, 3))
    assert await talk.behind(None) == places([*turn(1, 3), *turn(2, 3)])
    return talk


@pytest.mark.parametrize("position", [None, at(2, 1), at(2, 2), at(3, 1)])
async def test_who_knows_the_newest_turn_is_read_nothing_older(second, position):
    """R-L3: coming back costs a turn, however long the conversation has been."""
    await second.live(turn(3, 2))
    assert await second.behind(position) == places([*turn(2, 3), *turn(3, 2)])
    assert await second.behind(at(3, 1)) == places(turn(3, 2))


@pytest.mark.parametrize("position", [at(0, 0), at(1, 3)])
async def test_who_is_further_back_is_read_everything(second, position):
    """G3: a slow client must not miss what a quick one has seen already."""
    assert await second.behind(position) == places([*turn(1, 3), *turn(2, 3)])


async def test_where_its_time_was_over_what_came_since_is_found(second):
    """G3: LIVE keeps a quarter of an hour."""
    await second.bus.jetstream.purge_stream(topology.LIVE, subject=subjects.live(second.user, second.id))
    assert await second.behind(at(2, 2)) == []
    await second.live(turn(3, 2))
    assert await second.behind(at(2, 2)) == places(turn(3, 2))
    assert await second.behind(None) == places(turn(3, 2))


async def test_where_live_was_wiped_and_counts_anew_what_came_since_is_found(second):
    """G3: a NATS server that starts again has an empty LIVE, whose sequences begin at one."""
    stream = await second.bus.jetstream.stream_info(topology.LIVE)
    await second.bus.jetstream.delete_stream(topology.LIVE)
    await second.bus.jetstream.add_stream(stream.config)
    await second.live(turn(3, 2))
    assert await second.behind(at(3, 1)) == places(turn(3, 2))
