"""The relay: what calls put into the outbox is published to its stream, and deleted once it is there."""

import asyncio
from contextlib import suppress

import orjson

from pam_shared.bus.connection import Bus, StreamRefusedError
from pam_shared.contracts import headers
from pam_shared.errors import UnavailableError
from pam_shared.postgres.pool import Pool, Record, transaction
from pam_shared.telemetry import metrics
from pam_shared.telemetry.logs import log

BATCH = 100
POLL_EVERY = 1.0
GATHER_FOR = 0.02
INBOX_KEPT = "8 days"
"""Longer than the conversation log: a call can be repeated for as long as its turn can."""


class OutboxRelay:
    """One per worker process; several processes share the work by skipping each other's locked rows."""

    def __init__(self, bus: Bus, pool: Pool) -> None:
        self._bus = bus
        self._pool = pool
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to relay."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Relay what is there and stop."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        with suppress(UnavailableError):
            await self._relay()

    def wake(self) -> None:
        """Say that a call has just been committed."""
        self._wake.set()

    async def _run(self) -> None:
        while True:
            try:
                await self._relay()
            except (UnavailableError, StreamRefusedError) as error:
                log.warning("the outbox has to wait", reason=str(error))
                await asyncio.sleep(POLL_EVERY)
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_EVERY):
                    await self._wake.wait()
                    await asyncio.sleep(GATHER_FOR)
            self._wake.clear()

    async def _relay(self) -> None:
        while await self._relay_batch() == BATCH:
            pass

    async def _publish(self, row: Record) -> None:
        values = {**row["headers"], headers.MESSAGE_ID: str(row["id"])}
        await self._bus.publish(row["stream"], row["subject"], orjson.dumps(row["body"]), values)

    async def _relay_batch(self) -> int:
        """Publish and delete in one transaction: if a publish fails, all rows stay; the stream forgets repeats."""
        async with transaction(self._pool) as db:
            rows = await db.fetch("select * from take_outbox($1)", BATCH)
            await asyncio.gather(*(self._publish(row) for row in rows))
        metrics.OUTBOX_RELAYED.inc(len(rows))
        return len(rows)
