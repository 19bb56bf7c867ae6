"""Long conversations on real JetStream: the first turns become a summary in the log, the newest stay word for word."""

import asyncio

import pytest

from pam_agent.exchange import REMEMBERED
from pam_shared.contracts import live
from pam_shared.contracts.conversation import HistorySummarised, TurnStarted, TurnStatus
from pam_shared.testing.messages_api import Reply, Say, Scene, first_text, messages_api
from services.agent.tests.conversing import running_agent
from tests.harness.waiting import eventually

pytestmark = pytest.mark.usefixtures("empty_streams")

SUMMARY = "Ada drives a van called Bertha."
LATER = Reply(blocks=[Say(text="I see.")])
SHORT = {"history_turns": 4, "verbatim_turns": 2}


def scenes(summary=None) -> list[Scene]:
    written = summary or Reply(blocks=[Say(text=SUMMARY)])
    return [Scene(pattern="^<summary>", replies=[written]), Scene(pattern=".*", replies=[LATER])]


def told(request) -> list[str]:
    """What the members said and what stands before it, as the model was told."""
    return [first_text(message) for message in request["messages"] if message["role"] == "user"]


def summaries_asked_for(api) -> list[dict]:
    return [request for request in api.requests if first_text(request["messages"][0]).startswith("<summary>")]


async def summarised(member, talk) -> list[HistorySummarised]:
    return [event for event in await member.log(talk) if isinstance(event, HistorySummarised)]


async def chat(member, talk, *texts) -> None:
    for text in texts:
        before = len(await member.ends(talk))
        await member.say(talk, text)
        ends = await member.answered(talk, before + 1)
        assert ends[-1].status is TurnStatus.SUCCESS


async def until_summarised(member, talk) -> HistorySummarised:
    """Go on talking: a summary is written beside the turns, and put into the log by the next one."""
    for number in range(10):
        if found := await summarised(member, talk):
            return found[-1]
        await chat(member, talk, f"further {number}")
        await asyncio.sleep(0.1)
    raise AssertionError("nothing was summarised")


async def test_the_first_turns_become_a_summary_and_the_newest_stay_verbatim(nats, member, talk):
    """R-A3: after so many exchanges the earlier ones are a summary; what was said last is told word for word."""
    async with messages_api(scenes()) as api, running_agent(nats, api, **SHORT):
        await chat(member, talk, "I drive a van", "It cost $4,700", "three", "four", "five")
        summary = await until_summarised(member, talk)
        await chat(member, talk, "and now?")
    assert summary.text == f"{SUMMARY}\nMember: It cost $4,700", "what the model forgot is added"
    assert summary.model == "claude-haiku-5-5"
    assert summary.usage.input_tokens > 0
    first, *verbatim, newest = told(api.requests[-1])
    assert summary.text in first
    assert api.requests[-1]["messages"][1]["content"] == REMEMBERED
    assert "I drive a van" not in verbatim
    assert "four" in verbatim
    assert newest.endswith("and now?")


async def test_another_agent_knows_the_summary_and_does_not_pay_for_it_again(nats, member, talk):
    """R-A3: the summary is in the log; a cold agent reads from where the context begins."""
    async with messages_api(scenes()) as api:
        async with running_agent(nats, api, **SHORT):
            await chat(member, talk, "I drive a van", "two", "three", "four", "five")
            summary = await until_summarised(member, talk)
        async with running_agent(nats, api, **SHORT):
            await chat(member, talk, "and now?")
    assert summary.text in told(api.requests[-1])[0]
    assert len(summaries_asked_for(api)) == 1
    starts = [event for event in await member.log(talk) if isinstance(event, TurnStarted)]
    assert starts[-1].base == summary.base > starts[0].base


async def test_a_second_summary_is_made_of_the_first_and_what_came_after(nats, member, talk):
    """R-A3: nothing is forgotten at the second time."""
    async with messages_api(scenes()) as api, running_agent(nats, api, **SHORT):
        await chat(member, talk, "I drive a van", "two", "three", "four", "five")
        await until_summarised(member, talk)
        for number in range(8):
            await chat(member, talk, f"later {number}")
        second = await eventually(lambda: _second(api))
    assert SUMMARY in second["messages"][0]["content"]
    assert "Member: five" in second["messages"][0]["content"]


def _second(api):
    asked = summaries_asked_for(api)
    return asked[1] if asked[1:] else None


@pytest.mark.parametrize("with_model", [True, False], ids=["no model answers", "no model"])
async def test_without_a_model_what_matters_is_picked_out(nats, member, talk, with_model):
    """R-A3, R-A4: names, places, amounts and promises are kept by rules."""
    refused = scenes(Reply(status=401))
    async with messages_api(refused) as api, running_agent(nats, api if with_model else None, **SHORT):
        await chat(member, talk, "My name is Ada", "We go to Moab for $40", "thanks", "hello", "hi")
        summary = await until_summarised(member, talk)
    assert summary.model == "rules"
    assert "My name is Ada" in summary.text
    assert "We go to Moab for $40" in summary.text
    assert "thanks" not in summary.text


async def test_a_slow_summary_delays_no_answer(nats, member, talk):
    """R-A3: the summary is written beside the turns: they end while it is being written."""
    slow = scenes(Reply(blocks=[Say(text=SUMMARY)], delay=30))
    async with messages_api(slow) as api, running_agent(nats, api, **SHORT):
        await chat(member, talk, *(f"message {number}" for number in range(8)))
        assert len(summaries_asked_for(api)) == 1
    assert await summarised(member, talk) == []


async def test_a_long_conversation_is_told_once(nats, member, talk):
    """R-A2: above the first limit the member is told, once, also by another agent."""
    lengths = {"tokens_told": 300, "tokens_max": 100_000}
    async with messages_api(scenes()) as api:
        for _ in range(2):
            async with running_agent(nats, api, **lengths):
                await chat(member, talk, "A long story. " * 100, "and now?")
    await eventually(lambda: len(member.terminals(talk)) == 4)
    assert member.kinds(talk).count(live.BANNER) == 1
    assert (await member.ends(talk))[-1].context_tokens > 300


async def test_what_would_not_fit_is_summarised_before_the_answer(nats, member, talk):
    """R-A2: above the second limit history is summarised first, and the answer's request is shorter."""
    lengths = {"tokens_told": 1500, "tokens_max": 2000}
    async with messages_api(scenes()) as api, running_agent(nats, api, **lengths):
        await chat(member, talk, *["We drove for $20. " + "And on. " * 300] * 5)
    assert max(end.context_tokens for end in await member.ends(talk)) < 2500
    (summary, *_) = await summarised(member, talk)
    assert SUMMARY in summary.text
    assert "$20" in summary.text
    assert told(api.requests[-1])[0].startswith("<earlier_conversation>")


async def test_what_was_refused_is_not_told_again(nats, member, talk):
    """R-A1: a model that is told of what it refused refuses everything after it."""
    refusing = [Scene(pattern="forbidden", replies=[Reply(blocks=[Say(text="Well")], stop="refusal")]), *scenes()]
    async with messages_api(refusing) as api, running_agent(nats, api):
        await chat(member, talk, "hello", "something forbidden", "and now?")
    assert told(api.requests[-1]) == ["hello", "and now?"]
