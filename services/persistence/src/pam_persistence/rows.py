"""From log entries, audit events and dead letters to rows. Pure."""

from contextlib import suppress
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel

from pam_shared.contracts import subjects
from pam_shared.contracts.conversation import LOG_EVENT, MessageReceived, TurnFinished, TurnStatus, answer_id
from pam_shared.contracts.events import AuditEvent, DeadLetter, EventEnvelope

Row = dict[str, Any]

MESSAGES = {MessageReceived.__name__, TurnFinished.__name__}

UNANSWERED = {
    TurnStatus.FAILED: "I could not answer that.",
    TurnStatus.CANCELLED: "",
    TurnStatus.INTERRUPT: "",
    TurnStatus.SUCCESS: "",
}


def message_row(subject: str, body: bytes, sequence: int, created_at: str) -> Row | None:
    """Return the message a log entry stands for, or None for entries between question and answer.

    Raises ValueError for what is not a log entry.
    """
    user, conversation = subjects.conversation_of(subject)
    entry = orjson.loads(body)
    if not isinstance(entry, dict):
        raise ValueError("a log entry is an object")  # noqa: TRY004 - whoever calls asks for ValueError
    if entry.get("type") not in MESSAGES:
        return None
    event = LOG_EVENT.validate_json(body)
    where = {
        "user_id": user,
        "conversation_id": conversation,
        "created_at": created_at,
        "log_sequence": sequence,
    }
    match event:
        case MessageReceived():
            return where | _row(event.id, "user", event.text, {})
        case TurnFinished():
            return where | _row(answer_id(event.turn), "assistant", _answer(event), _about(event))
    return None


def audit_row(body: bytes) -> Row:
    """Return the row of an audit event. Raises ValueError."""
    event = AuditEvent.model_validate_json(body)
    return event.model_dump() | {"user_id": event.user, "session_id": event.session}


def dead_letter_row(body: bytes) -> Row:
    """Return the row of a dead letter. Raises ValueError."""
    letter = DeadLetter.model_validate_json(body)
    return letter.model_dump() | {"user_id": _owner(letter), "created_at": letter.at}


def leaving_row(body: bytes) -> Row:
    """Return who left, and the id of the event that says so. Raises ValueError."""
    event = EventEnvelope.model_validate_json(body)
    return {"id": event.id, "user_id": event.user}


def _row(message_id: UUID, role: str, content: str, metadata: Row) -> Row:
    return {"id": message_id, "role": role, "content": storable(content), "metadata": storable(metadata)}


def storable(value: Any) -> Any:
    """Return a JSON value without NUL characters: PostgreSQL knows none in text."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {key: storable(item) for key, item in value.items()}
    return [storable(item) for item in value] if isinstance(value, list) else value


def _answer(event: TurnFinished) -> str:
    return event.text or (event.error.message if event.error else UNANSWERED[event.status])


def _about(event: TurnFinished) -> Row:
    told = {"turn", "status", "model", "tools", "usage", "error", "approvals", "sources"}
    about = event.model_dump(mode="json", include=told)
    return {key: value for key, value in about.items() if value}


def _owner(letter: DeadLetter) -> UUID | None:
    """Return whose a letter is: its subject says so, or its payload, as those of events and audit events do."""
    with suppress(ValueError):
        return subjects.conversation_of(letter.subject)[0]
    with suppress(ValueError):
        return _Owned.model_validate_json(letter.payload).user
    return None


class _Owned(BaseModel):
    """As much of a payload as tells whose it is."""

    user: UUID
