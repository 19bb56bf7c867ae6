"""The WebSocket protocol ``pam.v1``: frames of both directions and close codes."""

from enum import IntEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AliasChoices, BaseModel, Field, TypeAdapter

from pam_shared.contracts.conversation import Answered, Decision, WhenBusy
from pam_shared.contracts.live import Position
from pam_shared.contracts.problems import Category, Problem
from pam_shared.contracts.queries import StoredMessage

SUBPROTOCOL = "pam.v1"


class Hello(BaseModel):
    """The first frame: who is there."""

    type: Literal["hello"]
    token: str = Field(max_length=8192)
    client: str | None = Field(None, max_length=200)


class Refresh(BaseModel):
    """A new token of the same member, before the old one expires."""

    type: Literal["refresh"]
    token: str = Field(max_length=8192)


class Open(BaseModel):
    """Subscribe to a conversation; resume after ``position``, or from now."""

    type: Literal["open"]
    conversation: UUID
    position: Position | None = None


class Close(BaseModel):
    """Unsubscribe from a conversation."""

    type: Literal["close"]
    conversation: UUID


class Send(BaseModel):
    """Say something; with ``answers`` it is a yes or no to a call that waits, whatever the text.

    The text's bounds are checked by the gateway so that the error can name the message.
    """

    type: Literal["send"]
    id: UUID
    conversation: UUID
    text: str
    context: dict[str, Any] | None = None
    when_busy: WhenBusy = WhenBusy.ENQUEUE
    answers: Answered | None = None


class Cancel(BaseModel):
    """Want no answer, or no more of it, to the message ``id``. The turn's terminal event is the reply."""

    type: Literal["cancel"]
    conversation: UUID
    id: UUID = Field(validation_alias=AliasChoices("id", "turn"))


class Answer(BaseModel):
    """Say yes or no to a call that waits for the member. Acked like a message; answering again changes nothing."""

    type: Literal["answer"]
    conversation: UUID
    approval: UUID
    decision: Decision
    note: str = Field("", max_length=2000)


class Ping(BaseModel):
    """Ask for a pong."""

    type: Literal["ping"]
    n: int | None = None


ClientFrame = Annotated[Hello | Refresh | Open | Close | Send | Cancel | Answer | Ping, Field(discriminator="type")]
CLIENT_FRAME: TypeAdapter[Hello | Refresh | Open | Close | Send | Cancel | Answer | Ping] = TypeAdapter(ClientFrame)


class Welcome(BaseModel):
    """The answer to hello. Interval in seconds, frame size in bytes, expiry in Unix seconds."""

    type: Literal["welcome"] = "welcome"
    user: UUID
    session: UUID
    ping_interval: float
    max_frame: int
    expires_at: int
    mode: Literal["claude", "rules"]
    banner: str | None = None


class Opened(BaseModel):
    """The answer to open. With ``recovered`` false a snapshot follows."""

    type: Literal["opened"] = "opened"
    conversation: UUID
    position: Position | None
    recovered: bool


class Ack(BaseModel):
    """The message is written down: from here on it cannot be lost."""

    type: Literal["ack"] = "ack"
    id: UUID
    conversation: UUID
    duplicate: bool


class Snapshot(BaseModel):
    """The conversation as it stands, where the position asked for is gone."""

    type: Literal["snapshot"] = "snapshot"
    conversation: UUID
    position: Position | None
    messages: list[StoredMessage]
    next_cursor: str | None = None


class Error(BaseModel):
    """Something a frame asked for did not happen. ``message`` is safe to show, ``retry_after`` in seconds."""

    type: Literal["error"] = "error"
    id: UUID | None = None
    code: str
    category: Category
    message: str
    retry_after: float | None = None
    temporary: bool = False

    @classmethod
    def of(cls, problem: Problem, message_id: UUID | None = None) -> "Error":
        """Return the frame that carries a problem."""
        return cls(
            id=message_id,
            code=problem.code,
            category=problem.category,
            message=problem.message,
            retry_after=problem.retry_after,
            temporary=problem.temporary,
        )


class Drain(BaseModel):
    """This gateway goes away: reconnect within ``after_ms``, jittered."""

    type: Literal["drain"] = "drain"
    after_ms: int


class Pong(BaseModel):
    """The answer to ping."""

    type: Literal["pong"] = "pong"
    n: int | None = None


class CloseCode(IntEnum):
    """Why a socket was closed. 44xx: not unchanged; 45xx: back off; 46xx: at once, and resume."""

    GOING_AWAY = 1001
    BINARY = 1003
    BAD_FRAME = 4400
    TOKEN = 4401
    NO_HELLO = 4402
    FORBIDDEN = 4403
    VERSION = 4406
    TOO_MANY_SOCKETS = 4409
    INTERNAL = 4500
    OVERLOADED = 4503
    RATE_LIMITED = 4529
    IDLE = 4600
    DRAIN = 4601
    SLOW = 4608
    POSITION_LOST = 4610
    NO_PONG = 4612
    TOKEN_EXPIRED = 4614


class MessageReference(BaseModel):
    """The one field of a faulty frame that tells which message it was about."""

    id: UUID


MESSAGE_REFERENCE: TypeAdapter[MessageReference] = TypeAdapter(MessageReference)
