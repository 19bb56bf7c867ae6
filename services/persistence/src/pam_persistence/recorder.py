"""From a stream to a table, in batches: stored once however often delivered, acknowledged only when stored."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from nats.errors import Error as NatsError

from pam_persistence import queries
from pam_persistence.rows import Row
from pam_shared.bus.connection import Bus
from pam_shared.bus.consumers import Delivery
from pam_shared.bus.dead_letters import bury, retry_or_bury
from pam_shared.contracts import headers
from pam_shared.errors import UnavailableError
from pam_shared.postgres.pool import Connection, Pool, transaction
from pam_shared.tasks import end
from pam_shared.telemetry import metrics
from pam_shared.telemetry.logs import log
from pam_shared.telemetry.traces import late_span

AGAIN_AFTER = 1.0
HEARTBEAT_EVERY = 1.5
"""Less than a third of ``ack_wait``, so that two may be late."""
SUSPECT_FROM = 3
"""Deliveries. A crash takes its whole batch along, so many come again; twice without a reason is one too many."""
TRIES_ALONE = 2
Result = TypeVar("Result")


@dataclass(frozen=True)
class Entry:
    """What a stream holds in one place: subject, body, its sequence there and when it was stored."""

    subject: str
    body: bytes
    sequence: int
    stored_at: datetime


@dataclass(frozen=True)
class Record:
    """A stream and its table.

    ``decode`` returns an entry's row, or None for one that needs none; it raises ValueError for what cannot be read.
    ``store`` writes rows, those that are there already left as they are.
    """

    stream: str
    decode: Callable[[Entry], Row | None]
    store: Callable[[Connection, Sequence[Row]], Awaitable[None]]


class FatalMessageError(Exception):
    """Each time the message was recorded, this process died."""


class Recorder:
    """Records one stream."""

    def __init__(self, bus: Bus, pool: Pool, record: Record) -> None:
        self._bus = bus
        self._pool = pool
        self._about = record

    @property
    def stream(self) -> str:
        """What it records."""
        return self._about.stream

    async def record(self, batch: list[Delivery]) -> None:
        """Store a batch and acknowledge it. While PostgreSQL is away the batch is kept and tried again.

        What came often may be what killed this process before, so it is tried alone.
        """
        async with _kept_alive(batch):
            await self._record([delivery for delivery in batch if not _is_suspect(delivery)])
            for delivery in batch:
                if _is_suspect(delivery):
                    await self._record_alone(delivery)

    async def _record(self, batch: list[Delivery]) -> None:
        started = time.time_ns()
        read = await asyncio.gather(*(self._read(delivery) for delivery in batch))
        readable = [(delivery, row) for delivery, row in zip(batch, read, strict=True) if row is not None]
        if readable:
            await self._store(readable)
        self._tell(readable, started)

    async def _record_alone(self, delivery: Delivery) -> None:
        """Record one delivery under a note that outlives this process; who has two notes already is given up.

        Deliveries are counted for the innocent too; a note blames nobody but the one that was tried when we died.
        """
        place = (self.stream, delivery.metadata.sequence.stream)
        tries = await self._patiently(lambda db: queries.note_try(db, *place))
        if tries <= TRIES_ALONE:
            await self._record([delivery])
        elif not await bury(self._bus, delivery, FatalMessageError(f"persistence died of it {TRIES_ALONE} times")):
            return
        await self._patiently(lambda db: queries.forget_tries(db, *place))

    async def _read(self, delivery: Delivery) -> Row | None:
        """Decode a delivery. What cannot be read is a dead letter; what needs no row is acknowledged at once."""
        try:
            row = self._about.decode(_entry(delivery))
        except ValueError as error:
            await bury(self._bus, delivery, error)
            return None
        if row is None:
            await delivery.ack()
        return row

    async def _store(self, readable: list[tuple[Delivery, Row]]) -> None:
        """Store all in one transaction; if a row is refused, each on its own, so that it takes no neighbour along."""
        try:
            await self._patiently(lambda db: self._about.store(db, [row for _, row in readable]))
        except Exception as error:
            if len(readable) == 1:
                await retry_or_bury(self._bus, readable[0][0], error)
                return
            log.exception("a batch was refused")
            for pair in readable:
                await self._store([pair])
            return
        for delivery, _ in readable:
            await delivery.ack()

    async def _patiently(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        """Do the work in a transaction, again for as long as PostgreSQL is away."""
        while True:
            try:
                async with transaction(self._pool) as db:
                    return await work(db)
            except UnavailableError:
                log.warning("recording has to wait for PostgreSQL", stream=self.stream)
                await asyncio.sleep(AGAIN_AFTER)

    def _tell(self, readable: list[tuple[Delivery, Row]], started: int) -> None:
        metrics.RECORDED.labels(self.stream).inc(len(readable))
        for delivery, row in readable:
            values = delivery.headers or {}
            if headers.TRACEPARENT in values:
                with late_span("record", values, started):
                    log.info("recorded", stream=self.stream, id=str(row["id"]))


def _is_suspect(delivery: Delivery) -> bool:
    return (delivery.metadata.num_delivered or 1) >= SUSPECT_FROM


def _entry(delivery: Delivery) -> Entry:
    meta = delivery.metadata
    return Entry(delivery.subject, delivery.data, meta.sequence.stream, meta.timestamp)


@asynccontextmanager
async def _kept_alive(batch: list[Delivery]) -> AsyncIterator[None]:
    """Tell JetStream that the batch is worked on for as long as the block takes."""

    async def heartbeat() -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_EVERY)
            for delivery in batch:
                if not delivery.is_acked:
                    await _beat(delivery)

    beating = asyncio.create_task(heartbeat())
    try:
        yield
    finally:
        await end([beating])


async def _beat(delivery: Delivery) -> None:
    try:
        await delivery.in_progress()
    except (NatsError, OSError) as error:
        log.warning("a heartbeat was lost", error=repr(error))
