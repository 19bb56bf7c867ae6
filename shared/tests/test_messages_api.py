"""The scripted Messages API, asked by the real SDK."""

import time

import anthropic
import httpx2
import pytest

from pam_shared.testing.messages_api import (
    DEFAULT,
    Reply,
    Say,
    Scene,
    Use,
    messages_api,
    read_script,
    write_script,
)

pytestmark = pytest.mark.unit

SCRIPT = [
    Scene(pattern="^two$", replies=[
        Reply(blocks=[
            Say(text="Both at once."),
            Use(tool="create_expense", input={"amount": 45, "description": 'a "quote" and ümlauts'}),
            Use(tool="update_budget"),
        ]),
        Reply(blocks=[Say(text="Both are done.")]),
    ]),
    Scene(pattern="^busy$", replies=[Reply(status=529, retry_after=7)]),
    Scene(pattern="^cut$", replies=[Reply(blocks=[Say(text="one two three four")], cut_after=2)]),
    Scene(pattern="^slow$", replies=[Reply(blocks=[Say(text="late")], delay=0.2)]),
    Scene(pattern="text", replies=[Reply(blocks=[Say(text="Hello there,\n\nmember  of PAM. ")])]),
]  # fmt: skip


@pytest.fixture
async def api():
    async with messages_api(SCRIPT) as api:
        yield api


@pytest.fixture
async def claude(api):
    async with anthropic.AsyncAnthropic(base_url=api.url, api_key="none", max_retries=0) as client:
        yield client


def asked(*messages):
    return {"model": "claude-test", "max_tokens": 100, "messages": list(messages)}


def member(text):
    return {"role": "user", "content": text}


async def answer(claude, *messages):
    async with claude.messages.stream(**asked(*messages)) as stream:
        return await stream.get_final_message()


async def test_text_is_streamed_in_tokens_and_arrives_whole(claude):
    """R-A1: the SDK reads our stream as it reads the real one."""
    async with claude.messages.stream(**asked(member("some text"))) as stream:
        tokens = [token async for token in stream.text_stream]
        whole = await stream.get_final_message()
    assert len(tokens) > 3
    assert "".join(tokens) == whole.content[0].text == "Hello there,\n\nmember  of PAM. "
    assert (whole.stop_reason, whole.model, whole.role) == ("end_turn", "claude-test", "assistant")
    assert (whole.usage.input_tokens, whole.usage.output_tokens) == (13, 20)


async def test_a_player_answers_what_no_scene_can():
    """R-A5: it sees the whole request, and says what it is to have cost."""

    def count(request):
        return Reply(blocks=[Say(text=f"{len(request['messages'])} messages.")], cache_read_tokens=70, output_tokens=4)

    async with (
        messages_api(count) as api,
        anthropic.AsyncAnthropic(base_url=api.url, api_key="none", max_retries=0) as claude,
    ):
        whole = await answer(claude, member("one"), {"role": "assistant", "content": "Yes?"}, member("two"))
    assert whole.content[0].text == "3 messages."
    assert (whole.usage.cache_read_input_tokens, whole.usage.output_tokens) == (70, 4)


async def test_two_tools_are_asked_for_in_one_message(claude):
    """R-A11: their order, ids and input are the SDK's own types."""
    message = await answer(claude, member("two"))
    said, first, second = message.content
    assert (said.text, message.stop_reason) == ("Both at once.", "tool_use")
    assert (first.name, first.input) == ("create_expense", {"amount": 45, "description": 'a "quote" and ümlauts'})
    assert (second.name, second.input) == ("update_budget", {})
    assert first.id != second.id


async def test_results_of_tools_bring_the_next_reply(claude, api):
    """R-A1: a script is told in rounds; its last reply stays."""
    first = await answer(claude, member("two"))
    used = [block for block in first.content if block.type == "tool_use"]
    results = [{"type": "tool_result", "tool_use_id": block.id, "content": "done"} for block in used]
    follow = [{"role": "assistant", "content": first.to_dict()["content"]}, {"role": "user", "content": results}]
    for rounds in (1, 2):
        message = await answer(claude, member("two"), *(follow * rounds))
        assert message.content[0].text == "Both are done."
    assert [len(request["messages"]) for request in api.requests] == [1, 3, 5]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, anthropic.BadRequestError),
        (401, anthropic.AuthenticationError),
        (429, anthropic.RateLimitError),
        (500, anthropic.InternalServerError),
        (529, anthropic.InternalServerError),
    ],
)
async def test_a_scripted_status_is_the_sdks_own_error(status, kind):
    """R-A1: 429, 529 and 5xx come with their Retry-After."""
    scenes = [Scene(pattern=".*", replies=[Reply(status=status, retry_after=7)])]
    async with messages_api(scenes) as api, anthropic.AsyncAnthropic(base_url=api.url, api_key="x", max_retries=0) as c:
        with pytest.raises(kind) as refused:
            await answer(c, member("hello"))
    assert refused.value.status_code == status
    assert float(refused.value.response.headers["retry-after"]) == 7


async def test_a_cut_stream_breaks_after_what_was_said(claude):
    """R-A1: a connection that ends in the middle is an error, not a short answer."""
    tokens = []

    async def listen():
        async with claude.messages.stream(**asked(member("cut"))) as stream:
            async for token in stream.text_stream:
                tokens.append(token)  # noqa: PERF401 - a comprehension would lose what came before the cut

    with pytest.raises(httpx2.RemoteProtocolError):
        await listen()
    assert tokens == ["one ", "two "]


async def test_a_reply_can_be_late(claude):
    """R-A1: the time to the first token is the script's."""
    started = time.monotonic()
    await answer(claude, member("slow"))
    assert time.monotonic() - started >= 0.2


async def test_a_connection_is_used_for_many_messages_and_after_an_error(claude, api):
    """R-A1: as the real one does, the server keeps connections."""
    with pytest.raises(anthropic.APIStatusError):
        await answer(claude, member("busy"))
    for _ in range(3):
        assert (await answer(claude, member("some text"))).stop_reason == "end_turn"
    assert (await answer(claude, member("unheard of"))).content[0].text == "The script has no answer to that."
    assert len(api.requests) == 5


def test_a_script_is_the_same_after_it_was_written_to_a_file(tmp_path):
    """R-E2: a server that runs as its own process says what the test wrote."""
    for scenes in (SCRIPT, DEFAULT):
        write_script(tmp_path / "script.json", scenes)
        assert read_script(tmp_path / "script.json") == scenes
