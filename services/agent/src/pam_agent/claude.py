"""Claude, through the Messages API. The only file that knows the SDK."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Literal

import anthropic
import httpx2
import orjson
from anthropic.types import RawMessageStreamEvent

from pam_agent import prompt as words
from pam_agent.mind import Prompt, Reply
from pam_shared.contracts.conversation import TextBlock, ToolUseBlock, Usage
from pam_shared.errors import ExternalUnavailableError

LISTEN_EVERY = 0.5
"""Seconds between two looks at the clock: moving a deadline for each token would cost more than the token."""

AWAY = "My thinking is unavailable right now."


def open_client(api_key: str, base_url: str | None) -> anthropic.AsyncAnthropic:
    """Return a client. Its own retries are few: the turn has a deadline, and another mind is waiting."""
    return anthropic.AsyncAnthropic(
        api_key=api_key,
        base_url=base_url,
        max_retries=1,
        http_client=anthropic.DefaultAioHttpClient(),
        # Its spans put every streamed message together a second time; ours say as much.
        open_telemetry=False,
    )


class Claude:
    """One Claude model."""

    mode: Literal["claude", "rules"] = "claude"

    def __init__(
        self, client: anthropic.AsyncAnthropic, model: str, max_tokens: int, first_token_within: float
    ) -> None:
        self._client = client
        self._model = model
        self._max_tokens = max_tokens
        self._first_token_within = first_token_within

    async def reply(self, prompt: Prompt) -> AsyncIterator[str | Reply]:
        """Yield text as it comes, and the whole reply last.

        Raises ExternalUnavailableError when the API refuses, falls silent or cuts the stream.
        """
        gathered = Gathered()
        try:
            stream = await self._open(prompt)
            async with stream:
                async for event in self._awake(stream):
                    text = gathered.take(event)
                    if text:
                        yield text
        except (anthropic.AnthropicError, httpx2.HTTPError, TimeoutError, OSError) as error:
            raise ExternalUnavailableError(AWAY, code=_code(error)) from error
        if gathered.stop_reason is None:
            raise ExternalUnavailableError(AWAY, code="stream_cut")
        yield gathered.reply(self._model)

    async def close(self) -> None:
        """Close the connections to the API."""
        await self._client.close()

    async def _open(self, prompt: Prompt) -> anthropic.AsyncStream[RawMessageStreamEvent]:
        request: dict[str, Any] = {"system": words.system(), "messages": words.messages(prompt)}
        if prompt.tools:
            request["tools"] = words.tools(prompt.tools)
        async with asyncio.timeout(self._first_token_within):
            stream: anthropic.AsyncStream[RawMessageStreamEvent] = await self._client.messages.create(
                model=self._model, max_tokens=self._max_tokens, stream=True, **request
            )
            return stream

    async def _awake(
        self, stream: anthropic.AsyncStream[RawMessageStreamEvent]
    ) -> AsyncIterator[RawMessageStreamEvent]:
        """Yield the events; a silence longer than the first token may take ends the stream with TimeoutError."""
        loop = asyncio.get_running_loop()
        heard, listen_every = loop.time(), min(LISTEN_EVERY, self._first_token_within / 4)
        async with asyncio.timeout(self._first_token_within) as silence:
            async for event in stream:
                yield event
                now = loop.time()
                if now - heard > listen_every:
                    silence.reschedule(now + self._first_token_within)
                    heard = now


class Gathered:
    """The blocks of a streamed message, put together from its events."""

    def __init__(self) -> None:
        self.stop_reason: str | None = None
        self._blocks: list[TextBlock | ToolUseBlock] = []
        self._parts: list[str] = []
        self._usage = Usage()

    def take(self, event: RawMessageStreamEvent) -> str:
        """Take one event in and return the text it adds, if any."""
        match event.type:
            case "message_start":
                self._usage = _usage(event.message.usage)
            case "content_block_start":
                self._begin(event.content_block)
            case "content_block_delta":
                return self._extend(event.delta)
            case "content_block_stop":
                self._end()
            case "message_delta":
                self.stop_reason = event.delta.stop_reason
                self._usage = self._usage.model_copy(update={"output_tokens": event.usage.output_tokens})
        return ""

    def reply(self, model: str) -> Reply:
        """Return the whole reply."""
        return Reply([block for block in self._blocks if block.type == "tool_use" or block.text], model, self._usage)

    def _begin(self, block: Any) -> None:
        self._parts = []
        if block.type == "tool_use":
            self._blocks.append(ToolUseBlock(id=block.id, name=block.name, input={}))
        else:
            self._blocks.append(TextBlock(text=""))

    def _extend(self, delta: Any) -> str:
        if delta.type == "text_delta":
            self._parts.append(delta.text)
            return str(delta.text)
        if delta.type == "input_json_delta":
            self._parts.append(delta.partial_json)
        return ""

    def _end(self) -> None:
        block, whole = self._blocks[-1], "".join(self._parts)
        if isinstance(block, TextBlock):
            block.text = whole
        else:
            block.input = _arguments(whole)


def _arguments(text: str) -> dict[str, Any]:
    """Return a call's arguments; what is not a JSON object is handed on for the worker to refuse by name."""
    if not text.strip():
        return {}
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {"malformed_json": text[:200]}
    return value if isinstance(value, dict) else {"not_an_object": value}


def _usage(usage: Any) -> Usage:
    return Usage(
        input_tokens=usage.input_tokens or 0,
        output_tokens=usage.output_tokens or 0,
        cache_read_tokens=usage.cache_read_input_tokens or 0,
        cache_write_tokens=usage.cache_creation_input_tokens or 0,
    )


def _code(error: BaseException) -> str:
    if isinstance(error, anthropic.APIStatusError):
        return f"model_{error.status_code}"
    return "model_timeout" if isinstance(error, TimeoutError) else "model_unreachable"
