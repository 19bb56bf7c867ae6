"""Every socket of this gateway: admitted, swept once a second, drained at the end."""

import asyncio
import random
import time
from collections import Counter
from uuid import UUID

from pam_gateway.settings import GatewaySettings
from pam_gateway.sockets.chat import ChatSocket
from pam_gateway.sockets.inbound import Closing
from pam_shared.contracts.frames import CloseCode, Drain
from pam_shared.contracts.identity import Identity
from pam_shared.telemetry import metrics

SWEEP_EVERY = 1.0
BATCHES = 10
RECONNECT_WITHIN_MS = 2000


class Registry:
    """The sockets that are open."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._sockets: dict[ChatSocket, UUID | None] = {}
        self._per_member: Counter[UUID] = Counter()
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to sweep."""
        self._sweeper = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        """Sweep no more."""
        if self._sweeper:
            self._sweeper.cancel()

    async def serve(self, socket: ChatSocket) -> None:
        """Serve a socket to its end."""
        self._sockets[socket] = None
        metrics.SOCKETS.inc()
        try:
            await socket.run(self._admit)
        finally:
            metrics.SOCKETS.dec()
            user = self._sockets.pop(socket, None)
            if user is not None:
                self._per_member[user] -= 1
                self._per_member += Counter()

    async def drain(self) -> None:
        """Send everybody elsewhere, in batches, so that they do not all come back at once."""
        sockets = list(self._sockets)
        random.shuffle(sockets)
        pause = self._settings.drain_for / BATCHES / 2
        for start in range(BATCHES):
            for socket in sockets[start::BATCHES]:
                socket.outbound.put(Drain(after_ms=random.randint(0, RECONNECT_WITHIN_MS)))  # noqa: S311 - jitter
                socket.outbound.close(CloseCode.DRAIN, "This gateway is going away; reconnect and resume.")
            if len(sockets) > BATCHES:
                await asyncio.sleep(pause)

    def _admit(self, socket: ChatSocket, who: Identity) -> None:
        most = self._settings.sockets_per_member
        if self._per_member[who.user] >= most:
            raise Closing(CloseCode.TOO_MANY_SOCKETS, f"At most {most} connections at once.")
        self._per_member[who.user] += 1
        self._sockets[socket] = who.user

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_EVERY)
            now = time.monotonic()
            for socket in tuple(self._sockets):
                socket.sweep(now)
