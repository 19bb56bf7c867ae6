"""The rules of sessions: how long they live, what may follow what, and what their numbers say. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pam_shared.errors import ConflictError
from pam_tools_insight.queries.sessions import ChatNumbers

IDLE = timedelta(minutes=30)
"""How long a login session lives without being refreshed."""


class SessionType(StrEnum):
    """What a chat is for."""

    CONVERSATION = "conversation"
    SUPPORT = "support"
    PLANNING = "planning"


class ChatStatus(StrEnum):
    """Where a chat session stands."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class LoginAction(StrEnum):
    """What is done with a login session."""

    CREATE = "create"
    REFRESH = "refresh"
    END = "end"
    CHECK = "check"


def refuse_if_ended(chat: dict[str, Any]) -> None:
    """Raise ConflictError for a chat session that has ended: it stays as it was."""
    if chat["status"] == ChatStatus.ENDED:
        raise ConflictError("session_id: this chat session has ended and stays as it is; create a new one.")


def is_alive(login: dict[str, Any], now: datetime) -> bool:
    """Return whether a login session is open."""
    return bool(login["is_active"]) and login["expires_at"] > now


def average_minutes(numbers: Sequence[ChatNumbers]) -> Decimal:
    """Return how long sessions lasted on average, with one place."""
    return _per_session(sum((one.seconds for one in numbers), Decimal(0)) / 60, numbers)


def messages_per_session(numbers: Sequence[ChatNumbers]) -> Decimal:
    """Return how many messages sessions had on average, with one place."""
    return _per_session(Decimal(sum(one.messages for one in numbers)), numbers)


def _per_session(total: Decimal, numbers: Sequence[ChatNumbers]) -> Decimal:
    count = sum(one.sessions for one in numbers)
    return (total / count).quantize(Decimal("0.1")) if count else Decimal(0)
