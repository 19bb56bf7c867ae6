"""What clients see while a turn runs: AG-UI events in an envelope that can be resumed."""

from typing import Any
from uuid import UUID

from ag_ui.core import BaseEvent
from pydantic import BaseModel

from pam_shared.contracts.tools import Cited

PROTOCOL_VERSION = "1.0"

BANNER = "pam.banner"
SUPERSEDED = "pam.superseded"
THINKING = "pam.thinking"
STILL_WORKING = "pam.still_working"
CONTEXT_CHANGED = "pam.context_changed"
"""``{"sources", "message"}``: what was spoken of in the conversation is other than it was."""
SOURCES = "pam.sources"
"""``Sources``: where the answer that was just given comes from. An answer without sources has none of it."""
REMEMBERED = "pam.remembered"
"""``{"message"}``: what the member said in passing is remembered."""
SO_FAR = "pam.so_far"
"""The running turn whole, ``{"turn", "message", "text"}``: it replaces what a client has of it.

Sent when LIVE may have lost events. ``message`` is the id of the text message, absent before its start.
"""

FRAME_SEPARATOR = b"\n"
"""Between the ``event`` frames of one message on a live subject. JSON has no bare line break."""

TERMINAL = frozenset({"RUN_FINISHED", "RUN_ERROR"})


class Sources(BaseModel):
    """Where an answer comes from, in the order it was asked; each source once."""

    sources: list[Cited]


class Position(BaseModel, frozen=True):
    """A place in a conversation's live events: ``epoch`` grows with each attempt, ``sequence`` by one within it."""

    epoch: int
    sequence: int

    def __lt__(self, other: "Position") -> bool:
        return (self.epoch, self.sequence) < (other.epoch, other.sequence)

    def __le__(self, other: "Position") -> bool:
        return (self.epoch, self.sequence) <= (other.epoch, other.sequence)

    def precedes(self, other: "Position") -> bool:
        """Whether ``other`` may come right after this one with nothing in between."""
        if other.epoch == self.epoch:
            return other.sequence == self.sequence + 1
        return other.epoch > self.epoch and other.sequence == 1


def encode(conversation: UUID, position: Position, event: BaseEvent) -> bytes:
    """Return the client's ``event`` frame, ready to be forwarded without being read again."""
    body = event.model_dump_json(by_alias=True, exclude_none=True)
    return (
        f'{{"type":"event","conversation":"{conversation}","epoch":{position.epoch},'
        f'"sequence":{position.sequence},"event":{body}}}'
    ).encode()


class LiveFrame(BaseModel):
    """An ``event`` frame as read by whoever must look inside."""

    conversation: UUID
    epoch: int
    sequence: int
    event: dict[str, Any]

    @property
    def position(self) -> Position:
        """Where the event stands."""
        return Position(epoch=self.epoch, sequence=self.sequence)

    @property
    def terminal(self) -> bool:
        """Whether nothing of this turn follows."""
        return self.event.get("type") in TERMINAL
