"""Signed-out sessions, watched: a sign-out reaches every service in milliseconds, with no look-up per call."""

import asyncio
from uuid import UUID

from nats.errors import Error as NatsError
from nats.js.kv import KeyValue

from pam_shared.bus.connection import Bus
from pam_shared.contracts.topology import REVOKED_SESSIONS
from pam_shared.tasks import end
from pam_shared.telemetry.logs import log

AGAIN_AFTER = 1.0


class Revocations:
    """The set of revoked sessions. ``sessions`` is shared with the Verifier and changes under it."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.sessions: set[UUID] = set()
        self._task: asyncio.Task[None] | None = None
        self._lost = asyncio.Event()

    async def start(self) -> None:
        """Load what is revoked and follow what comes."""
        bucket = await self._bus.jetstream.key_value(REVOKED_SESSIONS)
        self._task = asyncio.create_task(self._follow(bucket))
        self._bus.on_reconnect(self._lost.set)

    async def stop(self) -> None:
        """Stop following."""
        if self._task:
            await end([self._task])

    async def revoke(self, session: UUID) -> None:
        """Revoke a session for every service."""
        bucket = await self._bus.jetstream.key_value(REVOKED_SESSIONS)
        await bucket.put(str(session), b"")
        self.sessions.add(session)

    async def _follow(self, bucket: KeyValue) -> None:
        while True:
            try:
                self._lost.clear()
                await self._hear(await bucket.watchall())
            except (NatsError, TimeoutError, ValueError) as error:
                log.warning("the watch on revoked sessions broke", error=repr(error))
            await asyncio.sleep(AGAIN_AFTER)

    async def _hear(self, watcher: KeyValue.KeyWatcher) -> None:
        """Take in what is revoked until the connection was lost: the server has forgotten who watches then."""
        hearing = asyncio.create_task(self._take(watcher))
        lost = asyncio.create_task(self._lost.wait())
        try:
            await asyncio.wait({hearing, lost}, return_when=asyncio.FIRST_COMPLETED)
            if hearing.done():
                hearing.result()
        finally:
            await end([hearing, lost])
            await watcher.stop()  # type: ignore[no-untyped-call]  # nats-py leaves it untyped

    async def _take(self, watcher: KeyValue.KeyWatcher) -> None:
        async for entry in watcher:
            if entry is not None:
                self.sessions.add(UUID(entry.key))
