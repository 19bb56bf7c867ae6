"""An answer for a client that waits for the whole of it."""

from uuid import uuid4

import pytest
from ag_ui.core import CustomEvent, RunErrorEvent, TextMessageContentEvent

from pam_gateway.answer import Answer
from pam_shared.contracts import live
from services.gateway.tests.live_events import CONVERSATION, finished, frame, so_far, started, superseded

pytestmark = pytest.mark.unit


@pytest.fixture
def answer():
    return Answer(CONVERSATION, uuid4())


def word(text):
    return TextMessageContentEvent(message_id="m", delta=text)


def cited(*sources):
    return CustomEvent(name=live.SOURCES, value={"sources": list(sources)})


def hear(answer, epoch, *events, begin=1):
    for sequence, event in enumerate(events, begin):
        answer.hear(frame(epoch, sequence, event))


def test_an_answer_is_the_text_of_its_own_turn(answer):
    """R-M9: neither the turn before nor one that ends among its events has a part in it."""
    turn = str(answer.turn)
    hear(answer, 1, started("another"), word("no"), finished("another"))
    hear(answer, 2, started(turn), word("Hel"), finished("a turn that waited"), word("lo"), finished(turn))
    assert (answer.text, answer.complete, answer.torn) == ("Hello", True, False)


def test_another_attempt_begins_the_answer_anew(answer):
    """G3: what a killed agent had said does not count."""
    turn = str(answer.turn)
    hear(answer, 1, started(turn), word("Goodb"))
    hear(answer, 5, superseded(turn), started(turn), word("Hello"), finished(turn))
    assert (answer.text, answer.complete, answer.torn) == ("Hello", True, False)


def test_what_is_said_whole_stands_for_all_before_it(answer):
    """G3: after LIVE was lost, also for a client that waits."""
    turn = str(answer.turn)
    hear(answer, 1, started(turn), word("He"))
    hear(answer, 1, so_far(turn, "Hello "), word("you"), finished(turn), begin=6)
    assert (answer.text, answer.complete, answer.torn) == ("Hello you", True, False)


def test_an_answer_has_its_sources_live_and_from_the_record(answer):
    """R-A9: those of another attempt at it do not count."""
    turn, source = str(answer.turn), {"name": "your expenses", "kind": "records"}
    hear(answer, 1, started(turn), cited(source | {"name": "somewhere"}))
    hear(answer, 5, superseded(turn), started(turn), word("Hello"), cited(source), finished(turn))
    assert (answer.sources, answer.torn) == ([source], False)
    answer.settle("Hello", [])
    assert answer.sources == []


@pytest.mark.parametrize("lost", [1, 2, 4])
def test_an_answer_that_is_not_whole_says_so(answer, lost):
    """G3: an answer with a hole is never told; the one on record is."""
    turn = str(answer.turn)
    events = enumerate([started(turn), word("Hel"), word("lo"), word("!"), finished(turn)], 1)
    for sequence, event in events:
        if sequence != lost:
            answer.hear(frame(1, sequence, event))
    assert (answer.complete, answer.torn) == (True, True)


def test_a_message_cancelled_while_it_waited_has_an_end(answer):
    """G5: its end stands among the events of another turn; what there is to say is on record."""
    hear(answer, 1, started("another"), word("no"), finished(str(answer.turn)))
    assert (answer.text, answer.complete, answer.torn) == ("", True, True)


def test_an_answer_that_failed_says_why(answer):
    """R-O1: in words for the member."""
    hear(answer, 1, started(str(answer.turn)), RunErrorEvent(message="That went wrong."))
    assert (answer.error, answer.complete) == ("That went wrong.", True)
