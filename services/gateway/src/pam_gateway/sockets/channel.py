"""One conversation opened on one socket: joined without a gap, kept without a hole."""

from collections.abc import Callable
from uuid import UUID

from pam_gateway.live_feed import Frame
from pam_gateway.replay import Resumption
from pam_gateway.sockets.outbound import Outbound
from pam_shared.contracts.live import Position

BUFFER_MAX = 2048


class Channel:
    """Passes events on in order. While joining it buffers; at a hole it asks to be joined again."""

    def __init__(self, conversation: UUID, outbound: Outbound, on_hole: Callable[["Channel"], None]) -> None:
        self.conversation = conversation
        self.position: Position | None = None
        self.running = False
        self._outbound = outbound
        self._on_hole = on_hole
        self._buffer: list[Frame] | None = []

    def hear(self, frame: Frame) -> None:
        """Take a live frame."""
        if self._buffer is None:
            self._pass_on(frame)
        elif len(self._buffer) < BUFFER_MAX:
            self._buffer.append(frame)

    def pause(self) -> None:
        """Buffer until joined again."""
        self._buffer = []

    def join(self, resumption: Resumption) -> None:
        """Send what was missed, then what was buffered meanwhile, then go live."""
        self.position = resumption.position
        buffered, self._buffer = self._buffer or [], None
        for frame in (*resumption.frames, *buffered):
            self._pass_on(frame)

    def _pass_on(self, frame: Frame) -> None:
        """Send the frame if it is the next; ignore what was sent before; stop at a hole."""
        if self._buffer is not None:
            self._buffer.append(frame)
            return
        if self.position is not None and frame.position <= self.position:
            return
        if self.position is not None and not self.position.precedes(frame.position):
            self._buffer = [frame]
            self._on_hole(self)
            return
        self.position = frame.position
        self.running = not frame.terminal
        self._outbound.put_raw(frame.raw.decode())
