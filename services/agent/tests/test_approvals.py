"""Calls that ask the member first: they wait, over restarts too, are done once if allowed, and never otherwise."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from pam_agent.approvals import DECLINED, GONE, verdict_of
from pam_agent.conversation import TurnRecord
from pam_agent.mind import Prompt, Step
from pam_agent.rules import Rules
from pam_shared.contracts.conversation import (
    Answered,
    Approval,
    Decision,
    MessageReceived,
    ModelReplied,
    ToolReturned,
    ToolUseBlock,
    TurnFinished,
    TurnStatus,
    decision_id,
)
from pam_shared.contracts.tools import Outcome, ToolReply
from pam_shared.testing.messages_api import Reply, Say, Scene, Use, messages_api
from services.agent.tests.conversing import running_agent

pytestmark = pytest.mark.usefixtures("empty_streams", "diary")

AS_YOU_SAY = Reply(blocks=[Say(text="As you say.")])
SCENES = [
    Scene(
        pattern="tear",
        replies=[
            Reply(
                blocks=[
                    Say(text="Let me see."),
                    Use(tool="write_note", input={"text": "kept", "stars": 5}),
                    Use(tool="tear_out_notes", input={"stars": 3}),
                ]
            )
        ],
    ),
    Scene(pattern="wrong", replies=[Reply(blocks=[Use(tool="tear_out_notes", input={"stars": 9})]), AS_YOU_SAY]),
    Scene(pattern=".*", replies=[AS_YOU_SAY]),
]


@pytest.fixture
async def api():
    async with messages_api(SCENES) as api:
        yield api


async def asked(member, talk) -> tuple[TurnFinished, Approval]:
    """Ask for something that needs a yes; return how the turn ended, and what waits."""
    await member.say(talk, "tear it out")
    end = (await member.answered(talk))[0]
    (approval,) = end.approvals
    return end, approval


async def answer(member, talk, approval, decision=Decision.APPROVE, count=2) -> TurnFinished:
    answered = Answered(approval=approval.id, decision=decision)
    await member.say(talk, "Yes or no.", message=decision_id(approval.id), answers=answered)
    return (await member.answered(talk, count))[-1]


def torn(log) -> list[ToolReturned]:
    return [event for event in log if isinstance(event, ToolReturned) and event.tool == "tear_out_notes"]


async def test_a_destructive_call_waits_and_the_member_is_shown_exactly_what_would_be_done(nats, member, talk, api):
    """R-A10: the other calls are made; the turn ends with a question, a time limit and nothing torn out."""
    async with running_agent(nats, api):
        end, approval = await asked(member, talk)
        await member.heard_ends(talk, 1)
        log = await member.log(talk)
    assert end.status is TurnStatus.INTERRUPT
    assert [used.name for used in end.tools] == ["write_note"]
    assert end.text == f"Let me see.\n\nShall I go ahead? {approval.message}. Say yes or no."
    assert approval.message == "Tear out notes (stars: 3)"
    assert (approval.tool, approval.arguments) == ("tear_out_notes", {"stars": 3})
    assert torn(log) == []
    (terminal,) = [frame.event for frame in member.frames if frame.terminal]
    (interrupt,) = terminal["outcome"]["interrupts"]
    assert interrupt["id"] == str(approval.id)
    assert interrupt["metadata"] == {"tool": "tear_out_notes", "arguments": {"stars": 3}}


async def test_what_the_member_allows_is_done_by_another_agent_too_and_once(nats, member, talk, api):
    """R-A10, G4: the question outlives the process that asked it; a second yes finds it answered."""
    async with running_agent(nats, api):
        _, approval = await asked(member, talk)
    async with running_agent(nats, api):
        end = await answer(member, talk, approval)
        await member.say(talk, "yes")
        await member.answered(talk, 3)
        log = await member.log(talk)
    assert (end.status, end.text) == (TurnStatus.SUCCESS, "As you say.")
    assert [event.reply.outcome for event in torn(log)] == [Outcome.OK]
    blocks = [block for message in api.requests[-1]["messages"] for block in message["content"]]
    uses = [block["id"] for block in blocks if isinstance(block, dict) and block["type"] == "tool_use"]
    assert len(uses) == len(set(uses)) == 3


@pytest.mark.parametrize("word", ["Yes please!", "ok, do it", "go ahead"])
async def test_a_plain_yes_is_an_answer_too(nats, member, talk, api, word):
    """R-A10: whoever has no button says it."""
    async with running_agent(nats, api):
        await asked(member, talk)
        await member.say(talk, word)
        await member.answered(talk, 2)
        assert [event.reply.outcome for event in torn(await member.log(talk))] == [Outcome.OK]


@pytest.mark.parametrize("word", [None, "no, don't"])
async def test_what_the_member_declines_is_never_done(nats, member, talk, api, word):
    """R-A10: neither then nor by a yes that comes late; the model reads of it in the history."""
    async with running_agent(nats, api):
        _, approval = await asked(member, talk)
        if word:
            await member.say(talk, word)
            end = (await member.answered(talk, 2))[-1]
            late = await answer(member, talk, approval, count=3)
            assert late.text == GONE
        else:
            end = await answer(member, talk, approval, Decision.DECLINE)
        await member.say(talk, "what now?")
        await member.answered(talk, 4 if word else 3)
        assert torn(await member.log(talk)) == []
    assert (end.status, end.text) == (TurnStatus.SUCCESS, DECLINED)
    assert DECLINED in str(api.requests[-1]["messages"])


async def test_another_message_meanwhile_is_answered_and_the_question_stays_open(nats, member, talk, api):
    """R-A10: it is no yes, and takes nothing away."""
    async with running_agent(nats, api):
        _, approval = await asked(member, talk)
        await member.say(talk, "how is the weather?")
        assert (await member.answered(talk, 2))[-1].text == "As you say."
        await member.say(talk, "yes")
        assert (await member.answered(talk, 3))[-1].text == "As you say."
        assert torn(await member.log(talk)) == [], "that yes was to something else"
        await answer(member, talk, approval, count=4)
        assert len(torn(await member.log(talk))) == 1


async def test_what_would_be_refused_is_not_asked(nats, member, talk, api):
    """R-A10: bad arguments go back to the model, not to the member."""
    async with running_agent(nats, api):
        await member.say(talk, "wrong")
        end = (await member.answered(talk))[0]
        (returned,) = torn(await member.log(talk))
    assert end.status is TurnStatus.SUCCESS
    assert returned.reply.error.code == "invalid_arguments"


async def test_an_answer_to_what_was_never_asked_does_nothing(nats, member, talk):
    """R-A10, R-A4: without a model too, and it is said."""
    async with running_agent(nats):
        await member.say(talk, "No.", answers=Answered(approval=uuid4(), decision=Decision.APPROVE))
        assert (await member.answered(talk))[-1].text == GONE


def waiting_call(minutes=10) -> Approval:
    return Approval(
        id=uuid4(),
        tool_use_id="call_0",
        tool="tear_out_notes",
        arguments={"stars": 3},
        message="Tear out notes (stars: 3)",
        expires_at=datetime.now(UTC) + timedelta(minutes=minutes),
    )


@pytest.mark.parametrize("explicit", [True, False])
def test_a_question_is_open_for_ten_minutes(explicit):
    """R-A10: a yes that comes later allows nothing: an explicit one is told so, a word is a word."""
    late = waiting_call(minutes=-1)
    finished = TurnFinished(turn=uuid4(), status=TurnStatus.INTERRUPT, epoch=1, sequence=1, base=1, approvals=[late])
    first = MessageReceived(id=finished.turn, text="tear", received_at=datetime.now(UTC))
    answered = Answered(approval=late.id, decision=Decision.APPROVE) if explicit else None
    yes = MessageReceived(id=uuid4(), text="yes", answers=answered, received_at=datetime.now(UTC))
    verdict = verdict_of(yes, [TurnRecord(first, 1, finished=finished)])
    assert (verdict.calls if verdict else None) == ([] if explicit else None)


async def test_the_rules_tell_what_a_yes_has_done():
    """R-A4, R-A10: the word itself asks for nothing more, and is not taken for something unclear."""
    use = ToolUseBlock(id="approved_1", name="tear_out_notes", input={"stars": 3})
    reply = ModelReplied(turn=uuid4(), step=0, content=[use], model="approval", approved=[uuid4()], base=1)
    done = ToolReply(outcome=Outcome.OK, message="2 notes are torn out.")
    returned = ToolReturned(turn=reply.turn, tool_use_id=use.id, tool=use.name, reply=done, base=1)
    now = datetime.now(UTC)
    prompt = Prompt(text="yes", earlier=[], steps=[Step(reply, [returned])], tools=[], now=now, zone="UTC")
    *_, whole = [part async for part in Rules().reply(prompt)]
    assert (whole.text, whole.tool_uses) == ("2 notes are torn out.", [])
