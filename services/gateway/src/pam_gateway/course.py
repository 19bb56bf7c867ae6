"""The course of a conversation's live events: where a client stands in it, and what may come next there."""

from dataclasses import dataclass
from functools import reduce

from pam_gateway.live_feed import Frame
from pam_shared.contracts.live import SO_FAR, SUPERSEDED, Position

UNNAMED = ""
"""A turn whose beginning was not seen here."""

NAMING = frozenset({"RUN_STARTED", SUPERSEDED, SO_FAR})
"""The events that say which turn is running from there on."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place right behind an event: its position, and the turn that is running there, if one is."""

    position: Position
    turn: str | None

    def precedes(self, frame: Frame) -> bool:
        """Whether the frame comes right after this place with nothing in between.

        An attempt begins where no turn is running, or in place of an earlier attempt at the turn that is: anywhere
        else the end of the running turn is missing.
        """
        last, here = self.position, frame.position
        if here.epoch == last.epoch:
            return here.sequence == last.sequence + 1
        if here.epoch < last.epoch or not frame.begins:
            return False
        return self.turn is None or (frame.kind == SUPERSEDED and frame.turn == self.turn)

    def after(self, frame: Frame) -> "Place":
        """Return the place behind the frame."""
        known = self.turn if frame.position.epoch == self.position.epoch else UNNAMED
        return Place(frame.position, _turn_behind(frame, known))


START = Place(Position(epoch=0, sequence=0), None)
"""The place before every event."""


def place_behind(frames: list[Frame]) -> Place:
    """Return the place behind some frames, whatever came before the first of them."""
    return reduce(Place.after, frames, START)


def in_order(kept: list[Frame]) -> list[Frame]:
    """Return frames by position, each once; what a superseded attempt said after its successor began is left out."""
    frames: list[Frame] = []
    for frame in kept:
        if not frames or frames[-1].position < frame.position:
            frames.append(frame)
    return frames


def contiguous(place: Place, frames: list[Frame]) -> bool:
    """Whether the frames follow the place and each other without a hole."""
    for frame in frames:
        if not place.precedes(frame):
            return False
        place = place.after(frame)
    return True


def _turn_behind(frame: Frame, running: str | None) -> str | None:
    """Return which turn is running behind a frame of its attempt.

    The end of another turn, one that was cancelled while it waited, may stand among the events of the running one.
    """
    if frame.terminal:
        return running if running and frame.turn and frame.turn != running else None
    if frame.kind in NAMING:
        return frame.turn
    return UNNAMED if frame.begins else running
