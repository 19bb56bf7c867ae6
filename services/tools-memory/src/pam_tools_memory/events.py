"""What this worker tells others: which facts there are, never what they say."""

from typing import ClassVar
from uuid import UUID

from pam_shared.contracts.events import DomainEvent
from pam_tools_memory.kinds import Kind


class FactRemembered(DomainEvent):
    """A member stated something, or confirmed it."""

    domain: ClassVar[str] = "memory"
    name: ClassVar[str] = "fact_remembered"

    fact_id: UUID
    kind: Kind
    confirmed: bool


class FactForgotten(DomainEvent):
    """A member had facts forgotten."""

    domain: ClassVar[str] = "memory"
    name: ClassVar[str] = "fact_forgotten"

    fact_ids: list[UUID]
