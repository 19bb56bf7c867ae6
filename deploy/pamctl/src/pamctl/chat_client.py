"""A client of the WebSocket protocol: it reconnects, resumes where it was, and sends each message until it is acked."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, Self
from uuid import UUID

import orjson
import websockets
from uuid_utils import uuid7
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from pam_shared.contracts.conversation import answer_id
from pam_shared.contracts.frames import SUBPROTOCOL, CloseCode
from pam_shared.contracts.live import SO_FAR, TERMINAL, Position
from pam_shared.errors import UnavailableError
from pamctl.member import RefusedError

BACK_OFF = (1.0, 2.0, 4.0, 8.0)
GIVE_UP_AFTER = 60.0
FRAME_WITHIN = 60.0
FINAL = {CloseCode.BAD_FRAME, CloseCode.FORBIDDEN, CloseCode.VERSION, CloseCode.TOO_MANY_SOCKETS}


class ChatClient:
    """One conversation over one socket at a time. ``token`` is asked for at every connect."""

    def __init__(
        self, url: str, user: UUID, conversation: UUID, token: Callable[[], str], notice: Callable[[str], None]
    ) -> None:
        self._url = f"{url.replace('http', 'ws', 1)}/ws/chat/{user}"
        self._conversation = str(conversation)
        self._token = token
        self._notice = notice
        self._socket: ClientConnection | None = None
        self._position: Position | None = None
        self._shown = ""
        self._unacked: dict[str, Any] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def say(self, text: str, context: dict[str, Any] | None = None) -> AsyncIterator[dict[str, Any]]:
        """Send a message and yield the AG-UI events of its turn, to the terminal one.

        Raises RefusedError when the gateway refuses the message, UnavailableError when PAM stays away for a minute.
        """
        turn = UUID(str(uuid7()))
        self._unacked = {
            "type": "send",
            "id": str(turn),
            "conversation": self._conversation,
            "text": text,
            "context": context,
        }
        sent = False
        async for frame in self._frames():
            if frame["type"] == "ready":
                sent = False
            if self._unacked and not sent:
                await self._send(self._unacked)
                sent = True
            for event in self._read(frame, turn):
                yield event
                if event["type"] in TERMINAL:
                    return

    def _read(self, frame: dict[str, Any], turn: UUID) -> list[dict[str, Any]]:
        """Return the events a frame stands for."""
        match frame["type"]:
            case "ack" if self._unacked and frame["id"] == self._unacked["id"]:
                self._unacked = None
            case "event":
                return self._event(frame)
            case "snapshot":
                self._position = Position.model_validate(frame["position"]) if frame.get("position") else None
                return self._recall(frame, turn)
            case "error" if frame.get("id") == str(turn) and not frame.get("temporary"):
                raise RefusedError(f"PAM says: {frame['message']}")
        return []

    def _event(self, frame: dict[str, Any]) -> list[dict[str, Any]]:
        position = Position(epoch=frame["epoch"], sequence=frame["sequence"])
        if self._position is not None and position <= self._position:
            return []
        self._position = position
        event: dict[str, Any] = frame["event"]
        if event.get("name") == SO_FAR:
            return self._rest_of(event["value"]["text"])
        if event["type"] == "RUN_STARTED":
            self._shown = ""
        self._shown += event.get("delta", "") if event["type"] == "TEXT_MESSAGE_CONTENT" else ""
        return [event]

    def _rest_of(self, whole: str) -> list[dict[str, Any]]:
        """Return what a text adds to what was shown; one that does not follow it begins on a line of its own."""
        follows, shown = whole.startswith(self._shown), self._shown
        self._shown = whole
        rest = whole.removeprefix(shown) if follows else f"\n{whole}"
        return [{"type": "TEXT_MESSAGE_CONTENT", "delta": rest}] if rest else []

    def _recall(self, snapshot: dict[str, Any], turn: UUID) -> list[dict[str, Any]]:
        """Find the turn's answer in a snapshot: its events are gone."""
        wanted = str(answer_id(turn))
        found = next((message for message in snapshot["messages"] if message["id"] == wanted), None)
        return [*self._rest_of(found["content"]), {"type": "RUN_FINISHED"}] if found else []

    async def _frames(self) -> AsyncIterator[dict[str, Any]]:
        """Yield frames for ever; a frame ``ready`` of our own says that a connection is up and the talk is open."""
        while True:
            if self._socket is None:
                await self._connect()
            yield {"type": "ready"}
            try:
                while self._socket is not None:
                    async with asyncio.timeout(FRAME_WITHIN):
                        yield orjson.loads(await self._socket.recv())
            except (ConnectionClosed, TimeoutError) as error:
                self._socket = None
                _refuse_if_final(error)
                self._notice("reconnecting …")

    async def _connect(self) -> None:
        began = time.monotonic()
        for attempt in range(1000):
            try:
                await self._greet()
            except (OSError, InvalidHandshake, ConnectionClosed, TimeoutError, UnavailableError) as error:
                _refuse_if_final(error)
                if time.monotonic() - began > GIVE_UP_AFTER:
                    raise UnavailableError("PAM does not come back. Is it running?") from error
                pause = BACK_OFF[min(attempt, len(BACK_OFF) - 1)]
                await asyncio.sleep(pause * random.uniform(0.75, 1.25))  # noqa: S311 - jitter
            else:
                return

    async def _greet(self) -> None:
        token = await asyncio.to_thread(self._token)
        self._socket = await websockets.connect(self._url, subprotocols=[websockets.Subprotocol(SUBPROTOCOL)])
        await self._send({"type": "hello", "token": token})
        welcome = orjson.loads(await self._socket.recv())
        if welcome.get("banner") and self._position is None:
            self._notice(welcome["banner"])
        position = self._position.model_dump() if self._position else None
        await self._send({"type": "open", "conversation": self._conversation, "position": position})

    async def _send(self, frame: dict[str, Any]) -> None:
        if self._socket is not None:
            await self._socket.send(orjson.dumps(frame).decode())


def _refuse_if_final(error: BaseException) -> None:
    """Give up where the same attempt cannot succeed later."""
    if isinstance(error, ConnectionClosed) and error.rcvd is not None and error.rcvd.code in FINAL:
        raise RefusedError(f"PAM closed the connection: {error.rcvd.reason}") from error
