"""A client as strict as the protocol: it keeps every frame, in order."""

import asyncio
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import orjson
import websockets

from pam_shared.contracts.live import TERMINAL

WITHIN = 20


class Person:
    """Somebody with an account."""

    def __init__(self, url: str, tokens: dict[str, Any]) -> None:
        self.url = url
        self.user = tokens["user"]["id"]
        self.token = tokens["access_token"]
        self.refresh_token = tokens["refresh_token"]
        self.email = tokens["user"]["email"]

    @property
    def headers(self) -> dict[str, str]:
        """The bearer header."""
        return {"Authorization": f"Bearer {self.token}"}

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Make a request as this person."""
        headers = self.headers | more.pop("headers", {})
        async with httpx.AsyncClient(base_url=self.url, timeout=40) as http:
            return await http.request(method, path, headers=headers, **more)


class Wire:
    """One open socket. ``frames`` is all that came."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.frames: list[dict[str, Any]] = []

    async def put(self, **frame: Any) -> None:
        """Send a frame."""
        await self.socket.send(orjson.dumps(frame).decode())

    async def take(self) -> dict[str, Any]:
        """Return the next frame."""
        async with asyncio.timeout(WITHIN):
            frame = orjson.loads(await self.socket.recv())
        self.frames.append(frame)
        return frame

    async def until(self, kind: str) -> dict[str, Any]:
        """Take frames up to the first of a type."""
        while True:
            frame = await self.take()
            if frame["type"] == kind:
                return frame

    async def turn(self) -> list[dict[str, Any]]:
        """Take frames up to the end of a turn; return its events' frames."""
        events = []
        while True:
            frame = await self.take()
            if frame["type"] == "event":
                events.append(frame)
                if frame["event"]["type"] in TERMINAL:
                    return events

    async def say(self, conversation: str, text: str, **more: Any) -> str:
        """Send a message and return its id."""
        message = more.pop("id", str(uuid4()))
        await self.put(type="send", id=message, conversation=conversation, text=text, **more)
        return message

    async def close_code(self) -> int:
        """Wait until the server closes and return its code."""
        async with asyncio.timeout(WITHIN):
            try:
                while True:
                    self.frames.append(orjson.loads(await self.socket.recv()))
            except websockets.ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else 1006


async def sign_up(url: str, name: str = "member") -> Person:
    """Create an account of one's own."""
    credentials = {"email": f"{name}-{uuid4().hex[:8]}@example.com", "password": "a long enough one"}
    async with httpx.AsyncClient(base_url=url, timeout=20) as http:
        response = await http.post("/api/v1/auth/register", json=credentials)
    assert response.status_code == 201, response.text
    return Person(url, response.json())


@asynccontextmanager
async def connected(person: Person, *, user: str | None = None, hello: bool = True):
    """Open a socket, by default greeted already."""
    address = f"{person.url.replace('http', 'ws', 1)}/ws/chat/{user or person.user}"
    async with websockets.connect(address, subprotocols=["pam.v1"], max_size=None) as socket:
        wire = Wire(socket)
        if hello:
            await wire.put(type="hello", token=person.token)
            assert (await wire.take())["type"] == "welcome"
        yield wire


@asynccontextmanager
async def talking(person: Person, conversation: str | None = None):
    """Open a socket with one open conversation; yields the wire and the conversation's id."""
    conversation = conversation or str(uuid4())
    async with connected(person) as wire:
        await wire.put(type="open", conversation=conversation)
        await wire.until("opened")
        yield wire, conversation
