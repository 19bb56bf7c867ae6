"""A model that plays its part: it calls the tools a conversation expects, then answers from what they returned.

It knows nothing but the request it gets: where in which conversation it is, it sees from what the member has said.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from pam_shared.contracts.tools import Effect, Outcome, ToolReply
from pam_shared.testing.messages_api import CHARACTERS, Reply, Say, Use, first_text
from tests.eval.measure import manifests
from tests.eval.script import Call, Conversation, Turn
from tests.eval.talk import meant

LOST = "The script has no answer to that."
SMALL_TALK = "I hear you. Safe travels!"
REFUSAL = "I can't help with that."
UNKNOWN = "I don't know that."


@dataclass
class Player:
    """The script as a model. ``requests`` keeps what it was asked with at each line, the newest request of a line."""

    scripts: Sequence[Conversation]
    requests: dict[tuple[str, ...], dict[str, Any]] = field(default_factory=dict)
    _cached: set[bytes] = field(default_factory=set)

    def __call__(self, request: dict[str, Any]) -> Reply:
        """Answer a request of the Messages API."""
        lines = tuple(_lines(request["messages"]))
        self.requests[lines] = request
        turn = next((script.turns[len(lines) - 1] for script in self.scripts if _is_in(script, lines)), None)
        blocks = _blocks(turn, request["messages"]) if turn else [Say(text=LOST)]
        return Reply(blocks=blocks, **self._counted(request, blocks))

    def _counted(self, request: dict[str, Any], blocks: list[Say | Use]) -> dict[str, int]:
        """Return the tokens as the API would count them: what ends at a cache mark and was there before is read."""
        marks, length = _marks(request)
        seen = max((size for size, prefix in marks if prefix in self._cached), default=0)
        written = max((size for size, _ in marks), default=0)
        self._cached |= {prefix for _, prefix in marks}
        said = sum(len(orjson.dumps(block.model_dump(exclude_none=True))) for block in blocks)
        return {
            "input_tokens": (length - written) // CHARACTERS,
            "cache_read_tokens": seen // CHARACTERS,
            "cache_write_tokens": (written - seen) // CHARACTERS,
            "output_tokens": said // CHARACTERS,
        }


def offered(request: dict[str, Any]) -> set[str]:
    """Return the names of the tools a request offers."""
    return {tool["name"] for tool in request.get("tools", [])}


def known(request: dict[str, Any]) -> str:
    """Return what a request says of the member behind their words."""
    asked = next(message for message in reversed(request["messages"]) if _line(message))
    return "\n".join(block["text"] for block in asked["content"][1:] if block["type"] == "text")


def _is_in(script: Conversation, lines: tuple[str, ...]) -> bool:
    """Whether this is how a conversation begins."""
    return lines == tuple(turn.say for turn in script.turns[: len(lines)])


def _lines(messages: list[dict[str, Any]]) -> Iterator[str]:
    yield from filter(None, map(_line, messages))


def _line(message: dict[str, Any]) -> str:
    """Return what the member says in a message; nothing where it is not theirs."""
    return first_text(message) if message["role"] == "user" else ""


def _blocks(turn: Turn, messages: list[dict[str, Any]]) -> list[Say | Use]:
    """Return the next round of calls, or the answer."""
    rounds = _rounds(messages)
    results = list(_results(messages))
    stages = _stages(turn)
    if rounds < len(stages):
        return [Use(tool=call.tool, input=meant(call.arguments | call.also, results)) for call in stages[rounds]]
    return [Say(text=_answer(turn, [reply for _, reply in results[-len(turn.calls) :]], messages))]


def _stages(turn: Turn) -> list[list[Call]]:
    """Return the calls in rounds: what looks first, then the calls, and those that read what others write behind."""
    reads = {tool.name for tool in manifests() if tool.effect is Effect.READ}
    writes = [call for call in turn.calls if call.tool not in reads]
    behind = [call for call in turn.calls if call.tool in reads]
    return [stage for stage in (turn.looks if turn.calls else [], writes, behind) if stage]


def _answer(turn: Turn, replies: list[ToolReply], messages: list[dict[str, Any]]) -> str:
    """Say what the tools returned, or what the turn is without them."""
    if turn.calls:
        return " ".join(reply.message for reply in replies if reply.outcome is not Outcome.NOT_RUN)
    if turn.knows:
        lines = [
            line for line in known({"messages": messages}).splitlines() if any(word in line for word in turn.knows)
        ]
        return "\n".join(lines) or UNKNOWN
    if turn.asks:
        return f"What is the {turn.asks.replace('_', ' ')}?"
    return REFUSAL if turn.refuses else SMALL_TALK


def _rounds(messages: list[dict[str, Any]]) -> int:
    """Return how many rounds of results came after the member's last line."""
    behind = 0
    for message in reversed(messages):
        if _line(message):
            break
        behind += message["role"] == "user"
    return behind


def _results(messages: list[dict[str, Any]]) -> Iterator[tuple[str, ToolReply]]:
    """Yield what tools returned in the whole request, by name, oldest first."""
    names: dict[str, str] = {}
    for message in messages:
        for block in message["content"] if isinstance(message["content"], list) else []:
            if block["type"] == "tool_use":
                names[block["id"]] = block["name"]
            elif block["type"] == "tool_result":
                yield names[block["tool_use_id"]], _reply(block["content"])


def _reply(content: str) -> ToolReply:
    try:
        return ToolReply.model_validate(json.loads(content))
    except ValueError:
        return ToolReply(outcome=Outcome.NOT_RUN, message=content)


def _marks(request: dict[str, Any]) -> tuple[list[tuple[int, bytes]], int]:
    """Return each prefix that ends at a cache mark, its length and digest, and the length of all."""
    blocks = [*request.get("tools", []), *_system(request)]
    for message in request["messages"]:
        content = message["content"]
        blocks += content if isinstance(content, list) else [{"text": content}]
    digest, size, marks = hashlib.blake2b(), 0, []
    for block in blocks:
        told = orjson.dumps({key: value for key, value in block.items() if key != "cache_control"})
        digest.update(told)
        size += len(told)
        if "cache_control" in block:
            marks.append((size, digest.digest()))
    return marks, size


def _system(request: dict[str, Any]) -> list[dict[str, Any]]:
    system = request.get("system", [])
    return system if isinstance(system, list) else [{"text": system}]
