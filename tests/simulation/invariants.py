"""What must hold after every append, and at the end: judged by the entries alone, not with PAM's fold."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from pam_shared.contracts import topology
from pam_shared.contracts.conversation import (
    LOG_EVENT,
    CancelRequested,
    MessageReceived,
    ModelReplied,
    OutputEvent,
    ToolReturned,
    ToolUseBlock,
    TurnFinished,
    TurnStarted,
    TurnStatus,
    WhenBusy,
)
from pam_shared.contracts.live import FRAME_SEPARATOR, LiveFrame, Position
from pam_shared.contracts.tools import Outcome
from tests.simulation.log import Stored
from tests.simulation.mind import Script
from tests.simulation.tools import REMEMBER

Complain = Callable[[str], None]

CANCEL_WITHIN = 2.0
EFFECTS = {Outcome.OK: 1, Outcome.NOT_RUN: 0}


@dataclass
class Told:
    """What the log tells of one turn; ``states`` is what its message says in passing."""

    states: str = ""

    nonce: str = ""
    attempts: int = 0
    epoch: int = 0
    steps: list[int] = field(default_factory=list)
    intents: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    finished: TurnFinished | None = None
    cancelled: float | None = None


@dataclass
class Talk:
    """A conversation as its entries tell it; ``missed`` are the calls to remember that nobody answered yet."""

    turns: dict[UUID, Told] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    epochs: dict[int, UUID] = field(default_factory=dict)
    stated: dict[str, str] = field(default_factory=dict)
    missed: set[str] = field(default_factory=set)


@dataclass
class LogRules:
    """Watches the conversation log: one end per turn, one owner at a time, in order, each step once."""

    complain: Complain
    time: Callable[[], float]
    troubled: bool
    talks: dict[UUID, Talk] = field(default_factory=dict)

    def stored(self, entry: Stored) -> None:
        """Judge an entry that was just appended."""
        conversation = UUID(entry.message.subject.split(".")[3])
        talk = self.talks.setdefault(conversation, Talk())
        event = LOG_EVENT.validate_json(entry.message.body)
        match event:
            case MessageReceived():
                if event.when_busy is WhenBusy.INTERRUPT and event.id not in talk.turns:
                    self._cancel(list(talk.turns.values()))
                talk.turns.setdefault(event.id, Told(Script.of(event.text).statement))
            case CancelRequested():
                self._cancel([talk.turns[event.turn]] if event.turn in talk.turns else [])
            case _:
                self._output(talk, event, entry)

    def _cancel(self, turns: list[Told]) -> None:
        for told in turns:
            if told.finished is None and told.cancelled is None:
                told.cancelled = self.time()

    def _output(self, talk: Talk, event: OutputEvent, entry: Stored) -> None:
        told = talk.turns[event.turn]
        name = f"{event.type} of turn {event.turn} at {entry.sequence}"
        if entry.id in talk.ids:
            self.complain(f"G4: {name} is stored a second time")
        talk.ids.add(entry.id)
        if told.finished is not None:
            self.complain(f"G1: {name} comes after the turn's end")
        for problem in self._problems(talk, told, event, entry):
            self.complain(f"{problem}: {name}")
        if isinstance(event, TurnFinished):
            told.finished = told.finished or event

    def _problems(self, talk: Talk, told: Told, event: OutputEvent, entry: Stored) -> Iterator[str]:
        if isinstance(event, TurnStarted):
            yield from _begin(talk, told, event, entry)
            if event.attempt > 1 and not self.troubled:
                yield "G4: a living owner was taken over from"
            return
        queued = isinstance(event, TurnFinished) and event.status is TurnStatus.CANCELLED and not told.attempts
        if f":{told.nonce}:" not in entry.id and not queued:
            yield "G4: an attempt wrote though a newer one had begun"
        match event:
            case ModelReplied():
                yield from _replied(told, event)
            case ToolReturned():
                yield from _returned(talk, told, event)
            case TurnFinished():
                yield from self._finished(talk, told, event)

    def _finished(self, talk: Talk, told: Told, event: TurnFinished) -> Iterator[str]:
        if event.status is not TurnStatus.CANCELLED and _earlier(talk, event.turn):
            yield "G3: a turn ended before an earlier one"
        if event.status is TurnStatus.CANCELLED and told.cancelled is None:
            yield "G5: nobody cancelled"
        if told.intents.keys() - told.outcomes.keys():
            yield "G5: a call of the model has no result"
        if event.status is TurnStatus.SUCCESS:
            yield from _forgot(talk, told)
        if not self.troubled:
            if told.cancelled is None and event.status is not TurnStatus.SUCCESS:
                yield "G1: failed though nothing was wrong"
            if told.cancelled is not None and self.time() - told.cancelled > CANCEL_WITHIN:
                yield f"G5: ended {self.time() - told.cancelled:.1f} s after the cancel"


def _replied(told: Told, event: ModelReplied) -> Iterator[str]:
    if event.step in told.steps:
        yield "G4: a step was written twice"
    told.steps.append(event.step)
    told.intents |= {block.id: block.input["intent"] for block in event.content if isinstance(block, ToolUseBlock)}


def _forgot(talk: Talk, told: Told) -> Iterator[str]:
    if told.states and told.states not in told.intents.values():
        yield "A7: nobody remembered what was said in passing"
    if talk.missed - told.outcomes.keys():
        yield "A7: nobody made up for what memory had missed"


def _remembered(talk: Talk, told: Told, event: ToolReturned) -> None:
    told.intents[event.tool_use_id] = talk.stated.setdefault(event.tool_use_id, told.states)
    kept = event.reply.outcome is Outcome.OK
    (talk.missed.discard if kept else talk.missed.add)(event.tool_use_id)


def _returned(talk: Talk, told: Told, event: ToolReturned) -> Iterator[str]:
    if event.tool_use_id in told.outcomes:
        yield "G4: a result was written twice"
    if event.tool == REMEMBER.name:
        _remembered(talk, told, event)
    if event.tool_use_id not in told.intents:
        yield "G4: nobody asked for the call"
    told.outcomes[event.tool_use_id] = event.reply.outcome


def _begin(talk: Talk, told: Told, event: TurnStarted, entry: Stored) -> Iterator[str]:
    if _earlier(talk, event.turn):
        yield "G3: a turn began before an earlier one had ended"
    if event.attempt != told.attempts + 1:
        yield f"G4: attempt {event.attempt} follows attempt {told.attempts}"
    told.nonce, told.attempts, told.epoch = event.nonce, event.attempt, entry.sequence
    talk.epochs[entry.sequence] = event.turn


def _earlier(talk: Talk, turn: UUID) -> bool:
    """Whether an earlier turn that nobody cancelled has not ended."""
    for key, told in talk.turns.items():
        if key == turn:
            return False
        if told.finished is None:
            return True
    return False


@dataclass
class LiveRules:
    """Watches what clients are sent: every position one content, one terminal position per turn, after its entry."""

    complain: Complain
    log: LogRules
    frames: dict[tuple[UUID, Position], bytes] = field(default_factory=dict)
    terminals: dict[UUID, Position] = field(default_factory=dict)

    def stored(self, entry: Stored) -> None:
        """Judge a message of events."""
        conversation = UUID(entry.message.subject.split(".")[3])
        for raw in entry.message.body.split(FRAME_SEPARATOR):
            self._frame(conversation, LiveFrame.model_validate_json(raw), raw)

    def _frame(self, conversation: UUID, frame: LiveFrame, raw: bytes) -> None:
        place = f"{frame.position.epoch}:{frame.position.sequence}"
        if self.frames.setdefault((conversation, frame.position), raw) != raw:
            self.complain(f"G3: two different events stand at {place}")
        if frame.terminal:
            self._terminal(conversation, frame, place)

    def _terminal(self, conversation: UUID, frame: LiveFrame, place: str) -> None:
        ends = {
            told.finished.turn: told.finished for told in self.log.talks[conversation].turns.values() if told.finished
        }
        turn = next((key for key, end in ends.items() if _place(end) == frame.position), None)
        if turn is None:
            self.complain(f"G1: a terminal event stands at {place}, where the log has no turn's end")
            return
        if self.terminals.setdefault(turn, frame.position) != frame.position:
            self.complain(f"G1: turn {turn} has a second terminal event at {place}")


def _place(end: TurnFinished) -> Position:
    return Position(epoch=end.epoch, sequence=end.sequence)


def at_the_end(
    log: LogRules, live: LiveRules, accepted: dict[UUID, UUID], effects: dict[str, int], *, idle: bool
) -> Iterator[str]:
    """Yield what is missing when everything has come to rest. ``accepted`` maps each accepted message to its talk."""
    if not idle:
        yield "G1: deliveries are never acknowledged"
    for message, conversation in accepted.items():
        told = log.talks[conversation].turns[message]
        if told.finished is None:
            yield f"G1: the accepted message {message} has no end"
        elif message not in live.terminals:
            yield f"G1: no client was ever told of the end of turn {message}"
    for intent, count in effects.items():
        if count > 1:
            yield f"G4: {intent} was done {count} times"
    for talk in log.talks.values():
        for told in talk.turns.values():
            yield from _untrue(told, effects)


def _untrue(told: Told, effects: dict[str, int]) -> Iterator[str]:
    """Yield what the log tells of a turn's calls that is not so."""
    for key, outcome in told.outcomes.items():
        intent = told.intents.get(key, "")
        if outcome in EFFECTS and effects.get(intent, 0) != EFFECTS[outcome]:
            yield f"G5: {intent} is told as {outcome}, and was done {effects.get(intent, 0)} times"


def stored_in(stream: str, log: LogRules, live: LiveRules, entry: Stored) -> None:
    """Pass an appended entry to whoever judges its stream."""
    if stream == topology.CONVERSATIONS:
        log.stored(entry)
    elif stream == topology.LIVE:
        live.stored(entry)
