"""Claude through the Messages API, against a real HTTP server that streams what a script says."""

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pam_agent import tokens
from pam_agent.claude import Claude, open_client
from pam_agent.exchange import GO_ON
from pam_agent.mind import MindAwayError, Prompt, Reply
from pam_shared.contracts.conversation import Usage
from pam_shared.testing import messages_api as script
from pam_shared.testing.messages_api import Say, Use
from pam_shared.tools.declaration import find_tools
from pam_tools_budget import tools
from tests.harness.waiting import eventually

OFFERED = [tool.manifest("budget") for tool in find_tools(tools)]
ASKED = Prompt(
    text="Hello",
    earlier=[],
    steps=[],
    tools=OFFERED,
    shown_tools=OFFERED,
    now=datetime(2026, 5, 1, tzinfo=UTC),
    zone="UTC",
)


@asynccontextmanager
async def claude(*replies, patience=5.0):
    """A Claude whose API says these replies, one per request, the last for ever."""
    async with script.messages_api([]) as api:
        answers = list(replies)
        api._reply_to = lambda _request: answers.pop(0) if answers[1:] else answers[0]
        client = open_client("key", api.url)
        try:
            yield Claude(client, "claude-test", 100, patience), api
        finally:
            await client.close()


async def heard(mind) -> tuple[list[str], Reply]:
    parts = [part async for part in mind.reply(ASKED)]
    assert isinstance(parts[-1], Reply)
    return parts[:-1], parts[-1]


async def broken_off(mind, prompt) -> tuple[list[str], MindAwayError]:
    """What was said before the reply broke off, and why it did."""
    said = []

    async def listen():
        async for part in mind.reply(prompt):
            said.append(part)  # noqa: PERF401 - what was said before the end counts

    with pytest.raises(MindAwayError) as away:
        await listen()
    return said, away.value


async def refused(mind) -> tuple[list[str], str]:
    said, away = await broken_off(mind, ASKED)
    return said, away.problem.code


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
    async with claude(script.Reply(blocks=[Say(text="Hi.")], input_tokens=100)) as (mind, _):
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


@pytest.mark.parametrize(("status", "requests"), [(400, 1), (401, 1), (404, 1), (429, 3), (500, 3), (529, 3)])
async def test_an_api_that_refuses_is_away(status, requests):
    """R-A1, R-A4: what time may mend is tried again, a few times; then the next mind is asked."""
    async with claude(script.Reply(status=status, retry_after=0.01)) as (mind, api):
        assert await refused(mind) == ([], f"model_{status}")
        assert len(api.requests) == requests


@pytest.mark.parametrize("status", [429, 500, 529])
@pytest.mark.parametrize("retry_after", [0.01, None])
async def test_a_short_refusal_is_tried_again(status, retry_after):
    """R-A1: 429, 529 and 5xx are retried, at the moment the API names if it names one."""
    refusal = script.Reply(status=status, retry_after=retry_after)
    async with claude(refusal, script.Reply(blocks=[Say(text="Here I am.")])) as (mind, api):
        said, _ = await heard(mind)
    assert "".join(said) == "Here I am."
    assert len(api.requests) == 2


async def test_a_retry_comes_no_sooner_than_the_api_asked_for():
    """R-A1: Retry-After is respected."""
    moments = []
    async with claude(script.Reply(status=429, retry_after=0.6), script.Reply(blocks=[Say(text="Hi.")])) as (mind, api):
        reply_to = api._reply_to
        api._reply_to = lambda request: moments.append(time.monotonic()) or reply_to(request)
        await heard(mind)
    assert moments[1] - moments[0] >= 0.6


async def test_an_api_that_asks_for_a_long_rest_is_left_alone():
    """R-A1: a Retry-After beyond the time there is is not waited for, and not ignored by the next turn either."""
    async with claude(script.Reply(status=429, retry_after=3600)) as (mind, api):
        assert await refused(mind) == ([], "model_429")
        assert await refused(mind) == ([], "model_resting")
        assert len(api.requests) == 1


async def test_a_call_takes_no_longer_than_the_turn_has_left():
    """R-A1: the turn's budget ends a stream that goes on and on; what it cost is known."""
    endless = script.Reply(blocks=[Say(text="word " * 200)], token_delay=0.02, input_tokens=321)
    async with claude(endless) as (mind, _):
        said, away = await broken_off(mind, replace(ASKED, within=0.4))
    assert 5 < len(said) < 30
    assert (away.problem.code, away.usage.input_tokens) == ("model_timeout", 321)


async def test_signs_of_life_are_no_tokens():
    """R-A1: 10 s to the first token: pings in between bring the member nothing."""
    async with claude() as (mind, api):

        async def ping(_request, writer):
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
            while not writer.is_closing():
                writer.write(b'16\r\ndata: {"type":"ping"}\n\r\n')
                await asyncio.sleep(0.1)

        api._answer = ping
        mind._silent_for = 0.5
        assert await asyncio.wait_for(refused(mind), 3) == ([], "model_timeout")


@pytest.mark.parametrize("text", ["", " \n"])
async def test_a_reply_that_says_nothing_is_no_answer(text):
    """R-A1: empty content: somebody else is asked."""
    async with claude(script.Reply(blocks=[Say(text=text)] if text else [])) as (mind, _):
        assert (await refused(mind))[1] == "model_empty"


async def test_a_call_cut_short_before_its_arguments_is_not_made():
    """R-A1: at the end of its tokens a model may have written no more than a tool's name."""
    reply = script.Reply(blocks=[Say(text="Let me see."), Use(tool="delete_all", written="")], stop="max_tokens")
    async with claude(reply) as (mind, _):
        _, whole = await heard(mind)
    assert (whole.tool_uses, whole.stop) == ([], "max_tokens")


async def test_tokens_are_counted_where_the_api_counts_them():
    """R-A2: the API counts system, tools and the whole exchange."""
    async with claude(script.Reply(status=529)) as (mind, _):
        assert await mind.count(ASKED) == tokens.size(ASKED) // script.CHARACTERS
    assert await mind.count(ASKED) is None, "nobody is there any more"


async def test_what_broke_off_is_told_to_whoever_goes_on():
    """R-A1: text already shown is kept and continued."""
    async with claude(script.Reply(blocks=[Say(text="You have spent $45.")])) as (mind, api):
        async for _ in mind.reply(replace(ASKED, shown="You have ", summary="Member: I drive a van.")):
            pass
        (request,) = api.requests
    head, remembered, asked, shown, wish = request["messages"]
    assert "I drive a van." in head["content"]
    assert (remembered["role"], shown) == ("assistant", {"role": "assistant", "content": "You have"})
    assert script.first_text(asked) == "Hello"
    assert (wish["role"], wish["content"][0]["text"]) == ("user", GO_ON)


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
