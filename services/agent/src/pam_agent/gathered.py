"""A streamed message, put together from its events."""

from math import ceil
from typing import Any

import orjson

from pam_agent.mind import LENGTH, MindAwayError, Reply
from pam_agent.tokens import CHARACTERS
from pam_shared.contracts.conversation import TextBlock, ToolUseBlock, Usage


class Gathered:
    """The blocks of a streamed message. An event that comes twice counts once."""

    def __init__(self) -> None:
        self.stop_reason: str | None = None
        self.usage = Usage()
        self._blocks: dict[int, Block] = {}

    @property
    def used(self) -> Usage:
        """What it cost so far. The API counts what was written at the end; before that its characters are."""
        written = ceil(sum(block.size for block in self._blocks.values()) / CHARACTERS)
        most = max(self.usage.output_tokens, written if self.stop_reason is None else 0)
        return self.usage.model_copy(update={"output_tokens": most})

    def take(self, events: list[dict[str, Any]]) -> str:
        """Take events in and return the text they add. Raises MindAwayError for the API's own error."""
        return "".join([self._one(event) for event in events])

    def reply(self, model: str) -> Reply:
        """Return the whole reply, without texts that say nothing and a call of which only the name was written."""
        whole = [block.whole() for block in self._blocks.values()]
        if self.stop_reason == LENGTH and whole and isinstance(whole[-1], ToolUseBlock) and not whole[-1].input:
            whole.pop()
        said = [block for block in whole if block.type == "tool_use" or block.text]
        return Reply(said, model, self.usage, self.stop_reason or "")

    def _one(self, event: dict[str, Any]) -> str:
        match event:
            case {"type": "content_block_delta", "index": index, "delta": delta} if index in self._blocks:
                return self._blocks[index].extend(delta)
            case {"type": "content_block_start", "index": index, "content_block": block}:
                self._blocks.setdefault(index, Block(block))
            case {"type": "message_start", "message": {"usage": usage}}:
                self.usage = _usage(usage)
            case {"type": "message_delta", "delta": delta, "usage": usage}:
                self.stop_reason = delta.get("stop_reason")
                self.usage = self.usage.model_copy(update={"output_tokens": usage.get("output_tokens", 0)})
            case {"type": "error", "error": error}:
                raise MindAwayError(f"model_{error.get('type', 'error')}", self.used)
        return ""


class Block:
    """One block of a reply as its parts come in."""

    def __init__(self, start: dict[str, Any]) -> None:
        self._start = start
        self._parts: list[str] = []

    @property
    def size(self) -> int:
        """How many characters were written."""
        return sum(map(len, self._parts))

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
