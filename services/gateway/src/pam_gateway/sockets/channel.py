"""One conversation opened on one socket: joined without a gap, kept without a hole."""

from collections.abc import Callable
from uuid import UUID

from pam_gateway.live_feed import Frame
from pam_gateway.replay import Resumption
from pam_gateway.sockets.outbound import Outbound
from pam_shared.contracts.live import Position

BUFFER_MAX = 2048


class Channel:
    """Passes events on in order. It buffers while joining and while held; at a hole it asks to be joined again."""

    def __init__(self, conversation: UUID, outbound: Outbound, on_hole: Callable[["Channel"], None]) -> None:
        self.conversation = conversation
        self.position: Position | None = None
        self.running = False
        self._outbound = outbound
        self._on_hole = on_hole
        self._joined = False
        self._holds = 0
        self._buffer: list[Frame] = []

    def hear(self, frame: Frame) -> None:
        """Take a live frame. What a full buffer drops shows as a hole later."""
        if self._joined and not self._holds:
            self._pass_on(frame)
        elif len(self._buffer) < BUFFER_MAX:
            self._buffer.append(frame)

    def hold(self) -> None:
        """Buffer until :meth:`release`: a message's events must not overtake its ack."""
        self._holds += 1

    def release(self) -> None:
        """Undo one hold."""
        self._holds -= 1
        self._flush()

    def join(self, resumption: Resumption) -> None:
        """Send what was missed, then what was buffered meanwhile, then go live."""
        self.position = resumption.position
        self._buffer = [*resumption.frames, *self._buffer]
        self._joined = True
        self._flush()

    def _flush(self) -> None:
        while self._joined and not self._holds and self._buffer:
            buffered, self._buffer = self._buffer, []
            for frame in buffered:
                self.hear(frame)

    def _pass_on(self, frame: Frame) -> None:
        """Send the frame if it is the next; ignore what was sent before; at a hole wait to be joined again."""
        if self.position is not None and frame.position <= self.position:
            return
        if self.position is not None and not self.position.precedes(frame.position):
            self._joined = False
            self._buffer.append(frame)
            self._on_hole(self)
            return
        self.position = frame.position
        self.running = not frame.terminal
        self._outbound.put_raw(frame.raw.decode())
