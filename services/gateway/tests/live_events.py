"""Live events as an agent says them, for tests of what the gateway makes of them."""

from uuid import UUID, uuid4

from ag_ui.core import BaseEvent, CustomEvent, RunErrorEvent, RunFinishedEvent, RunStartedEvent

from pam_gateway.live_feed import Frame, frames_of
from pam_shared.contracts import subjects
from pam_shared.contracts.live import Position, encode

CONVERSATION = uuid4()

SAID = CustomEvent(name="pam.said", value="a word")
STARTED = RunStartedEvent(thread_id="a conversation", run_id="a turn")
FINISHED = RunFinishedEvent(thread_id="a conversation", run_id="a turn")
FAILED = RunErrorEvent(message="That went wrong.")


def at(epoch: int, sequence: int) -> Position:
    """Return a position."""
    return Position(epoch=epoch, sequence=sequence)


def frame(epoch: int, sequence: int, event: BaseEvent = SAID, conversation: UUID = CONVERSATION) -> Frame:
    """Return an event frame as it comes from NATS."""
    body = encode(conversation, at(epoch, sequence), event)
    return frames_of(subjects.live(uuid4(), conversation), body)[0]


def turn(epoch: int, length: int, *, ends: bool = True) -> list[Frame]:
    """Return an attempt of so many events, whose last one ends it if it ends."""
    frames = [frame(epoch, sequence) for sequence in range(1, length + 1)]
    return [*frames[:-1], frame(epoch, length, FINISHED)] if ends else frames


def places(frames: list[Frame]) -> list[tuple[int, int]]:
    """Return where frames stand, short enough to compare."""
    return [(item.position.epoch, item.position.sequence) for item in frames]
