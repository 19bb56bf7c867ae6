"""One conversation opened by one client: joined without a gap, kept without a hole."""

from collections import deque
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from pam_gateway.course import START
from pam_gateway.live_feed import Frame
from pam_gateway.replay import Resumption, rejoin
from pam_shared.contracts.live import SO_FAR, SUPERSEDED, Position

BUFFER_MAX = 2048


class EventSink(Protocol):
    """Where a channel's events go."""

    @property
    def has_room(self) -> bool:
        """Whether what the client has missed may be queued too. When it may again, the channel is to be flushed."""

    def put_event(self, frame: Frame) -> None:
        """Queue an event; must not wait."""


class Channel:
    """Passes events on in order. It buffers while joining and while held; at a hole it asks to be joined again.

    What was missed goes out as fast as the client takes it: only what is live counts against a slow reader.
    """

    def __init__(self, conversation: UUID, outbound: EventSink, on_hole: Callable[["Channel"], None]) -> None:
        self.conversation = conversation
        self._place = START
        self._waiting = False
        self._outbound = outbound
        self._on_hole = on_hole
        self._joined = False
        self._stale = False
        self._holds = 0
        self._buffer: deque[Frame] = deque()

    @property
    def position(self) -> Position:
        """The position of the last event that was sent, if the client has all that came before; else ``0:0``."""
        return START.position if self._waiting else self._place.position

    @property
    def running(self) -> bool:
        """Whether a turn is running."""
        return self._place.turn is not None

    def hear(self, frame: Frame) -> None:
        """Take a live frame. What a full buffer drops shows as a hole later."""
        if self._joined and not self._holds and not self._buffer:
            self._pass_on(frame)
        elif len(self._buffer) < BUFFER_MAX:
            self._buffer.append(frame)

    def hold(self) -> None:
        """Buffer until :meth:`release`: a message's events must not overtake its ack."""
        self._holds += 1

    def release(self) -> None:
        """Undo one hold."""
        self._holds -= 1
        self.flush()

    def join(self, resumption: Resumption) -> None:
        """Send what was missed, then what was buffered meanwhile, then go live."""
        self._place, self._waiting = resumption.place, resumption.waiting
        self._buffer.extendleft(reversed(resumption.frames))
        self._joined = True
        self.flush()
        if self._stale:
            self.interrupted()

    def interrupted(self) -> None:
        """Ask to be joined again: events may not have come, and none behind them would show it."""
        self._stale = not self._joined
        if self._joined:
            self._joined = False
            self._on_hole(self)

    def flush(self) -> None:
        """Send what is buffered, as far as there is room for it."""
        while self._joined and not self._holds and self._buffer and self._outbound.has_room:
            self._pass_on(self._buffer.popleft())

    def rejoined(self, kept: list[Frame]) -> Resumption:
        """Return how to go on behind a hole, by what LIVE holds and what was heard here since, which LIVE may lack."""
        return rejoin(self._place, [*kept, *self._buffer], waiting=self._waiting)

    def _pass_on(self, frame: Frame) -> None:
        """Send the frame if it is the next; ignore what was sent before; at a hole wait to be joined again."""
        if frame.position <= self._place.position:
            return
        place = self._place.after(frame)
        told = not self._waiting or frame.kind in {SO_FAR, SUPERSEDED}
        if not self._place.precedes(frame) or not (told or place.turn is not None):
            self._joined = False
            self._buffer.appendleft(frame)
            self._on_hole(self)
            return
        self._place = place
        if told:
            self._waiting = False
            self._outbound.put_event(frame)
