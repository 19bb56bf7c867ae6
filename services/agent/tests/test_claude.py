"""Claude through the Messages API, against a real HTTP server that streams what a script says."""

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from pam_agent.claude import Claude, Gathered, open_client
from pam_agent.mind import Prompt, Reply
from pam_shared.contracts.conversation import TextBlock, ToolUseBlock, Usage
from pam_shared.errors import ExternalUnavailableError
from pam_shared.testing import messages_api as script
from pam_shared.testing.messages_api import Say, Use
from pam_shared.tools.declaration import find_tools
from pam_tools_budget import tools
from tests.harness.waiting import eventually

OFFERED = [tool.manifest("budget") for tool in find_tools(tools)]
ASKED = Prompt(text="Hello", earlier=[], steps=[], tools=OFFERED, now=datetime(2026, 5, 1, tzinfo=UTC), zone="UTC")


@asynccontextmanager
async def claude(*replies, patience=5.0):
    """A Claude whose API says these replies, one per request."""
    async with script.messages_api([]) as api:
        answers = iter(replies)
        api._reply_to = lambda _request: next(answers)
        client = open_client("key", api.url)
        try:
            yield Claude(client, "claude-test", 100, patience), api
        finally:
            await client.close()


async def heard(mind) -> tuple[list[str], Reply]:
    parts = [part async for part in mind.reply(ASKED)]
    assert isinstance(parts[-1], Reply)
    return parts[:-1], parts[-1]


async def refused(mind) -> tuple[list[str], str]:
    """What was said before the reply broke off, and why it did."""
    said = []

    async def listen():
        async for part in mind.reply(ASKED):
            said.append(part)  # noqa: PERF401 - what was said before the end counts

    with pytest.raises(ExternalUnavailableError) as away:
        await listen()
    return said, away.value.problem.code


async def test_text_comes_as_it_is_written_and_whole_at_the_end():
    """R-A1: streaming: the first words are there before the last are written."""
    async with claude(script.Reply(blocks=[Say(text="Hello there, dear traveller.")], token_delay=0.05)) as (mind, _):
        moments = [(time.monotonic(), part) async for part in mind.reply(ASKED)]
    texts = [part for _, part in moments[:-1]]
    assert "".join(texts) == moments[-1][1].text == "Hello there, dear traveller."
    assert len(texts) == 4
    assert moments[-1][0] - moments[0][0] > 0.1


async def test_two_tools_in_one_reply_are_both_asked_for():
    """R-A11: several tools in one turn."""
    blocks = [
        Say(text="Let me see."),
        Use(tool="create_expense", input={"amount": 45.5, "category": "gas"}),
        Use(tool="get_spending_summary"),
    ]
    async with claude(script.Reply(blocks=blocks)) as (mind, _):
        said, reply = await heard(mind)
    assert "".join(said) == "Let me see."
    assert [block.type for block in reply.content] == ["text", "tool_use", "tool_use"]
    first, second = reply.tool_uses
    assert (first.name, first.input) == ("create_expense", {"amount": 45.5, "category": "gas"})
    assert (second.name, second.input) == ("get_spending_summary", {})
    assert first.id != second.id


async def test_the_tokens_of_a_reply_are_counted():
    """R-A5: usage of each call, as the API reports it."""
    async with claude(script.Reply(blocks=[Say(text="Hi.")])) as (mind, _):
        _, reply = await heard(mind)
    assert reply.usage == Usage(input_tokens=100, output_tokens=20)
    assert reply.model == "claude-test"


async def test_the_request_carries_system_tools_and_the_exchange():
    """R-A8: what the API is asked."""
    async with claude(script.Reply(blocks=[Say(text="Hi.")])) as (mind, api):
        await heard(mind)
        (request,) = api.requests
    assert (request["model"], request["max_tokens"], request["stream"]) == ("claude-test", 100, True)
    assert script.first_text(request["messages"][-1]) == "Hello"
    assert [tool["name"] for tool in request["tools"]] == sorted(tool.name for tool in OFFERED)
    assert "temperature" not in request


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 529])
async def test_an_api_that_refuses_is_away(status):
    """R-A4: whatever the API's trouble is, the next mind is asked."""
    refusal = script.Reply(status=status, retry_after=0.01)
    async with claude(refusal, refusal) as (mind, _):
        assert await refused(mind) == ([], f"model_{status}")


@pytest.mark.parametrize("status", [429, 500, 529])
async def test_a_short_refusal_is_tried_again(status):
    """R-A1: 429, 529 and 5xx are retried."""
    refusal = script.Reply(status=status, retry_after=0.01)
    async with claude(refusal, script.Reply(blocks=[Say(text="Here I am.")])) as (mind, api):
        said, _ = await heard(mind)
    assert "".join(said) == "Here I am."
    assert len(api.requests) == 2


async def test_a_long_retry_after_does_not_hold_the_turn():
    """R-A1: Retry-After is respected within the turn's budget, not beyond it."""
    started = time.monotonic()
    async with claude(script.Reply(status=429, retry_after=50), patience=0.5) as (mind, _):
        assert await refused(mind) == ([], "model_timeout")
    assert time.monotonic() - started < 2


async def test_a_cut_stream_is_not_taken_for_an_answer():
    """R-A1: a stream that ends without its end has said half of something."""
    async with claude(script.Reply(blocks=[Say(text="You have spent nothing at all.")], cut_after=2)) as (mind, _):
        said, code = await refused(mind)
    assert "".join(said) == "You have "
    assert code in {"stream_cut", "model_unreachable"}


async def test_a_silent_api_is_away_after_the_time_for_the_first_token():
    """R-A1: 10 s to the first token (here less)."""
    started = time.monotonic()
    async with claude(script.Reply(blocks=[Say(text="late")], delay=5), patience=0.3) as (mind, _):
        assert await refused(mind) == ([], "model_timeout")
    assert 0.2 < time.monotonic() - started < 2


async def test_an_api_that_falls_silent_in_the_middle_is_away():
    """R-A1: silence in the middle of a stream is noticed like silence at its beginning."""
    async with claude(script.Reply(blocks=[Say(text="one two three")], token_delay=1), patience=0.4) as (mind, _):
        assert (await refused(mind))[1] == "model_timeout"


async def test_a_stream_may_take_longer_in_all_than_one_silence():
    """R-A1: patience is for each token, not for the whole."""
    slow = script.Reply(blocks=[Say(text="one two three four five six")], token_delay=0.15)
    async with claude(slow, patience=0.5) as (mind, _):
        said, _ = await heard(mind)
    assert len(said) == 6


async def test_an_api_that_is_not_there_is_away():
    """R-A4: nobody listens."""
    async with claude() as (_, api):
        pass
    client = open_client("key", api.url)
    mind = Claude(client, "claude-test", 100, 5)
    assert await refused(mind) == ([], "model_unreachable")
    await client.close()


async def test_leaving_a_reply_stops_the_stream():
    """R-M8: cancelling stops the model stream: the server sees the connection go."""
    writers = []
    async with claude(script.Reply(blocks=[Say(text="word " * 1000)], token_delay=0.02)) as (mind, api):
        serve = api._answer

        async def answer(request, writer):
            writers.append(writer)
            await serve(request, writer)

        api._answer = answer
        speaking = asyncio.create_task(heard(mind))
        await asyncio.sleep(0.3)
        assert not writers[0].is_closing()
        speaking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await speaking
        await eventually(writers[0].is_closing, within=1)


def gathered(*events) -> Reply:
    whole = Gathered()
    whole.take(list(events))
    return whole.reply("m")


def tool_events(index, *parts):
    block = {"type": "tool_use", "id": f"toolu_{index}", "name": "create_expense", "input": {}}
    yield {"type": "content_block_start", "index": index, "content_block": block}
    for part in parts:
        delta = {"type": "input_json_delta", "partial_json": part}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


@pytest.mark.parametrize(
    ("parts", "arguments"),
    [
        (['{"amo', 'unt": 4', "5}"], {"amount": 45}),
        ([], {}),
        ([""], {}),
        (['{"amount": 45'], {"malformed_json": '{"amount": 45'}),
        (["[45]"], {"not_an_object": [45]}),
    ],
)
@pytest.mark.unit
def test_arguments_are_put_together_and_bad_ones_handed_on(parts, arguments):
    """R-T3: what is no JSON object reaches the worker, which refuses it by name; the turn does not fail of it."""
    assert gathered(*tool_events(0, *parts)).tool_uses == [
        ToolUseBlock(id="toolu_0", name="create_expense", input=arguments)
    ]


@pytest.mark.unit
def test_empty_text_blocks_are_left_out():
    """R-A1: the API does not take an empty text back."""
    start = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    stop = {"type": "content_block_stop", "index": 0}
    reply = gathered(start, stop, *tool_events(1))
    assert [block.type for block in reply.content] == ["tool_use"]
    assert TextBlock(text="") not in reply.content
