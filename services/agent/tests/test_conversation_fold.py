"""The fold of a conversation's log: pure, the same for every agent, whatever it read twice and when."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pam_agent.conversation import Conversation
from pam_shared.bus.log_reader import Entry
from pam_shared.contracts.conversation import (
    LOG_EVENT,
    HistorySummarised,
    MessageReceived,
    ModelReplied,
    TextBlock,
    ToolReturned,
    ToolUseBlock,
    TurnFinished,
    TurnStarted,
    TurnStatus,
)
from pam_shared.contracts.tools import Outcome, ToolReply

pytestmark = pytest.mark.unit

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HISTORY, VERBATIM = 3, 2


@dataclass
class Log:
    """A log as members and agents write it. The agents keep the rules: in order, fenced, one terminal entry a turn."""

    entries: list[Entry] = field(default_factory=list)
    state: Conversation = field(default_factory=Conversation)
    sequence: int = 0

    def append(self, event, message_id="") -> int:
        # Other conversations' entries lie in between: sequences have gaps.
        self.sequence += random.Random(self.sequence).randint(1, 3)
        body = b"{" if event is None else event.model_dump_json().encode()
        entry = Entry(self.sequence, "", message_id or f"id {self.sequence}", NOON, body, {})
        self.entries.append(entry)
        self.state.fold(entry)
        return self.sequence

    def hear(self, message: UUID) -> int:
        return self.append(MessageReceived(id=message, text=f"message {message}", received_at=NOON))

    def answer(self, steps: int, attempts: int = 1, *, die: bool = False) -> None:
        """Answer the oldest message that is not settled, as an agent does; some attempts die on the way.

        With more than so many turns before it, the first of them become a summary.
        """
        record = self.state.oldest_unsettled()
        if record is None:
            return
        turn, base = record.message.id, self.state.base(record)
        for attempt in range(1, attempts + 1):
            nonce = f"{attempt}"
            self.append(TurnStarted(turn=turn, attempt=attempt, nonce=nonce, delivered=attempt, base=base))
        for step in range(steps):
            call = ToolUseBlock(id=f"call {step}", name="tool", input={})
            content = [TextBlock(text="Let me see."), call]
            self.append(ModelReplied(turn=turn, step=step, content=content, model="m", base=base))
            reply = ToolReply(outcome=Outcome.OK)
            self.append(ToolReturned(turn=turn, tool_use_id=call.id, tool="tool", reply=reply, base=base))
        if die:
            return
        if len(context := self.state.context(record)) > HISTORY:
            begins = context[-VERBATIM].sequence
            self.append(HistorySummarised(turn=turn, text=f"Before {begins}.", model="m", base=begins))
        self.append(TurnFinished(turn=turn, status=TurnStatus.SUCCESS, epoch=1, sequence=2, base=base))
        self.state.forget_before(base)


def folded(entries) -> Conversation:
    state = Conversation()
    for entry in entries:
        state.fold(entry)
    return state


messages = st.tuples(st.just("hear"), st.integers(0, 5))
answers = st.tuples(st.just("answer"), st.integers(0, 2), st.integers(1, 3), st.booleans())
steps = st.lists(st.one_of(messages, answers, st.just(("junk",))), max_size=40)


@st.composite
def logs(draw) -> Log:
    log, known = Log(), [uuid4() for _ in range(6)]
    for step in draw(steps):
        match step:
            case ("hear", which):
                log.hear(known[which])
            case ("answer", rounds, attempts, die):
                log.answer(rounds, attempts, die=die)
            case _:
                log.append(None)
    return log


@given(logs(), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8))
def test_reading_the_same_entries_again_changes_nothing(log, reads):
    """G2: hints, polls and PubAcks overlap; every agent derives the same state from the same log."""
    state, known = Conversation(), 0
    for start, length in reads:
        begin = min(start, known)
        for entry in log.entries[begin : begin + length]:
            state.fold(entry)
        known = max(known, min(begin + length, len(log.entries)))
    for entry in log.entries[known:]:
        state.fold(entry)
    assert state == folded(log.entries)


@given(logs())
def test_what_is_settled_stays_settled(log):
    """G1: an ack is sent for what is settled, so nothing that comes later may unsettle it."""
    state, settled, inputs = Conversation(), set(), []
    for entry in log.entries:
        state.fold(entry)
        inputs.append(entry.sequence)
        now = {sequence for sequence in inputs if state.settled(sequence)}
        assert settled <= now
        settled = now


@given(logs())
def test_each_message_is_settled_by_its_terminal_entry_and_nothing_else(log):
    """G1: a message ends in exactly one terminal entry; until then somebody has to run it."""
    state = folded(log.entries)
    finished = {event.turn for event in (_event(entry) for entry in log.entries) if isinstance(event, TurnFinished)}
    seen = set()
    for entry in log.entries:
        event = _event(entry)
        if isinstance(event, MessageReceived):
            repeated = event.id in seen
            seen.add(event.id)
            assert state.settled(entry.sequence) == (repeated or event.id in finished)


@given(logs())
def test_the_next_turn_is_the_oldest_that_has_no_end(log):
    """G3: messages of one conversation are answered in log order."""
    state = folded(log.entries)
    unsettled = [record for record in state.turns.values() if record.finished is None]
    oldest = min(unsettled, key=lambda record: record.sequence, default=None)
    assert state.oldest_unsettled() is oldest


@given(logs())
@settings(max_examples=200)
def test_an_agent_that_reads_from_the_base_knows_what_one_that_read_everything_knows(log):
    """G2: every entry an agent wrote says where the context begins; what lies before is settled."""
    outputs = [event for entry in log.entries if isinstance(event := _event(entry), _OUTPUTS)]
    base = outputs[-1].base if outputs else 1
    cold = folded(entry for entry in log.entries if entry.sequence >= base)
    warm = folded(log.entries)
    repeated = {
        sequence for sequence, message in warm.inputs.items() if warm.turns[message].sequence < base <= sequence
    }
    assert (cold.last, cold.output_id) == (warm.last, warm.output_id)
    if repeated:
        return  # see the test of a message that is repeated after its turn was forgotten
    for sequence in warm.inputs:
        assert cold.settled(sequence) == warm.settled(sequence)
    one, other = cold.oldest_unsettled(), warm.oldest_unsettled()
    assert one == other
    if one is not None:
        assert cold.context(one) == warm.context(other)
    assert cold.summary == warm.summary


_OUTPUTS = TurnStarted | ModelReplied | ToolReturned | TurnFinished | HistorySummarised


def _event(entry):
    try:
        return LOG_EVENT.validate_json(entry.body)
    except ValueError:
        return None


def test_a_message_repeated_after_its_turn_was_forgotten_is_not_answered_again():
    """G2: one client message id means at most one turn, however late it is sent again."""
    log, first = Log(), uuid4()
    log.hear(first)
    log.answer(0)
    for _ in range(HISTORY + 2):
        log.hear(uuid4())
        log.answer(0)
    again = log.hear(first)
    assert log.state.settled(again)
    assert log.state.oldest_unsettled() is None


def test_a_repeated_message_stays_settled_when_its_turn_is_forgotten():
    """G1: a settled delivery whose ack was lost is acknowledged when it comes again, not called unreadable."""
    log, first = Log(), uuid4()
    log.hear(first)
    log.answer(0)
    log.hear(uuid4())
    again = log.hear(first)
    assert log.state.settled(again)
    for _ in range(HISTORY + 3):
        log.answer(0)
        assert log.state.settled(again)
        log.hear(uuid4())


def test_only_the_first_of_two_ends_counts():
    """G1: exactly one terminal entry; a copy that JetStream's deduplication has forgotten changes nothing."""
    log, message = Log(), uuid4()
    log.hear(message)
    log.answer(0)
    again = TurnFinished(turn=message, status=TurnStatus.FAILED, epoch=9, sequence=9, base=1)
    log.append(again)
    assert log.state.turns[message].finished.status is TurnStatus.SUCCESS


def test_the_newest_start_owns_the_turn():
    """G4: the fence is the newest start's nonce, and clients see its sequence as the epoch."""
    log, message = Log(), uuid4()
    log.hear(message)
    log.answer(0, attempts=3, die=True)
    record = log.state.turns[message]
    assert (record.start.attempt, record.epoch) == (3, log.entries[-1].sequence)


def test_what_a_model_said_first_is_what_stays():
    """G4: a later copy of a step or a result does not replace what tools were called for."""
    log, message = Log(), uuid4()
    log.hear(message)
    log.answer(1, die=True)
    log.append(ModelReplied(turn=message, step=0, content=[TextBlock(text="other")], model="m", base=1))
    log.append(
        ToolReturned(turn=message, tool_use_id="call 0", tool="t", reply=ToolReply(outcome=Outcome.FAILED), base=1)
    )
    record = log.state.turns[message]
    assert record.replies[0].content[0].text == "Let me see."
    assert record.results["call 0"].reply.outcome is Outcome.OK


def test_an_entry_of_a_kind_from_the_future_is_passed_over():
    """R-T7: two versions at once: a reader tolerates what it does not know."""
    log, message = Log(), uuid4()
    log.hear(message)
    body = b'{"type": "HistoryPainted", "base": 1}'
    log.state.fold(Entry(90, "", "new", NOON, body, {}))
    assert log.state.last == 90
    assert log.state.oldest_unsettled().message.id == message


def test_an_entry_that_an_append_passed_over_is_found_by_the_next_reading():
    """G1, G3: on a cluster a fence may miss a message that is still on its way; its turn comes before later ones."""
    first, missed, later = uuid4(), uuid4(), uuid4()
    state = Conversation()
    state.fold(entry(5, MessageReceived(id=first, text="a", received_at=NOON)))
    state.read_to(5)
    state.fold(entry(7, TurnStarted(turn=first, attempt=1, nonce="n", delivered=1, base=5)))
    state.fold(entry(8, MessageReceived(id=later, text="c", received_at=NOON)))
    assert (state.last, state.read, state.knows(6)) == (8, 5, False)
    passed_over = entry(6, MessageReceived(id=missed, text="b", received_at=NOON))
    assert state.fold(passed_over)
    assert not state.fold(passed_over), "read again it is known"
    state.read_to(8)
    assert list(state.turns) == [first, missed, later]
    assert (state.ahead, state.last) == (set(), 8)


def entry(sequence, event) -> Entry:
    return Entry(sequence, "", f"id {sequence}", NOON, event.model_dump_json().encode(), {})


def test_an_older_summary_does_not_replace_a_newer_one():
    """R-A3: two agents may write one at a time; what was summarised stays so."""
    state = Conversation()
    for sequence, base in enumerate((20, 10), 30):
        state.fold(entry(sequence, HistorySummarised(turn=uuid4(), text=f"Before {base}.", model="m", base=base)))
    assert state.summary.text == "Before 20."
