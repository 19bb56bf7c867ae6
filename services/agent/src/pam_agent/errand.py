"""What an attempt is asked to do."""

from uuid import UUID

from pydantic import BaseModel


class Errand(BaseModel):
    """One message to answer: whose, its log sequence, how often it was delivered, and the headers it came with."""

    user: UUID
    conversation: UUID
    sequence: int
    delivered: int
    headers: dict[str, str]
