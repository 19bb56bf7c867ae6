"""From a stream to a table, in batches: stored once however often delivered, acknowledged only when stored."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from pam_persistence.rows import Row
from pam_shared.bus.connection import Bus
from pam_shared.bus.consumers import Delivery
from pam_shared.bus.dead_letters import bury, retry_or_bury
from pam_shared.contracts import headers
from pam_shared.errors import UnavailableError
from pam_shared.postgres.pool import Connection, Pool, transaction
from pam_shared.telemetry import metrics
from pam_shared.telemetry.logs import log
from pam_shared.telemetry.traces import late_span

AGAIN_AFTER = 1.0

Decode = Callable[[Delivery], Row | None]
Store = Callable[[Connection, Sequence[Row]], Awaitable[None]]


class Recorder:
    """Records one stream."""

    def __init__(self, bus: Bus, pool: Pool, stream: str, decode: Decode, store: Store) -> None:
        self._bus = bus
        self._pool = pool
        self._stream = stream
        self._decode = decode
        self._store = store

    async def record(self, batch: list[Delivery]) -> None:
        """Store a batch and acknowledge it. While PostgreSQL is away the batch is kept and tried again."""
        started = time.time_ns()
        readable = [(delivery, row) for delivery, row in [await self._read(item) for item in batch] if row is not None]
        while True:
            try:
                await self._write(readable)
                break
            except UnavailableError:
                log.warning("recording has to wait for PostgreSQL", waiting=len(batch))
                await asyncio.gather(*(delivery.in_progress() for delivery in batch))
                await asyncio.sleep(AGAIN_AFTER)
        self._tell(readable, started)

    async def _read(self, delivery: Delivery) -> tuple[Delivery, Row | None]:
        """Decode a delivery. What cannot be read is a dead letter; what needs no row is acknowledged at once."""
        try:
            row = self._decode(delivery)
        except ValueError as error:
            await bury(self._bus, delivery, error)
            return delivery, None
        if row is None:
            await delivery.ack()
        return delivery, row

    async def _write(self, readable: list[tuple[Delivery, Row]]) -> None:
        """Store all in one transaction; if a row is refused, each on its own, so that it takes no neighbour along."""
        if not readable:
            return
        try:
            async with transaction(self._pool) as db:
                await self._store(db, [row for _, row in readable])
        except UnavailableError:
            raise
        except Exception as error:
            if len(readable) == 1:
                await retry_or_bury(self._bus, readable[0][0], error)
                return
            log.exception("a batch was refused")
            for pair in readable:
                await self._write([pair])
            return
        for delivery, _ in readable:
            await delivery.ack()

    def _tell(self, readable: list[tuple[Delivery, Row]], started: int) -> None:
        metrics.RECORDED.labels(self._stream).inc(len(readable))
        for delivery, row in readable:
            values = delivery.headers or {}
            if headers.TRACEPARENT in values:
                with late_span("record", values, started):
                    log.info("recorded", stream=self._stream, id=str(row["id"]))
