"""Frames on their way to one client: bounded, so that a slow reader costs nobody else anything."""

import asyncio
from collections import deque
from contextlib import suppress

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel

from pam_gateway.settings import GatewaySettings
from pam_shared.contracts.frames import CloseCode
from pam_shared.telemetry import metrics


class Outbound:
    """A queue and the task that writes it to the socket. Putting never waits."""

    def __init__(self, socket: WebSocket, settings: GatewaySettings) -> None:
        self._socket = socket
        self._settings = settings
        self._frames: deque[str] = deque()
        self._bytes = 0
        self._more = asyncio.Event()
        self._close: tuple[int, str] | None = None
        self._task = asyncio.create_task(self._write())

    @property
    def closed(self) -> bool:
        """Whether nothing more will be written."""
        return self._close is not None

    @property
    def done(self) -> bool:
        """Whether everything was written that ever will be."""
        return self._task.done()

    def put(self, frame: BaseModel) -> None:
        """Queue a frame of ours."""
        self.put_raw(frame.model_dump_json(exclude_none=True))

    def put_raw(self, frame: str) -> None:
        """Queue a frame as it is. A reader that is a full queue behind is told, and let go to resume later."""
        if self.closed:
            return
        self._frames.append(frame)
        self._bytes += size(frame)
        if len(self._frames) > self._settings.queue_frames or self._bytes > self._settings.queue_bytes:
            metrics.SLOW_CLIENTS.inc()
            self._frames.clear()
            self.close(CloseCode.SLOW, "You are too far behind; reconnect and resume.")
        self._more.set()

    def close(self, code: int, reason: str = "") -> None:
        """Close the socket after what is queued."""
        if self._close is None:
            self._close = (code, reason)
            self._more.set()

    async def finish(self) -> None:
        """Write what is queued and end the task; for when the reading side has ended."""
        self.close(CloseCode.GOING_AWAY)
        with suppress(TimeoutError, asyncio.CancelledError):
            async with asyncio.timeout(self._settings.write_within):
                await self._task

    async def _write(self) -> None:
        with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
            while self._frames or self._close is None:
                async with asyncio.timeout(self._settings.write_within) as patience:
                    while self._frames:
                        frame = self._frames.popleft()
                        self._bytes -= size(frame)
                        await self._socket.send_text(frame)
                        patience.reschedule(asyncio.get_running_loop().time() + self._settings.write_within)
                if self._close is None:
                    self._more.clear()
                    await self._more.wait()
        code, reason = self._close or (CloseCode.SLOW, "Writing took too long.")
        self._close = (code, reason)
        with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
            async with asyncio.timeout(1):
                await self._socket.close(code, reason)


def size(frame: str) -> int:
    """Return a frame's bytes on the wire."""
    return len(frame) if frame.isascii() else len(frame.encode())
