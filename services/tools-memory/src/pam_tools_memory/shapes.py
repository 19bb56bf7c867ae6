"""A fact as callers see it, and as it is said."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from pam_shared.clock import spoken_day
from pam_shared.tools.declaration import id_from
from pam_tools_memory.kinds import Kind
from pam_tools_memory.rules import plain_subject, tidy

MemoryId = Annotated[UUID, id_from("remember", "memory.id")]
Statement = Annotated[str, AfterValidator(tidy)]
Subject = Annotated[str, AfterValidator(plain_subject)]


class Memory(BaseModel):
    """Something the member stated, in their words."""

    id: UUID
    kind: Kind
    subject: str
    statement: str
    said_at: datetime
    turn_id: UUID | None = Field(description="The turn of the conversation it was said in; none if it was not.")
    confidence: float = Field(description="How surely the member meant it, 0 to 1.")
    confirmed: bool = Field(description="Whether it needs no confirmation any more.")

    @property
    def quoted(self) -> str:
        """The statement as a quotation, to be put into a sentence."""
        return f"“{self.statement.rstrip('.')}”"

    @property
    def spoken(self) -> str:
        """The statement with when and where it was said."""
        where = "in our conversation" if self.turn_id else "outside a conversation"
        doubt = "" if self.confirmed else ", which you have not confirmed yet"
        return f"you said {where} on {spoken_day(self.said_at)}: {self.quoted}{doubt}"


def numbered(memories: list[Memory]) -> str:
    """Return statements as a list to choose from."""
    return "; ".join(f"({number}) {memory.quoted}" for number, memory in enumerate(memories, 1))
