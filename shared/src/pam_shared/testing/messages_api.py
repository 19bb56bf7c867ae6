"""A Messages API for tests and benchmarks: a real HTTP server that streams what a script says.

Run it alone with ``python -m pam_shared.testing.messages_api --port 9000 --script script.json``; without a script every
message is answered with one tool call and then a sentence. Point ``ANTHROPIC_BASE_URL`` at it.
"""

import argparse
import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import orjson
import uvloop
from pydantic import BaseModel, TypeAdapter

_STREAM = "text/event-stream"


class Say(BaseModel):
    """Text, streamed in tokens of a few characters."""

    text: str


class Use(BaseModel):
    """A tool call. ``written`` stands where the input's JSON would: broken, say."""

    tool: str
    input: dict[str, Any] = {}
    written: str | None = None


class Reply(BaseModel):
    """One reply of the model. Delays in seconds; ``status`` other than 200 is an error instead.

    ``cut_after`` breaks off after so many tokens: ``breaks`` says how. ``stop`` is the reason of the end where it is
    not what the blocks imply. ``input_tokens`` are counted if none are given; those of the cache come on top.
    """

    blocks: list[Say | Use] = []
    delay: float = 0.0
    token_delay: float = 0.0
    status: int = 200
    output_tokens: int = 20
    retry_after: float | None = None
    cut_after: int | None = None
    breaks: Literal["cut", "silence", "malformed", "error"] = "cut"
    stop: str | None = None
    input_tokens: int | None = None
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0


class Scene(BaseModel):
    """What a ``model`` says to a message that matches ``pattern``: the first reply, then one per round of tool results.

    Before that, the first requests get what is in ``before``, each once.
    """

    pattern: str
    replies: list[Reply]
    model: str = ""
    before: list[Reply] = []


_SCENES = TypeAdapter(list[Scene])
Player = Callable[[dict[str, Any]], Reply]  # answers a request itself, where scenes are not enough

CHARACTERS = 4
"""Of a request in a token: near enough for whoever counts."""
WINDOW = 200_000
"""Tokens a request may have."""
SILENCE = 60.0

ANSWER = (
    "Got it, I wrote down $45.00 for gas. That brings this month to $45.00, all of it on gas so far, so you are off to"
    " a calm start. If you fill up again before the weekend, tell me the price and I will keep the tally for you."
)
"""As long as a companion's answer usually is: three sentences, some forty tokens."""

DEFAULT = [
    Scene(
        pattern=".*",
        replies=[
            Reply(blocks=[Use(tool="create_expense", input={"amount": 45, "category": "gas"})]),
            Reply(blocks=[Say(text=ANSWER)]),
        ],
    )
]


@dataclass
class MessagesApi:
    """The running server. ``requests`` keeps the bodies it was asked with, the newest last."""

    scenes: Sequence[Scene] | Player
    port: int
    requests: list[dict[str, Any]] = field(default_factory=list)
    keep: int = 1000

    @property
    def url(self) -> str:
        """What ``ANTHROPIC_BASE_URL`` is set to."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while asked := await _request(reader):
                path, body = asked
                if path.endswith(b"/count_tokens"):
                    _write(writer, 200, orjson.dumps({"input_tokens": _tokens(orjson.loads(body))}))
                else:
                    await self._answer(orjson.loads(body), writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, request: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        self.requests.append(request)
        del self.requests[: -self.keep]
        reply, tokens = self._reply_to(request), _tokens(request)
        if tokens > WINDOW:
            reply = Reply(status=400)
        elif reply.input_tokens is None:
            reply = reply.model_copy(update={"input_tokens": tokens})
        await asyncio.sleep(reply.delay)
        if reply.status != 200:  # noqa: PLR2004 - OK
            _write_error(writer, reply)
            return
        await _stream(writer, reply, request.get("model", "scripted"))

    def _reply_to(self, request: dict[str, Any]) -> Reply:
        if callable(self.scenes):
            return self.scenes(request)
        text, rounds = _asked(request["messages"])
        fitting = (scene for scene in self.scenes if scene.model in request.get("model", ""))
        scene = next((scene for scene in fitting if re.search(scene.pattern, text, re.DOTALL)), None)
        if scene is None:
            return Reply(blocks=[Say(text="The script has no answer to that.")])
        if scene.before:
            return scene.before.pop(0)
        return scene.replies[min(rounds, len(scene.replies) - 1)]


@asynccontextmanager
async def messages_api(scenes: Sequence[Scene] | Player = DEFAULT, port: int = 0) -> AsyncIterator[MessagesApi]:
    """Run the server on a loopback port, a free one by default."""
    api = MessagesApi(scenes, port)
    server = await asyncio.start_server(api.serve, "127.0.0.1", port)
    api.port = server.sockets[0].getsockname()[1]
    try:
        yield api
    finally:
        server.close()


def read_script(path: Path) -> list[Scene]:
    """Read scenes from a JSON file. Raises pydantic.ValidationError."""
    return _SCENES.validate_json(path.read_bytes())


def write_script(path: Path, scenes: Iterable[Scene]) -> None:
    """Write scenes for a server that runs as its own process."""
    path.write_bytes(_SCENES.dump_json(list(scenes)))


async def _request(reader: asyncio.StreamReader) -> tuple[bytes, bytes] | None:
    """Return path and body of the next request, None at the end of the connection."""
    head = await reader.readuntil(b"\r\n\r\n") if not reader.at_eof() else b""
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    if length is None:
        return None
    path = head.split(b" ", 2)[1].partition(b"?")[0]
    return path, await reader.readexactly(int(length[1]))


def _tokens(request: dict[str, Any]) -> int:
    """Return how many tokens a request has, more or less."""
    told = {key: request[key] for key in ("system", "messages", "tools") if key in request}
    return len(orjson.dumps(told)) // CHARACTERS


def _asked(messages: list[dict[str, Any]]) -> tuple[str, int]:
    """Return the words the member wrote last, the first block, and how many rounds of tool results came after them.

    The wish to go on with an answer that broke off is neither: one block of text behind everything else.
    """
    rounds = 0
    for message in reversed(messages):
        if message["role"] != "user":
            continue
        text = first_text(message)
        if text and not (message is messages[-1] and _is_wish(message) and len(messages) > 1):
            return text, rounds
        rounds += not text
    return "", rounds


def _is_wish(message: dict[str, Any]) -> bool:
    return not isinstance(message["content"], str) and len(message["content"]) == 1


def first_text(message: dict[str, Any]) -> str:
    """Return the text a message begins with, written as such or as a block; empty where it has none."""
    if isinstance(message["content"], str):
        return message["content"]
    return next((block["text"] for block in message["content"] if block["type"] == "text"), "")


def _write_error(writer: asyncio.StreamWriter, reply: Reply) -> None:
    body = orjson.dumps({"type": "error", "error": {"type": "scripted", "message": f"scripted {reply.status}"}})
    retry = f"retry-after: {reply.retry_after}\r\n" if reply.retry_after is not None else ""
    _write(writer, reply.status, body, retry)


def _write(writer: asyncio.StreamWriter, status: int, body: bytes, more: str = "") -> None:
    head = f"HTTP/1.1 {status} Scripted\r\ncontent-type: application/json\r\n{more}content-length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)


async def _stream(writer: asyncio.StreamWriter, reply: Reply, model: str) -> None:
    writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: {_STREAM}\r\ntransfer-encoding: chunked\r\n\r\n".encode())
    tokens = 0
    for kind, data in _events(reply, model):
        if kind == "content_block_delta":
            tokens += 1
            if reply.token_delay:
                await asyncio.sleep(reply.token_delay)
                await writer.drain()
            if reply.cut_after is not None and tokens > reply.cut_after:
                await _break_off(writer, reply)
                return
        _write_event(writer, kind, orjson.dumps({"type": kind, **data}))
    writer.write(b"0\r\n\r\n")
    await writer.drain()


async def _break_off(writer: asyncio.StreamWriter, reply: Reply) -> None:
    if reply.breaks == "malformed":
        _write_event(writer, "content_block_delta", b'{"type": "content_bl')
    if reply.breaks == "error":
        _write_event(writer, "error", orjson.dumps({"type": "error", "error": {"type": "overloaded_error"}}))
    await writer.drain()
    if reply.breaks == "silence":
        await asyncio.sleep(SILENCE)
    writer.transport.abort()


def _write_event(writer: asyncio.StreamWriter, kind: str, data: bytes) -> None:
    frame = b"event: %s\ndata: %s\n\n" % (kind.encode(), data)
    writer.write(b"%x\r\n%s\r\n" % (len(frame), frame))


def _events(reply: Reply, model: str) -> Iterable[tuple[str, dict[str, Any]]]:
    usage = {"input_tokens": 100 if reply.input_tokens is None else reply.input_tokens, "output_tokens": 1}
    usage["cache_read_input_tokens"] = reply.cache_read_tokens
    usage["cache_creation_input_tokens"] = reply.cache_write_tokens
    start = {"id": f"msg_{uuid4().hex}", "type": "message", "role": "assistant", "model": model, "content": []}
    yield "message_start", {"message": start | {"stop_reason": None, "stop_sequence": None, "usage": usage}}
    for index, block in enumerate(reply.blocks):
        yield from _block(index, block)
    stop = "tool_use" if any(isinstance(block, Use) for block in reply.blocks) else "end_turn"
    delta = {"stop_reason": reply.stop or stop, "stop_sequence": None}
    yield "message_delta", {"delta": delta, "usage": {"output_tokens": reply.output_tokens}}
    yield "message_stop", {}


def _block(index: int, block: Say | Use) -> Iterable[tuple[str, dict[str, Any]]]:
    if isinstance(block, Say):
        content: dict[str, Any] = {"type": "text", "text": ""}
        deltas = [{"type": "text_delta", "text": token} for token in re.findall(r"\S+\s*|\s+", block.text)]
    else:
        content = {"type": "tool_use", "id": f"toolu_{uuid4().hex[:16]}", "name": block.tool, "input": {}}
        written = orjson.dumps(block.input).decode() if block.written is None else block.written
        deltas = [{"type": "input_json_delta", "partial_json": written}]
    yield "content_block_start", {"index": index, "content_block": content}
    for delta in deltas:
        yield "content_block_delta", {"index": index, "delta": delta}
    yield "content_block_stop", {"index": index}


async def _main() -> None:
    parser = argparse.ArgumentParser(description="A scripted Messages API on loopback.")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--script", type=Path)
    options = parser.parse_args()
    async with messages_api(read_script(options.script) if options.script else DEFAULT, options.port) as api:
        print(f"listening on {api.url}", flush=True)  # noqa: T201 - it is a command
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_main())
