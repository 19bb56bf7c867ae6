"""Every connection that stays: admitted, swept once a second, sent elsewhere when this gateway goes."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol
from uuid import UUID

from pam_gateway.settings import GatewaySettings
from pam_shared.contracts.identity import Identity
from pam_shared.errors import OverloadedError
from pam_shared.telemetry import metrics

SWEEP_EVERY = 1.0
BATCHES = 10
RECONNECT_WITHIN_MS = 2000


class Connection(Protocol):
    """A client that stays connected."""

    def sweep(self, now: float) -> None:
        """Look whether its time is over; ``now`` is the monotonic clock's."""

    async def drain(self, after_ms: int) -> None:
        """Send it elsewhere, to come back after so many milliseconds, once what it has asked for is done."""


class Registry:
    """The connections that are open. ``draining`` is true from the moment this gateway begins to go."""

    def __init__(self, settings: GatewaySettings) -> None:
        self.draining = False
        self._settings = settings
        self._connections: dict[Connection, UUID | None] = {}
        self._per_member: Counter[UUID] = Counter()
        self._waiting: set[Callable[[], None]] = set()
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to sweep."""
        self._sweeper = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        """Sweep no more."""
        if self._sweeper:
            self._sweeper.cancel()

    @contextmanager
    def attending(self, connection: Connection) -> Iterator[None]:
        """Attend to a connection for as long as the block."""
        self._connections[connection] = None
        metrics.SOCKETS.inc()
        try:
            yield
        finally:
            metrics.SOCKETS.dec()
            user = self._connections.pop(connection)
            if user is not None:
                self._per_member[user] -= 1
                self._per_member += Counter()

    def admit(self, connection: Connection, who: Identity) -> None:
        """Count a connection as a member's. Raises OverloadedError where it is one too many."""
        most = self._settings.sockets_per_member
        if self._per_member[who.user] >= most:
            raise OverloadedError(f"At most {most} connections at once.", code="too_many_sockets")
        self._per_member[who.user] += 1
        self._connections[connection] = who.user

    @contextmanager
    def telling(self, waiting: Callable[[], None]) -> Iterator[None]:
        """Call ``waiting`` if the gateway begins to go during the block, or is going already."""
        if self.draining:
            waiting()
        self._waiting.add(waiting)
        try:
            yield
        finally:
            self._waiting.discard(waiting)

    async def drain(self) -> None:
        """Send everybody elsewhere, in batches, so that they do not all come back at once."""
        self.draining = True
        for waiting in tuple(self._waiting):
            waiting()
        connections = list(self._connections)
        random.shuffle(connections)
        pause = self._settings.drain_for / BATCHES / 2 if len(connections) > BATCHES else 0
        async with asyncio.TaskGroup() as leaving:
            for number, connection in enumerate(connections):
                leaving.create_task(self._send_away(connection, number % BATCHES * pause))

    async def turn_away(self, connection: Connection) -> None:
        """Send a connection elsewhere that came while this gateway was going."""
        await self._send_away(connection, 0)

    async def _send_away(self, connection: Connection, pause: float) -> None:
        await asyncio.sleep(pause)
        await connection.drain(random.randint(0, RECONNECT_WITHIN_MS))  # noqa: S311 - jitter

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_EVERY)
            now = time.monotonic()
            for connection in tuple(self._connections):
                connection.sweep(now)
