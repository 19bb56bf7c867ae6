"""Frames on their way to one client: bounded, so that a slow reader costs nobody else anything."""

import asyncio
from collections import deque
from collections.abc import Callable

from pydantic import BaseModel

from pam_gateway.live_feed import Frame
from pam_gateway.settings import GatewaySettings
from pam_shared.contracts.frames import CloseCode, Error
from pam_shared.contracts.problems import Category
from pam_shared.telemetry import metrics

LAGGING = Error(
    code="lagging",
    category=Category.USER,
    message="Your connection is slower than the answer. It may be closed soon, to resume where you were.",
    temporary=True,
)


class Outlet:
    """A bounded queue of frames. Putting never waits; whoever writes takes them with :meth:`take`.

    A reader half a queue behind is told; one that is a full queue behind is let go, to resume.
    """

    def __init__(self, settings: GatewaySettings) -> None:
        self.on_room: Callable[[], None] = _nothing
        self._settings = settings
        self._frames: deque[str] = deque()
        self._bytes = 0
        self._lagging = False
        self._more = asyncio.Event()
        self._close: tuple[int, str] | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing more will be queued."""
        return self._close is not None

    @property
    def has_room(self) -> bool:
        """Whether less than half of the queue is taken. ``on_room`` is called when all was written."""
        return not self._fills(0.5)

    def put(self, frame: BaseModel) -> None:
        """Queue a frame of ours."""
        self.put_raw(frame.model_dump_json(exclude_none=True))

    def put_event(self, frame: Frame) -> None:
        """Queue an event as it came."""
        self.put_raw(frame.raw.decode())

    def put_raw(self, text: str) -> None:
        """Queue a frame as it goes over the wire; one alone may be larger than the queue."""
        if self.closed:
            return
        if self._fills(1):
            metrics.SLOW_CLIENTS.inc()
            self._frames.clear()
            self.close(CloseCode.SLOW, "You are too far behind; reconnect and resume.")
            return
        self._frames.append(text)
        self._bytes += size(text)
        if not self._lagging and not self.has_room:
            self._warn()
        self._more.set()

    def close(self, code: int, reason: str = "") -> None:
        """End the connection after what is queued."""
        if self._close is None:
            self._close = (code, reason)
            self._more.set()

    def take(self) -> str | None:
        """Take the next frame; None when all was taken."""
        if not self._frames:
            return None
        text = self._frames.popleft()
        self._bytes -= size(text)
        return text

    async def refilled(self) -> None:
        """Let what was missed follow what was written, and wait until there is something to write, or to end."""
        self._lagging = False
        self.on_room()
        if self._close is None and not self._frames:
            self._more.clear()
            await self._more.wait()

    def lag_notice(self) -> str:
        """Return what a reader that is behind is told, as it goes over the wire."""
        return LAGGING.model_dump_json(exclude_none=True)

    def _warn(self) -> None:
        """Tell the reader that it is behind, ahead of what it has to read."""
        self._lagging = True
        notice = self.lag_notice()
        self._frames.appendleft(notice)
        self._bytes += size(notice)

    def _fills(self, share: float) -> bool:
        """Whether this share of the queue is taken."""
        most, most_bytes = self._settings.queue_frames, self._settings.queue_bytes
        return len(self._frames) >= share * most or self._bytes >= share * most_bytes


def size(text: str) -> int:
    """Return a frame's bytes on the wire."""
    return len(text) if text.isascii() else len(text.encode())


def _nothing() -> None:
    """Do nothing: nobody waits for room."""
