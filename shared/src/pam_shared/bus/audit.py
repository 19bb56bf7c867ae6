"""Audit events on their way to the AUDIT stream, without making anybody wait."""

from collections.abc import Sequence

from pam_shared.bus.connection import Bus
from pam_shared.bus.sending import SendQueue
from pam_shared.contracts import headers, subjects, topology
from pam_shared.contracts.events import AuditEvent
from pam_shared.telemetry.logs import log

AT_ONCE = 64
"""Events on their way together: one after the other, a busy worker makes more than the stream takes."""


class AuditTrail:
    """A queue of audit events. When it is full, the newest event goes to the log instead."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._queue = SendQueue(self._publish, AT_ONCE)

    async def start(self) -> None:
        """Begin to publish."""
        await self._queue.start()

    async def stop(self) -> None:
        """Publish what is queued, for a few seconds, and stop."""
        await self._queue.stop()

    def record(self, event: AuditEvent) -> None:
        """Queue an event."""
        if not self._queue.add(event):
            log.error("an audit event found no room", **event.model_dump(mode="json"))

    async def _publish(self, events: Sequence[AuditEvent]) -> list[AuditEvent]:
        """Publish events at once; return those that have to wait."""
        messages = [(event.model_dump_json().encode(), {headers.MESSAGE_ID: str(event.id)}) for event in events]
        subject = subjects.audit(self._bus.service)
        stored = await self._bus.publish_all(topology.AUDIT, subject, messages)
        waiting = [event for event, done in zip(events, stored, strict=True) if not done]
        if waiting:
            log.warning("audit events have to wait", events=len(waiting))
        return waiting
