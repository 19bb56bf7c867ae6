"""Frames on their way over one WebSocket."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from fastapi import WebSocket, WebSocketDisconnect

from pam_gateway.protocols import abort_of
from pam_gateway.settings import GatewaySettings
from pam_gateway.sockets.outlet import Outlet
from pam_shared.contracts.frames import CloseCode

CLOSE_WITHIN = 3.0


class Outbound(Outlet):
    """A queue and the task that writes it to the socket."""

    def __init__(self, socket: WebSocket, settings: GatewaySettings) -> None:
        super().__init__(settings)
        self._socket = socket
        self._abort: Callable[[], None] = abort_of(socket)
        self._task = asyncio.create_task(self._write())

    @property
    def done(self) -> bool:
        """Whether everything was written that ever will be."""
        return self._task.done()

    async def finish(self) -> None:
        """Write what is queued and end the task; for when the reading side has ended."""
        self.close(CloseCode.GOING_AWAY)
        with suppress(TimeoutError, asyncio.CancelledError):
            async with asyncio.timeout(self._settings.write_within):
                await self._task

    async def _write(self) -> None:
        with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
            while self._frames or self._close is None:
                await self._write_queued()
                await self.refilled()
        code, reason = self._close or (CloseCode.SLOW, "Writing took too long.")
        self._close = (code, reason)
        try:
            async with asyncio.timeout(CLOSE_WITHIN):
                await self._socket.close(code, reason)
        except (WebSocketDisconnect, RuntimeError):
            return
        except TimeoutError:
            self._abort()

    async def _write_queued(self) -> None:
        """Write all that is queued. Raises TimeoutError when the peer takes nothing for too long."""
        within, clock = self._settings.write_within, asyncio.get_running_loop()
        async with asyncio.timeout(within) as patience:
            while (text := self.take()) is not None:
                await self._socket.send_text(text)
                patience.reschedule(clock.time() + within)
