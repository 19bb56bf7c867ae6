"""Audit events on their way to the AUDIT stream, without making anybody wait."""

import asyncio
from contextlib import suppress

from pam_shared.bus.connection import Bus, StreamRefusedError
from pam_shared.contracts import headers, subjects, topology
from pam_shared.contracts.events import AuditEvent
from pam_shared.errors import UnavailableError
from pam_shared.tasks import end
from pam_shared.telemetry.logs import log

QUEUE = 10_000
AT_ONCE = 64
"""Events on their way together: one after the other, a busy worker makes more than the stream takes."""
AGAIN_AFTER = 1.0
DRAIN_FOR = 5.0


class AuditTrail:
    """A bounded queue and the task that empties it. When it is full, the newest event goes to the log instead."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._events: asyncio.Queue[AuditEvent] = asyncio.Queue(QUEUE)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to publish."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Publish what is queued, for a few seconds, and stop."""
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_FOR):
                await self._events.join()
        if self._task:
            await end([self._task])

    def record(self, event: AuditEvent) -> None:
        """Queue an event."""
        try:
            self._events.put_nowait(event)
        except asyncio.QueueFull:
            log.error("an audit event found no room", **event.model_dump(mode="json"))

    async def _run(self) -> None:
        while True:
            events = [await self._events.get()]
            while len(events) < AT_ONCE and not self._events.empty():
                events.append(self._events.get_nowait())
            await asyncio.gather(*map(self._publish, events))
            for _ in events:
                self._events.task_done()

    async def _publish(self, event: AuditEvent) -> None:
        body = event.model_dump_json().encode()
        while True:
            try:
                await self._bus.publish(
                    topology.AUDIT, subjects.audit(event.service), body, {headers.MESSAGE_ID: str(event.id)}
                )
            except (UnavailableError, StreamRefusedError) as error:
                log.warning("an audit event has to wait", reason=str(error))
                await asyncio.sleep(AGAIN_AFTER)
            else:
                return
