"""What this worker tells others."""

from typing import ClassVar
from uuid import UUID

from pam_shared.contracts.events import DomainEvent


class KnowledgeAdded(DomainEvent):
    """PAM knows something new that it may tell everybody."""

    domain: ClassVar[str] = "insight"
    name: ClassVar[str] = "knowledge_added"

    knowledge_id: UUID
    category: str


class RecommendationCreated(DomainEvent):
    """There is a recommendation for a member, who is not the one that made it."""

    domain: ClassVar[str] = "insight"
    name: ClassVar[str] = "recommendation_created"

    recommendation_id: UUID
    recommended_to: UUID
    type: str
    priority: str
