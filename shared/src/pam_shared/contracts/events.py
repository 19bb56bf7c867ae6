"""Events that leave a service: domain events, sign-ins, audit events and dead letters."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel


class DomainEvent(BaseModel):
    """Something that happened in a worker. Subclasses name their domain and past participle; money is decimal."""

    domain: ClassVar[str]
    name: ClassVar[str]
    version: ClassVar[int] = 1


class MemberDeleted(DomainEvent):
    """A member left and wants to be forgotten: whoever holds anything of theirs deletes it."""

    domain: ClassVar[str] = "member"
    name: ClassVar[str] = "deleted"


class EventEnvelope(BaseModel):
    """A domain event as published from an outbox. ``id`` is the row's and deduplicates."""

    id: UUID
    user: UUID
    occurred_at: datetime
    data: dict[str, Any]


class MemberSignedIn(BaseModel):
    """A member has just signed in and will probably speak. The message's identity header allows reading for them."""

    user: UUID


class AuditEvent(BaseModel):
    """Who did what. ``outcome`` is a ToolReply's, or a sign-in's; ``parameters`` hold no secret."""

    id: UUID
    at: datetime
    service: str
    action: str
    user: UUID | None = None
    session: UUID | None = None
    request_id: str = ""
    trace_id: str = ""
    outcome: str
    parameters: dict[str, Any] = {}
    error: str | None = None
    duration_ms: float | None = None


class DeadLetter(BaseModel):
    """What a consumer gave up on: the original, whole, and why."""

    id: UUID
    stream: str
    consumer: str
    subject: str
    headers: dict[str, str]
    payload: str
    attempts: int
    last_error: str
    at: datetime
