"""Rows of the outbox: what a committed call tells others."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from pam_shared.contracts import subjects, topology
from pam_shared.contracts.events import AuditEvent, DomainEvent, EventEnvelope


def audit_message(event: AuditEvent) -> dict[str, Any]:
    """Return the outbox row of an audit event."""
    return _message(topology.AUDIT, subjects.audit(event.service), event.model_dump(mode="json"))


def event_message(event: DomainEvent, user: UUID, occurred_at: datetime) -> dict[str, Any]:
    """Return the outbox row of something that happened to a member's things."""
    envelope = EventEnvelope(id=uuid4(), user=user, occurred_at=occurred_at, data=event.model_dump(mode="json"))
    subject = subjects.event(event.domain, event.name, event.version)
    return _message(topology.EVENTS, subject, envelope.model_dump(mode="json"))


def _message(stream: str, subject: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"stream": stream, "subject": subject, "headers": {}, "body": body}
