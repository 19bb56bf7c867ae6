"""Where a client continues, for whatever LIVE still holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam_gateway.course import START, contiguous, in_order, place_behind
from pam_gateway.live_feed import Frame
from pam_gateway.replay import rejoin, resume
from pam_shared.contracts.live import Position
from services.gateway.tests.live_events import at, finished, frame, places, so_far, turn

pytestmark = pytest.mark.unit


@st.composite
def told(draw) -> list[Frame]:
    """All that agents said of a conversation: attempts one after the other, the last one perhaps still running."""
    frames, unfinished = [], None
    for epoch in range(1, draw(st.integers(0, 4)) + 1):
        ends = draw(st.booleans())
        frames += turn(epoch, draw(st.integers(1, 6)), ends=ends, takes_over=unfinished)
        unfinished = None if ends else unfinished or f"turn {epoch}"
    return frames


@st.composite
def kept(draw) -> list[Frame]:
    """What LIVE holds of it: the oldest gone, holes, repeats, and late words of superseded attempts."""
    frames = draw(told())
    frames = frames[draw(st.integers(0, len(frames))) :]
    frames = [item for item in frames if draw(st.integers(0, 9))]
    for _ in range(draw(st.integers(0, 3)) if frames else 0):
        again = draw(st.sampled_from(frames))
        first = frames.index(again)
        frames.insert(draw(st.integers(first + 1, len(frames))), again)
    if frames and draw(st.booleans()):
        epoch = frames[-1].position.epoch - 1
        frames.append(frame(epoch, draw(st.integers(1, 9))))
    return frames


def follow(position: Position | None, frames: list[Frame], *, ended: bool) -> bool:
    """Say by the protocol's own words whether a client takes these: +1 within an epoch, an epoch behind an end."""
    for item in frames:
        here = item.position
        same = position is not None and here.epoch == position.epoch
        if position is not None and here < position:
            return False
        if same and here.sequence != position.sequence + 1:
            return False
        if not same and (here.sequence != 1 or not (ended or item.kind == "pam.superseded")):
            return False
        position, ended = here, item.terminal
    return True


def ended(frames: list[Frame], position: Position | None) -> bool:
    """Whether the event at a position ends a turn; behind none of them nothing is running."""
    return all(item.terminal for item in frames if item.position == position)


@given(kept(), st.one_of(st.builds(at, st.integers(0, 5), st.integers(0, 8))))
def test_a_client_is_sent_what_follows_its_position_or_is_told_that_it_is_lost(frames, position):
    """G3: after a reconnect it continues without hole or repeat, or gets an explicit snapshot."""
    resumption = resume(position, frames)
    sent = resumption.frames
    assert len(set(places(sent))) == len(sent)
    if resumption.recovered:
        assert resumption.position == position
        assert follow(position, sent, ended=ended(in_order(frames), position))
    elif sent:
        assert follow(resumption.position, sent, ended=False)


@given(kept(), st.data())
def test_whatever_is_sent_ends_at_the_newest_event(frames, data):
    """G3: nothing that LIVE still holds is left behind, so what comes live fits on."""
    places_known = [item.position for item in frames] or [at(1, 1)]
    position = data.draw(st.one_of(st.none(), st.sampled_from(places_known)))
    resumption = resume(position, frames)
    newest = in_order(frames)[-1:]
    if not newest:
        assert resumption.frames == []
    elif resumption.frames:
        assert resumption.frames[-1] == newest[0]
    else:
        assert resumption.place.position == newest[0].position


@given(kept(), st.data())
def test_who_is_within_the_newest_attempt_needs_nothing_from_before_it(frames, data):
    """G3: what is read from the mark of the newest attempt leads to the same as all that there is."""
    begins = [item for item in in_order(frames) if item.begins]
    if not begins:
        return
    mark = data.draw(st.sampled_from(begins))
    behind = st.builds(at, st.integers(mark.position.epoch, 5), st.integers(1, 8))
    position = data.draw(st.one_of(st.none(), behind))
    assert resume(position, frames[frames.index(mark) :]) == resume(position, frames)


@given(told(), st.data())
def test_where_nothing_is_missing_every_position_is_recovered_whole(frames, data):
    """G3: a snapshot is for what is gone, not a way out: from each place exactly the rest is sent."""
    if not frames:
        return
    index = data.draw(st.integers(0, len(frames) - 1))
    resumption = resume(frames[index].position, frames)
    assert resumption.recovered
    assert places(resumption.frames) == places(frames[index + 1 :])


@given(kept())
def test_without_a_position_a_client_begins_at_the_running_turn_or_behind_everything(frames):
    """R-M10: whoever opens a conversation sees the turn that is running from its start, and no turn that is over."""
    resumption = resume(None, frames)
    ordered = in_order(frames)
    if resumption.frames:
        assert resumption.recovered
        assert places(resumption.frames)[0] == (ordered[-1].position.epoch, 1)
        assert not resumption.frames[-1].terminal
        assert follow(None, resumption.frames, ended=True)
    elif ordered and not ordered[-1].terminal:
        assert (resumption.recovered, resumption.waiting, resumption.position) == (False, True, START.position)
    else:
        assert resumption.recovered
        assert resumption.position == (ordered[-1].position if ordered else START.position)


@given(told())
def test_a_turn_that_is_running_is_shown_from_its_start(frames):
    """R-M10: also to a client that comes in the middle of it."""
    resumption = resume(None, [*frames, *turn(9, 3, ends=False)])
    assert places(resumption.frames) == [(9, 1), (9, 2), (9, 3)]
    assert resumption.position == at(9, 0)


def test_an_event_that_is_gone_from_the_middle_costs_a_snapshot():
    """G3: a hole is never bridged in silence."""
    frames = turn(1, 5)
    del frames[2]
    resumption = resume(at(1, 1), frames)
    assert (resumption.recovered, resumption.frames, resumption.position) == (False, [], at(1, 5))


def test_a_position_that_live_holds_no_more_costs_a_snapshot():
    """G3: what came right after it may be gone with it."""
    assert not resume(at(1, 2), turn(1, 5)[3:]).recovered
    assert not resume(at(1, 5), []).recovered
    assert not resume(at(7, 1), turn(1, 5)).recovered


def test_a_client_that_has_everything_is_sent_nothing():
    """G3: no repeat."""
    resumption = resume(at(1, 5), turn(1, 5))
    assert (resumption.recovered, resumption.frames, resumption.position) == (True, [], at(1, 5))


def test_what_a_superseded_attempt_says_late_is_left_out():
    """G3: every client sees one order, though the attempt that lost goes on talking for a while."""
    wins = turn(2, 2, ends=False, takes_over="turn 1")
    frames = [*turn(1, 2, ends=False), wins[0], frame(1, 3), wins[1], frame(1, 4)]
    assert places(in_order(frames)) == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert places(resume(at(1, 1), frames).frames) == [(1, 2), (2, 1), (2, 2)]


@given(kept())
def test_events_in_order_are_each_there_once_and_only_go_forward(frames):
    """G3: repeats and steps back are nobody's to see."""
    ordered = places(in_order(frames))
    assert ordered == sorted(set(ordered))
    assert set(ordered) <= set(places(frames))


def test_a_running_turn_that_is_not_all_there_begins_where_it_was_said_whole():
    """G3: after LIVE was lost, what the agent said again stands for all that came before it."""
    again = [frame(1, 6, so_far("turn 1")), frame(1, 7)]
    frames = [frame(1, 4), *again]
    assert (resume(None, frames).frames, resume(None, frames).recovered) == (again, True)
    lost = resume(at(1, 2), frames)
    assert (lost.frames, lost.recovered, lost.position) == (again, False, at(1, 5))


def test_a_turn_that_is_all_there_is_told_from_its_start_though_it_was_said_again():
    """G3: the whole of it shows more, its tools for one."""
    frames = [*turn(1, 3, ends=False), frame(1, 4, so_far("turn 1"))]
    assert resume(None, frames).frames == frames


def test_a_turn_that_is_over_is_not_followed_by_what_belongs_to_nobody():
    """G3: the end of an epoch may be what is missing."""
    first, second = turn(1, 4), turn(2, 3)
    assert resume(at(1, 3), [*first, *second]).recovered
    assert not resume(at(1, 3), [*first[:-1], *second]).recovered
    assert resume(at(1, 4), [*first, *second]).recovered


def test_the_end_of_a_turn_that_waited_leaves_the_running_one_running():
    """G5: whoever joins then sees the running turn, not the end of another."""
    frames = [*turn(1, 3, ends=False), frame(1, 4, finished("the next turn"))]
    assert resume(None, frames).frames == frames
    assert place_behind(frames).turn == "turn 1"


def test_who_found_nothing_is_sent_everything_that_was_said_since():
    """G3: a whole turn that did not come is no less missing than one event."""
    frames = [*turn(1, 4), *turn(2, 3, ends=False)]
    assert rejoin(START, frames, waiting=False).frames == frames
    assert not rejoin(START, frames[1:], waiting=False).recovered


@given(told())
def test_whatever_was_told_is_contiguous_and_nothing_can_be_left_out_but_what_was_replaced(frames):
    """G3: by the protocol's own words, and whichever event is missing."""
    assert contiguous(START, frames) is follow(None, frames, ended=True) is True
    for index in range(len(frames) - 1):
        rest = frames[:index] + frames[index + 1 :]
        assert contiguous(START, rest) is follow(None, rest, ended=True)
