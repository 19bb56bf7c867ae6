"""Claude, through the Messages API. The only file that knows the SDK."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from itertools import count
from typing import Any, Literal

import anthropic
import httpx2
import orjson
from anthropic.types import MessageTokensCount

from pam_agent import exchange
from pam_agent.event_stream import EventStream, UnreadableStreamError
from pam_agent.gathered import Gathered
from pam_agent.mind import LENGTH, PAUSED, REFUSED, MindAwayError, Prompt, Reply
from pam_agent.patience import AGAIN_MAX, Patience, asked_to_wait, pause_before, worth_another_try

COUNT_WITHIN = 2.0
SAYS_SOMETHING = frozenset({"content_block_start", "content_block_delta"})
TROUBLES = (anthropic.AnthropicError, httpx2.HTTPError, UnreadableStreamError, TimeoutError, OSError)


def open_client(api_key: str, base_url: str | None) -> anthropic.AsyncAnthropic:
    """Return a client. It tries nothing again: the turn has a deadline, and another mind is waiting."""
    return anthropic.AsyncAnthropic(
        api_key=api_key,
        base_url=base_url,
        max_retries=0,
        http_client=anthropic.DefaultAioHttpClient(),
        # Its spans put every streamed message together a second time; ours say as much.
        open_telemetry=False,
    )


class Claude:
    """One Claude model. Where the API asks to be left alone for long, nobody asks it until then."""

    mode: Literal["claude", "rules"] = "claude"

    def __init__(
        self, client: anthropic.AsyncAnthropic, model: str, max_tokens: int, first_token_within: float
    ) -> None:
        self._client = client
        self.name = model
        self.max_tokens = max_tokens
        self._silent_for = first_token_within
        self._rests_until = 0.0

    def reply(self, prompt: Prompt) -> AsyncGenerator[str | Reply, None]:
        """Yield text as it comes, and the whole reply last.

        Raises MindAwayError when the API refuses, falls silent, cuts the stream or says nothing.
        """
        return self._speak(exchange.written(prompt), prompt.within)

    async def write(self, instructions: str, text: str, within: float) -> Reply:
        """Do with a text what the instructions say. Raises MindAwayError."""
        request = orjson.dumps({"system": instructions, "messages": [{"role": "user", "content": text}]})
        async with aclosing(self._speak(request, within)) as parts:
            async for part in parts:
                if isinstance(part, Reply):
                    return part
        raise MindAwayError("stream_cut")

    async def count(self, prompt: Prompt) -> int | None:
        """Return the tokens of the request for a prompt; None when the API does not say."""
        try:
            async with asyncio.timeout(COUNT_WITHIN):
                counted = await self._client.post(
                    "/v1/messages/count_tokens",
                    cast_to=MessageTokensCount,
                    content=_joined(orjson.dumps({"model": self.name}), exchange.written(prompt)),
                )
        except TROUBLES:
            return None
        return counted.input_tokens

    async def close(self) -> None:
        """Close the connections to the API."""
        await self._client.close()

    async def _speak(self, request: bytes, within: float) -> AsyncGenerator[str | Reply, None]:
        gathered, patience = Gathered(), Patience(self._silent_for, within)
        if time.monotonic() < self._rests_until:
            raise MindAwayError("model_resting")
        try:
            async with aclosing(self._events(request, patience)) as batches:
                async for events in batches:
                    if text := gathered.take(events):
                        yield text
        except TROUBLES as error:
            raise MindAwayError(_code(error), gathered.used) from error
        yield _whole(gathered, self.name)

    async def _events(self, request: bytes, patience: Patience) -> AsyncGenerator[list[dict[str, Any]], None]:
        """Yield the events of the reply in the groups they arrive in."""
        async with AsyncExitStack() as ending:
            response = await self._open(ending, request, patience)
            stream, chunks = EventStream(), response.aiter_bytes()
            while True:
                async with asyncio.timeout(patience.left):
                    chunk = await anext(chunks, None)
                if chunk is None:
                    return
                events = stream.take(chunk)
                if any(event.get("type") in SAYS_SOMETHING for event in events):
                    patience.heard()
                yield events

    async def _open(self, ending: AsyncExitStack, request: bytes, patience: Patience) -> httpx2.Response:
        """Begin a reply; what time may mend is tried again while there is time for the first token."""
        about = orjson.dumps({"model": self.name, "max_tokens": self.max_tokens, "stream": True})
        for again in count():
            try:
                async with asyncio.timeout(patience.left):
                    # The SDK's own method would copy the whole request, tool by tool, and write it down once more.
                    response = await self._client.post(
                        "/v1/messages", cast_to=httpx2.Response, content=_joined(about, request), stream=True
                    )
                    ending.push_async_callback(response.aclose)
                    return response
            except (anthropic.APIStatusError, anthropic.APIConnectionError) as error:
                pause = _pause(error, again)
                if pause >= patience.left:
                    self._rests_until = time.monotonic() + pause
                if pause >= patience.left or again == AGAIN_MAX:
                    raise
                await asyncio.sleep(pause)
        raise AssertionError


def _joined(first: bytes, second: bytes) -> bytes:
    """Return two JSON objects as one."""
    return first[:-1] + b"," + second[1:]


def _pause(error: anthropic.APIError, again: int) -> float:
    """Return the seconds until another try. Raises the error again where time mends nothing."""
    if not isinstance(error, anthropic.APIStatusError):
        return pause_before(again)
    if not worth_another_try(error.status_code):
        raise error
    asked = asked_to_wait(error.response.headers)
    return pause_before(again) if asked is None else asked


def _whole(gathered: Gathered, model: str) -> Reply:
    """Return the reply. Raises MindAwayError for one that has no end or says nothing."""
    if gathered.stop_reason is None:
        raise MindAwayError("stream_cut", gathered.used)
    reply = gathered.reply(model)
    if not (reply.tool_uses or reply.text.strip() or reply.stop in {LENGTH, PAUSED, REFUSED}):
        raise MindAwayError("model_empty", gathered.used)
    return reply


def _code(error: BaseException) -> str:
    if isinstance(error, anthropic.APIStatusError):
        return f"model_{error.status_code}"
    if isinstance(error, UnreadableStreamError):
        return "model_unreadable"
    return "model_timeout" if isinstance(error, TimeoutError) else "model_unreachable"
