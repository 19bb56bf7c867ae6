"""What the rules say to a message, and turns that were before it."""

from datetime import UTC, datetime
from uuid import uuid4

from pam_agent.context.snapshot import MemberContext
from pam_agent.conversation import TurnRecord
from pam_agent.mind import Prompt, Reply, Step
from pam_agent.rules import Rules
from pam_shared.contracts.conversation import MessageReceived, ModelReplied, ToolReturned, TurnFinished, TurnStatus
from pam_shared.contracts.tools import Outcome, ToolReply
from tests.eval.measure import manifests

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


async def reply(text, earlier=(), steps=(), member=None) -> Reply:
    asked = Prompt(
        text=text, earlier=list(earlier), steps=list(steps), tools=list(manifests()), now=NOW, zone="UTC", member=member
    )
    return [part async for part in Rules().reply(asked)][-1]


def turn(text, answer) -> TurnRecord:
    message = MessageReceived(id=uuid4(), text=text, received_at=NOW)
    done = TurnFinished(turn=message.id, status=TurnStatus.SUCCESS, text=answer, epoch=1, sequence=1, base=1)
    return TurnRecord(message, 1, finished=done)


def done(text, said: Reply) -> TurnRecord:
    """A turn that called tools."""
    record = turn(text, "Done.")
    record.replies[0] = ModelReplied(turn=record.message.id, step=0, content=said.content, model="rules", base=1)
    return record


def known(**parts) -> MemberContext:
    return MemberContext(turn=uuid4(), taken_at=NOW, **parts)


def step(said: Reply, *replies) -> Step:
    replied = ModelReplied(turn=uuid4(), step=0, content=said.content, model="rules", base=1)
    results = [
        ToolReturned(turn=replied.turn, tool_use_id=use.id, tool=use.name, base=1, reply=reply)
        for use, reply in zip(said.tool_uses, replies, strict=True)
    ]
    return Step(replied, results)


def told(message) -> ToolReply:
    return ToolReply(outcome=Outcome.OK, message=message)


def calls(said: Reply) -> list[tuple[str, dict]]:
    return [(use.name, use.input) for use in said.tool_uses]
