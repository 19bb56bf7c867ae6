"""The scripted model: what a message asks for is in its text, and the answer's tokens are numbered.

``fault <talk> m<number> tool=1 tokens=30 width=0 delay=10 mode=-`` is answered with a call of ``create_expense`` whose
description is ``<talk> m<number>``, then with ``<talk> m<number> t0 t1 … t29 end``. So a checker sees every hole and
every repeat in a text, and counts the effects of each message.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from pam_shared.testing.messages_api import MessagesApi, Reply, Say, Use, _asked, _events, _write_error, first_text

_ASK = re.compile(
    r"fault (?P<talk>\w+) m(?P<number>\d+) tool=(?P<tool>\d) tokens=(?P<tokens>\d+) width=(?P<width>\d+)"
    r" delay=(?P<delay>\d+) mode=(?P<mode>\S+)"
)
_ANSWER = re.compile(r"^(\w+ m\d+) t0\b.* end$")
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
SILENCE = 60.0
STATUSES = {"429": 429, "529": 529}
AFTER = 5
"""Tokens before what goes wrong in mid-text goes wrong."""
STOPPED = "stopped"
"""The mode of a message whose answer is cancelled before its end."""
POISON = "poison"
"""The mode of a message that kills its agent, where the mishap ``die_of_poison`` is on."""
BROKEN = frozenset({"error", "cut", "reset", "silence"})
"""Modes in which each model's answer ends in the middle, so that the rules have to end it."""


@dataclass(frozen=True)
class Ask:
    """A message to the scripted model. ``delay`` is in milliseconds between tokens, ``width`` their least length."""

    talk: str
    number: int
    tool: bool = True
    tokens: int = 30
    width: int = 0
    delay: int = 10
    mode: str = "-"

    @property
    def text(self) -> str:
        """What the member writes."""
        return (
            f"fault {self.talk} m{self.number} tool={int(self.tool)} tokens={self.tokens} width={self.width}"
            f" delay={self.delay} mode={self.mode}"
        )

    @property
    def mark(self) -> str:
        """What an effect of this message is known by."""
        return f"{self.talk} m{self.number}"

    @property
    def answer(self) -> str:
        """What is answered, if all goes well."""
        return " ".join([self.mark, *(f"t{n}".ljust(self.width, "_") for n in range(self.tokens)), "end"])

    @classmethod
    def read(cls, text: str) -> "Ask":
        """Read a message. Raises ValueError for what is none of ours."""
        found = _ASK.search(text)
        if found is None:
            raise ValueError(f"not one of our messages: {text[:80]}")
        numbers = {name: int(found[name]) for name in ("number", "tokens", "width", "delay")}
        return cls(talk=found["talk"], tool=found["tool"] == "1", mode=found["mode"], **numbers)


class Gate:
    """A place where replies wait while it is shut; ``waiting`` counts them."""

    def __init__(self) -> None:
        self.waiting = 0
        self._open = asyncio.Event()
        self._open.set()

    def shut(self) -> None:
        """Let nobody pass."""
        self._open.clear()

    def open(self) -> None:
        """Let everybody pass."""
        self._open.set()

    async def pass_through(self) -> None:
        """Go on as soon as the gate is open."""
        self.waiting += 1
        try:
            await self._open.wait()
        finally:
            self.waiting -= 1


class ScriptedModel(MessagesApi):
    """A Messages API that answers our messages. Its gates hold replies before the first, in the middle, at the last.

    ``told`` has, by the mark of a message, the marks of the earlier ones whose answers came with it.
    """

    def __init__(self) -> None:
        super().__init__(scenes=(), port=0, keep=1)
        self.gates = {moment: Gate() for moment in ("before", "middle", "last")}
        self.told: dict[str, set[str]] = {}

    async def _answer(self, request: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        text, rounds = _asked(request["messages"])
        ask = Ask.read(text)
        self.told[ask.mark] = {marked for message in request["messages"] for marked in _answers_in(message)}
        if not rounds:
            await self.gates["before"].pass_through()
        if ask.mode in STATUSES:
            _write_error(writer, Reply(status=STATUSES[ask.mode]))
            return
        await self._tell(ask, _reply(ask, rounds), writer)

    async def _tell(self, ask: Ask, reply: Reply, writer: asyncio.StreamWriter) -> None:
        writer.write(_HEAD)
        answering = isinstance(reply.blocks[0], Say)
        tokens = 0
        for kind, data in _events(reply, "scripted"):
            if answering and kind == "content_block_delta":
                await self._pace(ask, tokens)
                if tokens == AFTER and ask.mode in BROKEN:
                    await _break(ask.mode, writer)
                    return
                tokens += 1
            elif kind == "content_block_delta" and ask.mode == "malformed":
                data["delta"]["partial_json"] = data["delta"]["partial_json"][:AFTER]
            _write(writer, kind, data)
            if ask.mode == "duplicates" and kind != "content_block_delta":
                _write(writer, kind, data)
            await writer.drain()
        writer.write(LAST_CHUNK)
        await writer.drain()

    async def _pace(self, ask: Ask, tokens: int) -> None:
        if tokens == ask.tokens // 2:
            await self.gates["middle"].pass_through()
        if tokens == ask.tokens + 2:
            await self.gates["last"].pass_through()
        await asyncio.sleep(ask.delay / 1000)


def _answers_in(message: dict[str, Any]) -> list[str]:
    """Return the marks of the whole answers in one message of the exchange."""
    content = message["content"]
    has_calls = not isinstance(content, str) and any(block["type"] == "tool_use" for block in content)
    if message["role"] != "assistant" or has_calls:
        return []
    return _ANSWER.findall(first_text(message))


def _reply(ask: Ask, rounds: int) -> Reply:
    if not ask.tool or rounds:
        return Reply(blocks=[Say(text=ask.answer)])
    expense = {"amount": 1 + ask.number, "category": "gas", "description": ask.mark}
    return Reply(blocks=[Use(tool="create_expense", input=expense)])


async def _break(mode: str, writer: asyncio.StreamWriter) -> None:
    if mode == "error":
        _write(writer, "error", {"error": {"type": "overloaded_error", "message": "scripted"}})
    if mode == "silence":
        await asyncio.sleep(SILENCE)
    if mode == "reset":
        writer.transport.abort()
    else:
        writer.write(LAST_CHUNK)


def _write(writer: asyncio.StreamWriter, kind: str, data: dict[str, Any]) -> None:
    if writer.is_closing():
        raise ConnectionResetError  # uvloop's own complaint would be no ConnectionError
    frame = b"event: %s\ndata: %s\n\n" % (kind.encode(), orjson.dumps({"type": kind, **data}))
    writer.write(b"%x\r\n%s\r\n" % (len(frame), frame))


@asynccontextmanager
async def scripted_model() -> AsyncIterator[ScriptedModel]:
    """Run the model on a free loopback port."""
    model = ScriptedModel()
    server = await asyncio.start_server(model.serve, "127.0.0.1", 0)
    model.port = server.sockets[0].getsockname()[1]
    try:
        yield model
    finally:
        server.close()
