"""The conversation log: what the gateway and the agent append to ``pam.conversation.<user>.<conversation>.*``.

Readers ignore fields they do not know; writers are strict. A turn has the id of the message it answers.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, Field, TypeAdapter

from pam_shared.contracts.problems import Problem
from pam_shared.contracts.tools import Cited, Outcome, ToolReply

TEXT_MAX = 10_000


class WhenBusy(StrEnum):
    """What becomes of a message that is sent while an earlier one is being answered."""

    ENQUEUE = "enqueue"
    INTERRUPT = "interrupt"
    REJECT = "reject"


class Decision(StrEnum):
    """What a member says to a call that waits for them."""

    APPROVE = "approve"
    DECLINE = "decline"


class Answered(BaseModel):
    """Which approval a message answers, and how."""

    approval: UUID
    decision: Decision


class Approval(BaseModel):
    """A call that waits for the member: exactly what would be done, said in ``message``, and until when it can be."""

    id: UUID
    tool_use_id: str
    tool: str
    arguments: dict[str, Any]
    message: str
    expires_at: datetime


class MessageReceived(BaseModel):
    """A member said something. ``id`` is the client's own and stays the same over retries.

    One that interrupts cancels every unanswered message before it in the log. One that ``answers`` an approval is the
    member's yes or no, whatever its text says.
    """

    type: Literal["MessageReceived"] = "MessageReceived"
    id: UUID
    text: str
    context: dict[str, Any] | None = None
    when_busy: WhenBusy = WhenBusy.ENQUEUE
    answers: Answered | None = None
    received_at: datetime


class CancelRequested(BaseModel):
    """A member wants no answer, or no more of it, to the message with the id ``turn``."""

    type: Literal["CancelRequested"] = "CancelRequested"
    turn: UUID
    requested_at: datetime


class TextBlock(BaseModel):
    """Text the model wrote."""

    type: Literal["text"] = "text"
    text: str


class ToolUseBlock(BaseModel):
    """A tool the model wants called."""

    type: Literal["tool_use"] = "tool_use"
    id: str
    name: str
    input: dict[str, Any]


Block = Annotated[TextBlock | ToolUseBlock, Field(discriminator="type")]


def text_of(content: list[TextBlock | ToolUseBlock]) -> str:
    """Return the text of a reply alone."""
    return "".join(block.text for block in content if isinstance(block, TextBlock))


class Usage(BaseModel):
    """Tokens of one model call, or of a turn."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0

    @property
    def read_tokens(self) -> int:
        """How long the request was, whatever of it came from the cache."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(**{name: getattr(self, name) + getattr(other, name) for name in type(self).model_fields})


class TurnStarted(BaseModel):
    """An agent took a message over.

    ``nonce`` tells this attempt's writer from every other. ``delivered`` is JetStream's delivery count. ``base`` is
    the log sequence where the context of the conversation begins: nothing before it need be read.
    """

    type: Literal["TurnStarted"] = "TurnStarted"
    turn: UUID
    attempt: int
    nonce: str
    delivered: int
    base: int


class ModelReplied(BaseModel):
    """The model asked for tools. ``step`` counts the model calls of the turn from 0.

    ``approved`` are the approvals these calls were given by the member: then no model asked in this turn.
    """

    type: Literal["ModelReplied"] = "ModelReplied"
    turn: UUID
    step: int
    content: list[Block]
    model: str
    usage: Usage = Usage()
    approved: list[UUID] = []
    base: int


class ToolReturned(BaseModel):
    """A tool answered one call of the model. ``records`` is what a member calls the records it works on."""

    type: Literal["ToolReturned"] = "ToolReturned"
    turn: UUID
    tool_use_id: str
    tool: str
    records: str = ""
    reply: ToolReply
    base: int


class TurnStatus(StrEnum):
    """How a turn ended. ``interrupt``: calls wait for the member's approval, and their answer is another turn."""

    SUCCESS = "success"
    INTERRUPT = "interrupt"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ToolUsed(BaseModel):
    """A tool a turn called, and how that went."""

    name: str
    outcome: Outcome


class TurnFinished(BaseModel):
    """The one terminal entry of a turn. ``tools`` were called; those named in ``not_run`` had no effect.

    ``approvals`` are the calls that wait for the member.

    ``text`` is all that clients were shown, over all steps, and ``sources`` are where it comes from.

    ``epoch`` and ``sequence`` are the position of the terminal event clients see, so that whoever finds the turn
    settled can say it again without saying it twice. ``context_tokens`` is how long the model's last request was.
    """

    type: Literal["TurnFinished"] = "TurnFinished"
    turn: UUID
    status: TurnStatus
    text: str = ""
    error: Problem | None = None
    tools: list[ToolUsed] = []
    not_run: list[str] = []
    approvals: list[Approval] = []
    sources: list[Cited] = []
    model: str = ""
    usage: Usage = Usage()
    context_tokens: int = 0
    epoch: int
    sequence: int
    base: int


class HistorySummarised(BaseModel):
    """From here on the model is told ``text`` instead of all that stands before ``base``.

    Written while ``turn`` runs, by its owner. ``model`` wrote the text for ``usage``; it is ``rules`` where sentences
    were picked out.
    """

    type: Literal["HistorySummarised"] = "HistorySummarised"
    turn: UUID
    text: str
    model: str
    usage: Usage = Usage()
    base: int


InputEvent = MessageReceived | CancelRequested
OutputEvent = TurnStarted | ModelReplied | ToolReturned | TurnFinished | HistorySummarised
LogEvent = InputEvent | OutputEvent
LOG_EVENT: TypeAdapter[LogEvent] = TypeAdapter(Annotated[LogEvent, Field(discriminator="type")])


def answer_id(turn: UUID) -> UUID:
    """Return the id of the assistant's message that answers ``turn``: the same for every attempt."""
    return uuid5(turn, "assistant")


def approval_id(turn: UUID, tool_use: str) -> UUID:
    """Return the id of the approval a call of a turn waits for: the same for every attempt."""
    return uuid5(turn, f"approval:{tool_use}")


def decision_id(approval: UUID) -> UUID:
    """Return the id of the message that answers an approval: answering again is the same message again."""
    return uuid5(approval, "decision")


def accepted_id(user: UUID, conversation: UUID, message: UUID) -> str:
    """Return the ``Nats-Msg-Id`` of an accepted message. Deduplication is stream-wide, so it names its owner."""
    return f"{user}.{conversation}:{message}"


def cancel_id(user: UUID, conversation: UUID, message: UUID) -> str:
    """Return the ``Nats-Msg-Id`` of a request to cancel; asking twice asks once."""
    return f"{user}.{conversation}:{message}:cancel"
