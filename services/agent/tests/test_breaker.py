"""The circuit breaker of a tool, on a clock that stands still until it is moved."""

import pytest

from pam_agent.breaker import FAILURES, OPEN_FOR, Breaker, Change

pytestmark = pytest.mark.unit

ONE, OTHER = frozenset({"worker-1"}), frozenset({"worker-2"})


class Clock:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def told():
    """What the others are told."""
    return []


@pytest.fixture
def opened(clock, told):
    """A breaker whose one tool has failed too often."""
    breaker = Breaker(told.append, clock)
    for _ in range(FAILURES):
        assert breaker.allows("tool", ONE)
        breaker.failed("tool", ONE)
    return breaker


def test_five_failures_in_a_row_open_it(opened):
    """R-T2: nobody waits any more for what is broken; other tools are not affected."""
    assert not opened.allows("tool", ONE)
    assert opened.rests("tool")
    assert opened.allows("other tool", ONE)
    assert not opened.rests("other tool")


def test_a_success_between_begins_the_count_anew(clock, told):
    """R-T2: only failures in a row count."""
    breaker = Breaker(told.append, clock)
    for _ in range(FAILURES - 1):
        breaker.failed("tool", ONE)
    breaker.succeeded("tool")
    breaker.failed("tool", ONE)
    assert breaker.allows("tool", ONE)


def test_after_a_minute_one_call_may_try(opened, clock):
    """R-T2: half-open: one at a time, and its success closes the circuit."""
    clock.now += OPEN_FOR
    assert opened.allows("tool", ONE)
    assert not opened.allows("tool", ONE)
    assert not opened.rests("tool")
    opened.succeeded("tool")
    assert opened.allows("tool", ONE)


def test_a_try_that_fails_opens_it_for_another_minute(opened, clock):
    """R-T2: the minute begins anew."""
    clock.now += OPEN_FOR
    assert opened.allows("tool", ONE)
    opened.failed("tool", ONE)
    clock.now += OPEN_FOR - 1
    assert not opened.allows("tool", ONE)


def test_a_try_nobody_waited_for_leaves_room_for_another(opened, clock):
    """R-T2: a cancelled turn does not hold the one try for ever."""
    clock.now += OPEN_FOR
    assert opened.allows("tool", ONE)
    opened.gave_up("tool")
    assert opened.allows("tool", ONE)


def test_a_worker_that_was_not_there_is_tried_at_once(opened):
    """R-T2, R-T7: recovery by itself: whoever is started anew does not wait for a minute."""
    assert not opened.allows("tool", ONE)
    assert opened.allows("tool", ONE | OTHER)


def test_others_are_told_of_what_opens_and_closes_and_of_nothing_else(opened, clock, told):
    """R-T2: shared by all agents: one failure is nobody's business, a circuit is."""
    opened.failed("other tool", ONE)
    clock.now += OPEN_FOR
    assert opened.allows("tool", ONE)
    opened.succeeded("tool")
    opened.succeeded("other tool")
    assert told == [Change("tool", is_open=True, workers=ONE), Change("tool", is_open=False)]


def test_what_another_found_broken_is_not_tried_here(clock, told):
    """R-T2: and tried again after a minute, or as soon as it was closed elsewhere; hearing is not telling."""
    breaker = Breaker(told.append, clock)
    for change in (Change("tool", is_open=True, workers=ONE), Change("gone", is_open=False)):
        breaker.hear(change)
    assert not breaker.allows("tool", ONE)
    breaker.hear(Change("tool", is_open=False))
    assert breaker.allows("tool", ONE)
    assert told == []
