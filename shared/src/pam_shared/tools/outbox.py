"""The relay: what calls put into the outbox is published to its stream, and deleted once it is there."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import orjson

from pam_shared.bus.connection import Bus, StreamRefusedError
from pam_shared.contracts import headers
from pam_shared.errors import UnavailableError
from pam_shared.postgres.pool import Pool, Record, transaction
from pam_shared.tasks import end
from pam_shared.telemetry import metrics
from pam_shared.telemetry.logs import log
from pam_shared.tools import queries

BATCH = 100
POLL_EVERY = 1.0
GATHER_FOR = 0.1
"""Seconds a call waits for others to be relayed with it: nobody waits for events, and a batch costs as one."""
TIDY_EVERY = 3600.0
INBOX_KEPT = timedelta(days=8)
"""Longer than the conversation log: a call can be repeated for as long as its turn can."""


class OutboxRelay:
    """One per process; several processes share the work by skipping each other's locked rows."""

    def __init__(self, bus: Bus, pool: Pool, *, inbox: bool = True) -> None:
        """``inbox`` is whether there are old calls to forget, too."""
        self._bus = bus
        self._pool = pool
        self._inbox = inbox
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to relay, and to forget calls that nobody can repeat any more."""
        self._tasks = [asyncio.create_task(self._run())]
        if self._inbox:
            self._tasks.append(asyncio.create_task(self._tidy()))

    async def stop(self) -> None:
        """Relay what is there and stop."""
        await end(self._tasks)
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
            except Exception:
                # Whatever it was, the rows are still there, and a relay that ended would be missed by nobody.
                log.exception("the outbox could not be relayed")
                await asyncio.sleep(POLL_EVERY)
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_EVERY):
                    await self._wake.wait()
                    await asyncio.sleep(GATHER_FOR)
            self._wake.clear()

    async def _tidy(self) -> None:
        while True:
            try:
                async with transaction(self._pool) as db:
                    await queries.forget_calls(db, INBOX_KEPT)
            except UnavailableError as error:
                log.warning("old calls are forgotten later", reason=str(error))
            await asyncio.sleep(TIDY_EVERY)

    async def _relay(self) -> None:
        while await self._relay_batch() == BATCH:
            pass

    async def _publish(self, row: Record) -> None:
        values = {**row["headers"], headers.MESSAGE_ID: str(row["id"])}
        await self._bus.publish(row["stream"], row["subject"], orjson.dumps(row["body"]), values)

    async def _relay_batch(self) -> int:
        """Publish and delete in one transaction: if a publish fails, all rows stay; the stream forgets repeats."""
        async with transaction(self._pool) as db:
            rows = await queries.take_outbox(db, BATCH)
            await asyncio.gather(*(self._publish(row) for row in rows))
        metrics.OUTBOX_RELAYED.inc(len(rows))
        return len(rows)
