"""Who is asking: the claims of the two kinds of token."""

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel


class Role(StrEnum):
    """What a person may be."""

    MEMBER = "member"
    ADMIN = "admin"
    SYSTEM = "system"
    """PAM itself: a service that acts for nobody in particular."""


class Identity(BaseModel, frozen=True):
    """A verified person.

    ``expires_at`` is Unix time in seconds. ``turn`` is set on tokens made for one message: tool calls under such a
    token must carry an idempotency key of that turn.
    """

    user: UUID
    roles: frozenset[Role]
    session: UUID
    expires_at: int
    turn: UUID | None = None

    @property
    def is_admin(self) -> bool:
        """Whether the person operates PAM."""
        return Role.ADMIN in self.roles
