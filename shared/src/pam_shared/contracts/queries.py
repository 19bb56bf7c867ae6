"""What persistence answers on ``pam.query.*`` and ``pam.operator.*``."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

PAGE_DEFAULT = 50
PAGE_MAX = 100

MESSAGES = "messages"
CONVERSATIONS = "conversations"
CONVERSATION_ACCESS = "conversation_access"
DEAD_LETTERS = "dead_letters"
DISCARD_DEAD_LETTER = "discard_dead_letter"


class Page(BaseModel):
    """A keyset page is asked for by size and by the opaque cursor of the page before."""

    limit: int = Field(PAGE_DEFAULT, ge=1, le=PAGE_MAX)
    cursor: str | None = None


class MessagesQuery(Page):
    """Ask for a conversation's messages, newest page first.

    ``recorded`` is the log sequence of a message that must be on record first; the answer waits up to two seconds.
    """

    conversation: UUID
    recorded: int | None = None


class StoredMessage(BaseModel):
    """A message of a conversation."""

    id: UUID
    role: Literal["user", "assistant", "system"]
    content: str
    created_at: datetime
    metadata: dict[str, Any] = {}


class MessagesPage(BaseModel):
    """Messages in the order they were said, the newest last; ``next_cursor`` leads to earlier ones."""

    messages: list[StoredMessage]
    next_cursor: str | None = None
    has_more: bool = False


class ConversationsQuery(Page):
    """Ask for the member's conversations, the most recently used first."""


class StoredConversation(BaseModel):
    """A conversation of the member."""

    id: UUID
    title: str
    created_at: datetime
    updated_at: datetime


class ConversationsPage(BaseModel):
    """Conversations, the most recently used first."""

    conversations: list[StoredConversation]
    next_cursor: str | None = None
    has_more: bool = False


class Access(StrEnum):
    """Whose a conversation is, seen from the member who asks."""

    OWN = "own"
    FREE = "free"
    FOREIGN = "foreign"


class AccessQuery(BaseModel):
    """Ask whether a conversation is the member's, nobody's or somebody else's, and whether a message is on record."""

    conversation: UUID
    message: UUID | None = None


class AccessReply(BaseModel):
    """The answer to an AccessQuery."""

    access: Access
    known: bool = False


class DeadLettersQuery(Page):
    """Ask for dead letters, the newest first; with ``id`` for that one alone."""

    id: UUID | None = None


class StoredDeadLetter(BaseModel):
    """What a consumer gave up on, with all that a replay needs."""

    id: UUID
    stream: str
    consumer: str
    subject: str
    headers: dict[str, str]
    payload: str
    attempts: int
    last_error: str
    user_id: UUID | None = None
    created_at: datetime


class DeadLettersPage(BaseModel):
    """Dead letters, the newest first."""

    dead_letters: list[StoredDeadLetter]
    next_cursor: str | None = None
    has_more: bool = False


class DiscardDeadLetter(BaseModel):
    """Tell persistence that a dead letter is dealt with: ``replayed`` or ``discarded``."""

    id: UUID
    resolution: Literal["replayed", "discarded"]


class Discarded(BaseModel):
    """Whether there was such an open dead letter."""

    found: bool
