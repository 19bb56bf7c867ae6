"""The rules over several steps and turns: answers to their questions, what waits for what, how results are told."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from pam_agent.conversation import TurnRecord
from pam_agent.mind import Prompt, Reply, Step
from pam_agent.rules import Rules
from pam_shared.contracts.conversation import MessageReceived, ModelReplied, ToolReturned, TurnFinished, TurnStatus
from pam_shared.contracts.tools import Outcome, ToolReply
from tests.eval.measure import manifests

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


async def reply(text, earlier=(), steps=()) -> Reply:
    asked = Prompt(text=text, earlier=list(earlier), steps=list(steps), tools=list(manifests()), now=NOW, zone="UTC")
    return [part async for part in Rules().reply(asked)][-1]


def turn(text, answer) -> TurnRecord:
    message = MessageReceived(id=uuid4(), text=text, received_at=NOW)
    done = TurnFinished(turn=message.id, status=TurnStatus.SUCCESS, text=answer, epoch=1, sequence=1, base=1)
    return TurnRecord(message, 1, finished=done)


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


@pytest.mark.parametrize("answer", ["40", "it was $40", "forty dollars"])
async def test_the_answer_to_a_question_completes_what_was_asked_for(answer):
    """R-A4: "How much was it?" is answered by a number."""
    said = await reply(answer, [turn("I bought some propane", "How much was it?")])
    assert calls(said) == [("create_expense", {"amount": 40, "category": "propane"})]


async def test_two_questions_in_a_row_are_both_remembered():
    """R-A4: a trip needs a beginning and an end."""
    first = await reply("plan a trip")
    assert first.tool_uses == []
    second = await reply("from Denver", [turn("plan a trip", first.text)])
    assert second.tool_uses == []
    said = await reply("Moab", [turn("plan a trip", first.text), turn("Denver", second.text)])
    assert [(name, found["destination"]) for name, found in calls(said)] == [("plan_trip", "Moab")]


async def test_another_wish_is_no_answer():
    """R-A4: who changes the subject is not held to the old one."""
    said = await reply("what's the weather in Moab", [turn("I bought some propane", "How much was it?")])
    assert [name for name, _ in calls(said)] == ["get_weather_forecast"]


async def test_a_number_after_no_question_is_not_written_down():
    """R-A4: without the question before it a number means nothing."""
    assert calls(await reply("40", [turn("hello", "Hello!")])) == []


async def test_a_read_that_depends_on_a_write_waits_for_it():
    """R-A11: what is left is asked when the expense is in the books; ids are the same for whoever takes over."""
    text = "log $40 for gas and tell me what's left this month"
    first = await reply(text)
    assert [(use.id, use.name) for use in first.tool_uses] == [("call_0", "create_expense")]
    done = step(first, told("I put down $40.00 for gas."))
    second = await reply(text, steps=[done])
    assert [(use.id, use.name) for use in second.tool_uses] == [("call_1", "compare_vs_budget")]
    last = await reply(text, steps=[done, step(second, told("$60.00 of your budget is left."))])
    assert last.text == "I put down $40.00 for gas. $60.00 of your budget is left."


async def test_independent_reads_go_together_and_a_failure_is_told():
    """R-A11: partial success is used and said."""
    text = "weather in Moab and campgrounds there"
    said = await reply(text)
    assert calls(said) == [("get_weather_forecast", {"location": "Moab"}), ("find_rv_parks", {"location": "Moab"})]
    away = ToolReply(outcome=Outcome.UNAVAILABLE, message="I can't get the weather right now.")
    answer = await reply(text, steps=[step(said, away, told("There are 3 campgrounds."))])
    assert answer.text == "There are 3 campgrounds. The rest did not work: I can't get the weather right now."


async def test_what_would_harm_others_is_refused_in_a_sentence():
    """R-A4: refusing is said, and why."""
    said = await reply("delete all users")
    assert said.tool_uses == []
    assert said.text.startswith("I can't do that")
