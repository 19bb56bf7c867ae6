"""Claude, through the Messages API. The only file that knows the SDK."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from typing import Any, Literal

import anthropic
import httpx2
import orjson

from pam_agent import prompt as words
from pam_agent.event_stream import EventStream, UnreadableStreamError
from pam_agent.mind import Prompt, Reply
from pam_shared.contracts.conversation import TextBlock, ToolUseBlock, Usage
from pam_shared.errors import ExternalUnavailableError

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
        self._silent_for = first_token_within

    async def reply(self, prompt: Prompt) -> AsyncGenerator[str | Reply, None]:
        """Yield text as it comes, and the whole reply last.

        Raises ExternalUnavailableError when the API refuses, falls silent or cuts the stream.
        """
        gathered = Gathered()
        try:
            async with aclosing(self._events(prompt)) as batches:
                async for events in batches:
                    if text := gathered.take(events):
                        yield text
        except (anthropic.AnthropicError, httpx2.HTTPError, UnreadableStreamError, TimeoutError, OSError) as error:
            raise ExternalUnavailableError(AWAY, code=_code(error)) from error
        if gathered.stop_reason is None:
            raise ExternalUnavailableError(AWAY, code="stream_cut")
        yield gathered.reply(self._model)

    async def close(self) -> None:
        """Close the connections to the API."""
        await self._client.close()

    async def _events(self, prompt: Prompt) -> AsyncGenerator[list[dict[str, Any]], None]:
        """Yield the events of the reply in the groups they arrive in. Each may be silent only for so long."""
        request: dict[str, Any] = {"system": words.system(), "messages": words.messages(prompt)}
        if prompt.tools:
            request["tools"] = words.tools(prompt.tools)
        async with AsyncExitStack() as ending:
            async with asyncio.timeout(self._silent_for):
                response = await ending.enter_async_context(
                    self._client.messages.with_streaming_response.create(
                        model=self._model, max_tokens=self._max_tokens, stream=True, **request
                    )
                )
            stream, chunks = EventStream(), response.iter_bytes()
            while True:
                async with asyncio.timeout(self._silent_for):
                    chunk = await anext(chunks, None)
                if chunk is None:
                    return
                yield stream.take(chunk)


class Gathered:
    """The blocks of a streamed message, put together from its events. An event that comes twice counts once."""

    def __init__(self) -> None:
        self.stop_reason: str | None = None
        self._blocks: dict[int, Block] = {}
        self._usage = Usage()

    def take(self, events: list[dict[str, Any]]) -> str:
        """Take events in and return the text they add. Raises ExternalUnavailableError for the API's own error."""
        return "".join([self._one(event) for event in events])

    def reply(self, model: str) -> Reply:
        """Return the whole reply."""
        whole = [block.whole() for block in self._blocks.values()]
        return Reply([block for block in whole if block.type == "tool_use" or block.text], model, self._usage)

    def _one(self, event: dict[str, Any]) -> str:
        match event:
            case {"type": "content_block_delta", "index": index, "delta": delta} if index in self._blocks:
                return self._blocks[index].extend(delta)
            case {"type": "content_block_start", "index": index, "content_block": block}:
                self._blocks.setdefault(index, Block(block))
            case {"type": "message_start", "message": {"usage": usage}}:
                self._usage = _usage(usage)
            case {"type": "message_delta", "delta": delta, "usage": usage}:
                self.stop_reason = delta.get("stop_reason")
                self._usage = self._usage.model_copy(update={"output_tokens": usage.get("output_tokens", 0)})
            case {"type": "error", "error": error}:
                raise ExternalUnavailableError(AWAY, code=f"model_{error.get('type', 'error')}")
        return ""


class Block:
    """One block of a reply as its parts come in."""

    def __init__(self, start: dict[str, Any]) -> None:
        self._start = start
        self._parts: list[str] = []

    def extend(self, delta: dict[str, Any]) -> str:
        """Take a part in and return the text to show."""
        text = str(delta.get("text", ""))
        self._parts.append(text or str(delta.get("partial_json", "")))
        return text

    def whole(self) -> TextBlock | ToolUseBlock:
        """Return the block once all its parts are there."""
        whole = "".join(self._parts)
        if self._start.get("type") == "tool_use":
            return ToolUseBlock(id=self._start["id"], name=self._start["name"], input=_arguments(whole))
        return TextBlock(text=whole)


def _arguments(text: str) -> dict[str, Any]:
    """Return a call's arguments; what is not a JSON object is handed on for the worker to refuse by name."""
    if not text.strip():
        return {}
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {"malformed_json": text[:200]}
    return value if isinstance(value, dict) else {"not_an_object": value}


def _usage(usage: dict[str, Any]) -> Usage:
    return Usage(
        input_tokens=usage.get("input_tokens") or 0,
        output_tokens=usage.get("output_tokens") or 0,
        cache_read_tokens=usage.get("cache_read_input_tokens") or 0,
        cache_write_tokens=usage.get("cache_creation_input_tokens") or 0,
    )


def _code(error: BaseException) -> str:
    if isinstance(error, anthropic.APIStatusError):
        return f"model_{error.status_code}"
    if isinstance(error, UnreadableStreamError):
        return "model_unreadable"
    return "model_timeout" if isinstance(error, TimeoutError) else "model_unreachable"
