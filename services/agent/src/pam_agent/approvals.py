"""Calls that ask the member first: which wait, what a message says to them, and how they are put. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pam_agent.conversation import TurnRecord
from pam_shared.contracts.conversation import Approval, Decision, MessageReceived, ToolUseBlock, approval_id

OPEN_FOR = timedelta(minutes=10)
ASKED = "approval"
"""In place of a model's name: nobody was asked but the member."""
LONGEST = 200
"""Characters of an argument that are read out."""

DECLINED = "All right, I have not done it."
GONE = "That question is no longer open, so nothing was done. Tell me again if you still want it."

_YES = re.compile(
    r"\W*(yes|yep|yeah|yup|sure|ok|okay|go ahead|do it|please do|confirm(ed)?|approved?|go for it)"
    r"(\W+(yes|please|sure|do it|do that|do so|go ahead|thanks|thank you|pam))*\W*",
    re.IGNORECASE,
)
_NO = re.compile(
    r"\W*(no|nope|nah|don'?t|do not|stop|cancel( (it|that))?|never ?mind|better not|leave it)"
    r"(\W+(no|thanks|thank you|please|don'?t|do (it|that)|pam))*\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Verdict:
    """What a message says to calls that wait; with none left, they were answered before, or too late."""

    decision: Decision
    calls: list[Approval]

    @property
    def allows(self) -> bool:
        """Whether something is to be done."""
        return self.decision is Decision.APPROVE and bool(self.calls)


def verdict_of(message: MessageReceived, earlier: Iterable[TurnRecord]) -> Verdict | None:
    """Return what a message says to the calls that wait after the turns before it, oldest first; None if nothing.

    A plain yes or no in words answers what was asked right before it; anything else is a message like any other.
    """
    waiting: dict[UUID, Approval] = {}
    newest: list[Approval] = []
    for turn in earlier:
        for approval in _meant(turn.message, waiting, newest):
            waiting.pop(approval.id, None)
        newest = turn.finished.approvals if turn.finished else []
        waiting |= {approval.id: approval for approval in newest}
    calls = [call for call in _meant(message, waiting, newest) if message.received_at <= call.expires_at]
    decision = message.answers.decision if message.answers else _said(message.text)
    if decision is None or not (calls or message.answers):
        return None
    return Verdict(decision, calls)


def calls_of(verdict: Verdict) -> list[ToolUseBlock]:
    """Return the calls a member allowed, under ids of their own: those of the question stand in the history."""
    return [ToolUseBlock(id=f"approved_{call.id.hex}", name=call.tool, input=call.arguments) for call in verdict.calls]


def approvals_of(turn: UUID, held: Iterable[tuple[ToolUseBlock, str]], now: datetime) -> list[Approval]:
    """Return what the member is asked about calls of a turn, each with what it would do."""
    return [
        Approval(
            id=approval_id(turn, use.id),
            tool_use_id=use.id,
            tool=use.name,
            arguments=use.input,
            message=message,
            expires_at=now + OPEN_FOR,
        )
        for use, message in held
    ]


def question(approvals: list[Approval]) -> str:
    """Return how the member is asked."""
    what = "; ".join(approval.message for approval in approvals)
    return f"Shall I go ahead? {what}. Say yes or no."


def told(title: str, arguments: dict[str, Any]) -> str:
    """Say exactly what a call does: the tool's title and every argument."""
    given = ", ".join(f"{name.replace('_', ' ')}: {read_out(value)}" for name, value in arguments.items())
    return f"{title} ({given})" if given else title


def read_out(value: object) -> str:
    """Return a value as it is read out: not at any length."""
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _meant(message: MessageReceived, waiting: dict[UUID, Approval], newest: list[Approval]) -> list[Approval]:
    if message.answers:
        found = waiting.get(message.answers.approval)
        return [found] if found else []
    return [call for call in newest if call.id in waiting] if _said(message.text) else []


def _said(text: str) -> Decision | None:
    if _YES.fullmatch(text):
        return Decision.APPROVE
    return Decision.DECLINE if _NO.fullmatch(text) else None
