"""One conversation on one socket: no gap, no repeat, nothing ahead of its time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam_gateway.replay import Resumption, resume
from pam_gateway.sockets.channel import BUFFER_MAX, Channel
from pam_shared.contracts.live import LiveFrame
from services.gateway.tests.live_events import CONVERSATION, FINISHED, at, frame, places, turn

pytestmark = pytest.mark.unit


class Sent:
    """Where a channel's frames go, in the place of a socket's queue."""

    def __init__(self):
        self.raw: list[str] = []

    def put_raw(self, text):
        self.raw.append(text)

    @property
    def places(self):
        read = [LiveFrame.model_validate_json(text) for text in self.raw]
        return [(item.epoch, item.sequence) for item in read]


@pytest.fixture
def sent():
    return Sent()


@pytest.fixture
def holes():
    return []


@pytest.fixture
def channel(sent, holes):
    return Channel(CONVERSATION, sent, holes.append)


NOW = Resumption(None, [], recovered=True)


def hear(channel, *frames):
    for item in frames:
        channel.hear(item)


def test_live_events_wait_until_what_was_missed_is_sent(channel, sent, holes):
    """G3: joining without a gap: buffer, send the replay to its top, then what was buffered behind it."""
    frames = turn(1, 6)
    hear(channel, *frames[2:5])
    assert sent.raw == []
    channel.join(resume(at(1, 1), frames[:4]))
    hear(channel, frames[5])
    assert sent.places == places(frames[1:])
    assert holes == []


def test_an_event_that_comes_twice_is_sent_once(channel, sent, holes):
    """G3: nothing twice."""
    frames = turn(1, 4)
    channel.join(NOW)
    hear(channel, frames[0], frames[0], frames[1], frames[0], frames[2], frames[1], frames[3], frames[3])
    assert sent.places == places(frames)
    assert holes == []


def test_a_superseded_attempt_is_not_heard_any_more(channel, sent, holes):
    """G3: behind the takeover nothing of the attempt that lost."""
    channel.join(NOW)
    hear(channel, frame(1, 1), frame(1, 2), frame(2, 1), frame(1, 3), frame(2, 2))
    assert sent.places == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert holes == []


def test_held_events_come_in_order_after_the_release(channel, sent):
    """G1: a message's events never overtake its ack."""
    channel.join(NOW)
    channel.hold()
    hear(channel, *turn(1, 3))
    assert sent.raw == []
    channel.release()
    assert sent.places == [(1, 1), (1, 2), (1, 3)]


def test_each_of_several_holds_must_be_released(channel, sent):
    """G1: two messages on their way hold twice."""
    channel.join(NOW)
    channel.hold()
    channel.hold()
    hear(channel, frame(1, 1))
    channel.release()
    assert sent.raw == []
    channel.release()
    assert sent.places == [(1, 1)]


def test_a_channel_that_is_held_while_it_joins_sends_nothing_before_both_are_over(channel, sent):
    """G1, G3: neither opens the other's door."""
    channel.hold()
    hear(channel, frame(1, 2))
    channel.join(Resumption(at(1, 0), [frame(1, 1)], recovered=True))
    assert sent.raw == []
    channel.release()
    assert sent.places == [(1, 1), (1, 2)]


def test_at_a_hole_the_channel_asks_once_and_goes_on_when_it_is_filled(channel, sent, holes):
    """G3: nothing missing: what was lost between agent and here is read again before anything else is sent."""
    frames = turn(1, 8)
    channel.join(NOW)
    hear(channel, *frames[:2], frames[4], frames[5], frames[7])
    assert sent.places == places(frames[:2])
    assert holes == [channel]
    channel.join(resume(channel.position, frames))
    assert sent.places == places(frames)
    assert holes == [channel]


def test_a_second_hole_is_asked_about_too(channel, sent, holes):
    """G3: filling one hole does not end the watch."""
    frames = turn(1, 8)
    channel.join(NOW)
    hear(channel, frames[0], frames[2])
    channel.join(resume(channel.position, frames[:3]))
    hear(channel, frames[5])
    assert holes == [channel, channel]
    channel.join(resume(channel.position, frames))
    assert sent.places == places(frames)


def test_a_hole_that_cannot_be_filled_is_left_behind(channel, sent, holes):
    """G3: after a snapshot the channel goes on from where the snapshot stands."""
    frames = turn(1, 8, ends=False)
    channel.join(NOW)
    hear(channel, frames[0], frames[3])
    resumption = resume(channel.position, [*frames[:1], *frames[3:5]])
    assert not resumption.recovered
    channel.join(resumption)
    hear(channel, *frames[4:])
    assert sent.places == [(1, 1), (1, 6), (1, 7), (1, 8)]
    assert holes == [channel]


def test_what_a_full_buffer_drops_shows_as_a_hole(channel, sent, holes):
    """G3: the buffer is bounded, and what it has no room for is not lost in silence."""
    frames = turn(1, BUFFER_MAX + 5)
    channel.hold()
    channel.join(NOW)
    hear(channel, *frames[:-1])
    channel.release()
    assert len(sent.raw) == BUFFER_MAX
    hear(channel, frames[-1])
    assert holes == [channel]
    channel.join(resume(channel.position, frames))
    assert sent.places == places(frames)


def test_a_turn_is_running_from_its_first_event_to_its_last(channel):
    """R-M3: a socket is idle only while no turn runs."""
    channel.join(NOW)
    assert not channel.running
    hear(channel, frame(1, 1))
    assert channel.running
    hear(channel, frame(1, 2, FINISHED))
    assert not channel.running


@given(st.data())
def test_whatever_is_lost_repeated_held_or_late_the_client_sees_all_in_order(data):
    """G3: any delivery between agent and gateway; LIVE has all of it."""
    told = [*turn(1, 4), *turn(2, 3, ends=False), *turn(3, 4)]
    sent, holes = Sent(), []
    channel = Channel(CONVERSATION, sent, holes.append)
    published, held = 0, 0

    def join():
        channel.join(resume(channel.position, told[:published]))

    join()
    while published < len(told):
        match data.draw(st.sampled_from(["heard", "heard", "lost", "again", "hold", "release", "rejoin"])):
            case "heard":
                published += 1
                channel.hear(told[published - 1])
            case "lost" if published + 1 < len(told) and told[published].position.sequence > 1:
                if told[published + 1].position.epoch == told[published].position.epoch:
                    published += 1
            case "again" if published:
                channel.hear(told[data.draw(st.integers(0, published - 1))])
            case "hold":
                channel.hold()
                held += 1
            case "release" if held:
                channel.release()
                held -= 1
            case "rejoin" if holes:
                holes.clear()
                join()
    for _ in range(held):
        channel.release()
    while holes:
        holes.clear()
        join()
    assert sent.places == places(told)
