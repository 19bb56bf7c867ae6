"""One conversation on one socket: no gap, no repeat, nothing ahead of its time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam_gateway.course import START, Place
from pam_gateway.replay import Resumption, resume
from pam_gateway.sockets.channel import BUFFER_MAX, Channel
from pam_shared.contracts.live import LiveFrame
from services.gateway.tests.live_events import CONVERSATION, at, finished, frame, places, so_far, turn

pytestmark = pytest.mark.unit


class Sent:
    """Where a channel's frames go, in the place of a socket's queue."""

    def __init__(self):
        self.raw: list[bytes] = []

    has_room = True

    def put_event(self, item):
        self.raw.append(item.raw)

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


NOW = Resumption(START, [], recovered=True)


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
    loses, wins = turn(1, 3, ends=False), turn(2, 3, ends=False, takes_over="turn 1")
    hear(channel, *loses[:2], wins[0], loses[2], *wins[1:])
    assert sent.places == [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3)]
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
    channel.join(Resumption(Place(at(1, 0), None), [frame(1, 1)], recovered=True))
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
    channel.join(channel.rejoined(frames))
    assert sent.places == places(frames)
    assert holes == [channel]


def test_a_second_hole_is_asked_about_too(channel, sent, holes):
    """G3: filling one hole does not end the watch."""
    frames = turn(1, 8)
    channel.join(NOW)
    hear(channel, frames[0], frames[2])
    channel.join(channel.rejoined(frames[:3]))
    hear(channel, frames[5])
    assert holes == [channel, channel]
    channel.join(channel.rejoined(frames))
    assert sent.places == places(frames)


def test_behind_a_hole_that_cannot_be_filled_nothing_is_told_from_the_middle(channel, sent, holes):
    """G3: after a snapshot a running turn is heard again where its agent says it whole, not before."""
    frames = turn(1, 8, ends=False)
    channel.join(NOW)
    hear(channel, frames[0], frames[3])
    resumption = channel.rejoined(frames[:1])
    assert (resumption.recovered, resumption.waiting, resumption.position) == (False, True, START.position)
    channel.join(resumption)
    hear(channel, *frames[4:6], frame(1, 7, so_far("turn 1")), frames[7])
    assert sent.places == [(1, 1), (1, 7), (1, 8)]
    assert holes == [channel]


def test_the_end_of_a_turn_that_was_not_told_is_a_snapshot(channel, sent, holes):
    """G3: a client that waits for a turn to be said whole does not miss its end."""
    frames = turn(1, 6)
    channel.join(resume(None, frames[2:4]))
    hear(channel, *frames[4:])
    assert (sent.places, holes) == ([], [channel])
    resumption = channel.rejoined(frames[2:4])
    assert (resumption.recovered, resumption.position) == (False, at(1, 6))
    channel.join(resumption)
    hear(channel, *turn(2, 2))
    assert sent.places == [(2, 1), (2, 2)]


def test_a_turn_that_begins_before_the_end_of_the_one_before_shows_a_hole(channel, sent, holes):
    """G3: the last event of an epoch is missed like any other."""
    frames = [*turn(1, 4), *turn(2, 3)]
    channel.join(NOW)
    hear(channel, *frames[:3], frames[4])
    assert holes == [channel]
    channel.join(channel.rejoined(frames[:5]))
    hear(channel, *frames[5:])
    assert sent.places == places(frames)


def test_another_attempt_at_the_same_turn_follows_whatever_the_first_had_said(channel, sent, holes):
    """G3: what a killed agent did not say any more is no hole."""
    channel.join(NOW)
    frames = [*turn(1, 3, ends=False), *turn(5, 4, takes_over="turn 1")]
    hear(channel, *frames)
    assert (sent.places, holes) == (places(frames), [])


def test_another_attempt_at_another_turn_does_not_hide_that_an_end_is_missing(channel, sent, holes):
    """G3: of a whole turn that did not come nothing is passed over."""
    channel.join(NOW)
    hear(channel, *turn(1, 3, ends=False), *turn(5, 4, takes_over="turn 3"))
    assert holes == [channel]


def test_the_end_of_a_turn_that_waited_is_not_the_end_of_the_one_that_runs(channel, sent, holes):
    """G5: a message cancelled in the queue ends among the events of the running turn."""
    channel.join(NOW)
    hear(channel, *turn(1, 2, ends=False), frame(1, 3, finished("the next turn")))
    assert channel.running
    hear(channel, frame(1, 4), frame(2, 1))
    assert holes == [channel]


def test_an_end_that_is_said_again_changes_nothing(channel, sent, holes):
    """G1: exactly one terminal event, whoever repeats it."""
    frames = turn(1, 3)
    channel.join(NOW)
    hear(channel, *frames, frames[-1], *turn(2, 2), frames[-1])
    assert (sent.places, holes) == ([*places(frames), (2, 1), (2, 2)], [])


def test_a_client_that_found_nothing_hears_the_next_turn_from_its_start_only(channel, sent, holes):
    """G3: where LIVE was empty, joining in the middle of a turn is a hole, not a beginning."""
    frames = turn(1, 5)
    channel.join(resume(None, []))
    hear(channel, frames[2])
    assert (sent.places, holes) == ([], [channel])
    channel.join(channel.rejoined(frames[:2]))
    hear(channel, *frames[3:])
    assert sent.places == places(frames)


def test_a_connection_that_was_gone_is_looked_behind_also_while_joining(channel, sent, holes):
    """G3: what was read before it went may lack what was said meanwhile."""
    channel.interrupted()
    assert holes == []
    channel.join(NOW)
    assert holes == [channel]
    channel.join(channel.rejoined(turn(1, 3)))
    assert (sent.places, holes) == ([(1, 1), (1, 2), (1, 3)], [channel])


def test_what_was_missed_goes_out_as_fast_as_the_client_takes_it(channel, sent, holes):
    """R-M5: a long replay does not make a good client a slow one, and live events wait behind it."""
    frames = turn(1, 50)
    channel.join(NOW)
    hear(channel, frames[0])
    sent.has_room = False
    channel.join(resume(at(1, 1), frames[:40]))
    hear(channel, *frames[40:])
    assert sent.places == [(1, 1)]
    sent.has_room = True
    channel.flush()
    assert (sent.places, holes) == (places(frames), [])


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
    channel.join(channel.rejoined(frames))
    assert sent.places == places(frames)


def test_a_turn_is_running_from_its_first_event_to_its_last(channel):
    """R-M3: a socket is idle only while no turn runs."""
    channel.join(NOW)
    assert not channel.running
    hear(channel, frame(1, 1))
    assert channel.running
    hear(channel, frame(1, 2, finished("t")))
    assert not channel.running


@given(st.data())
def test_whatever_is_lost_repeated_held_or_late_the_client_sees_all_in_order(data):
    """G3: any delivery between agent and gateway; LIVE has all of it. Only what another attempt replaces may lack.

    Whole turns are lost only together with the connection, which is noticed by itself.
    """
    told = [*turn(1, 4), *turn(2, 3, ends=False), *turn(3, 4, takes_over="turn 2"), *turn(4, 2)]
    sent, holes = Sent(), []
    channel = Channel(CONVERSATION, sent, holes.append)
    published, held, heard_last = 0, 0, True

    def rejoin():
        channel.join(channel.rejoined(told[:published]))

    channel.join(resume(None, []))
    while published < len(told):
        match data.draw(st.sampled_from(["heard", "heard", "lost", "gone", "again", "hold", "release", "rejoin"])):
            case "heard":
                published, heard_last = published + 1, True
                channel.hear(told[published - 1])
            case "lost" if published + 1 < len(told) and heard_last:
                published, heard_last = published + 1, False
            case "gone":
                published = data.draw(st.integers(published, len(told)))
                channel.interrupted()
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
                rejoin()
    for _ in range(held):
        channel.release()
    while holes:
        holes.clear()
        rejoin()
    superseded = [place for place in places(told) if place[0] == 2]
    heard = [place for place in sent.places if place[0] == 2]
    assert heard == superseded[: len(heard)]
    assert [place for place in sent.places if place[0] != 2] == [place for place in places(told) if place[0] != 2]
