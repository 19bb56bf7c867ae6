"""Live events as an agent says them, for tests of what the gateway makes of them."""

from uuid import UUID, uuid4

from ag_ui.core import BaseEvent, CustomEvent, RunErrorEvent, RunFinishedEvent, RunStartedEvent

from pam_gateway.live_feed import Frame, frames_of
from pam_shared.contracts import subjects
from pam_shared.contracts.live import SO_FAR, SUPERSEDED, Position, encode

CONVERSATION = uuid4()

SAID = CustomEvent(name="pam.said", value="a word")
FAILED = RunErrorEvent(message="That went wrong.")


def started(turn: str) -> BaseEvent:
    """Return the event a turn begins with."""
    return RunStartedEvent(thread_id="a conversation", run_id=turn)


def finished(turn: str) -> BaseEvent:
    """Return the event a turn ends with."""
    return RunFinishedEvent(thread_id="a conversation", run_id=turn)


def superseded(turn: str) -> BaseEvent:
    """Return the event another attempt at a turn begins with."""
    return CustomEvent(name=SUPERSEDED, value={"turn": turn})


def so_far(turn: str, text: str = "all of it") -> BaseEvent:
    """Return the event that says a running turn whole."""
    return CustomEvent(name=SO_FAR, value={"turn": turn, "text": text})


def at(epoch: int, sequence: int) -> Position:
    """Return a position."""
    return Position(epoch=epoch, sequence=sequence)


def frame(epoch: int, sequence: int, event: BaseEvent = SAID, conversation: UUID = CONVERSATION) -> Frame:
    """Return an event frame as it comes from NATS."""
    body = encode(conversation, at(epoch, sequence), event)
    return frames_of(subjects.live(uuid4(), conversation), body)[0]


def turn(epoch: int, length: int, *, ends: bool = True, takes_over: str | None = None) -> list[Frame]:
    """Return an attempt of at least so many events, at a turn named after its epoch or at the one it takes over."""
    name = takes_over or f"turn {epoch}"
    events = [superseded(name), started(name)] if takes_over else [started(name)]
    events += [SAID] * (length - len(events) - ends)
    events += [finished(name)] if ends else []
    return [frame(epoch, sequence, event) for sequence, event in enumerate(events, 1)]


def places(frames: list[Frame]) -> list[tuple[int, int]]:
    """Return where frames stand, short enough to compare."""
    return [(item.position.epoch, item.position.sequence) for item in frames]
