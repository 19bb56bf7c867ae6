"""A client as the protocol wants it: it keeps its position, comes back, and sends each message until it is acked."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from random import Random
from typing import Any
from uuid import UUID, uuid4

import orjson
import websockets
from uuid_utils import uuid7
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from pam_shared.contracts.frames import SUBPROTOCOL
from pam_shared.contracts.identity import Identity, Role
from pam_shared.identity import ACCESS, Signer
from tests.faults.diary import Diary, Said
from tests.faults.model import Ask

BACK_OFF = (0.0, 0.5, 1.0, 2.0)
JITTER = 0.05
OPEN_WITHIN = 5.0
SEND_AGAIN_AFTER = 3.0
OPEN_AGAIN_AFTER = 1.0
TOKEN_FOR = 3600
AWAY = (OSError, TimeoutError, ConnectionClosed, InvalidHandshake)


class Member:
    """Somebody whose tokens the harness signs itself, so that a crowd costs no password hashes."""

    def __init__(self, signer: Signer) -> None:
        self.user = uuid4()
        identity = Identity(
            user=self.user,
            roles=frozenset({Role.MEMBER}),
            session=uuid4(),
            expires_at=int(time.time()) + TOKEN_FOR,
        )
        self.token = signer.sign(identity, ACCESS)


class Client:
    """One device of a member with one conversation open. ``urls`` are the gateways it may turn to, in its order.

    All it was told stands in ``diary``.
    """

    def __init__(self, member: Member, conversation: UUID, urls: Sequence[str], rng: Random) -> None:
        self.member = member
        self.conversation = conversation
        self.talk = f"c{conversation.hex[:8]}"
        self.diary = Diary(conversation)
        self._urls = list(urls)
        self._rng = rng
        self._socket: websockets.ClientConnection | None = None
        self._opened = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._again: asyncio.Task[None] | None = None
        self._numbers = 0

    @property
    def connected(self) -> bool:
        """Whether the conversation is open now."""
        return self._opened.is_set()

    @property
    def url(self) -> str:
        """The gateway it is at, or turns to next."""
        return self._urls[0]

    def prefer(self, url: str) -> None:
        """Turn to this gateway at the next connect."""
        self._urls.sort(key=lambda other: other != url)

    async def start(self, within: float = 20.0) -> None:
        """Connect, and stay connected until :meth:`stop`. Returns when the conversation is open."""
        self._running = asyncio.create_task(self._run())
        self._again = asyncio.create_task(self._send_again())
        async with asyncio.timeout(within):
            await self._opened.wait()

    async def stop(self) -> None:
        """Go for good."""
        for task in (self._running, self._again):
            if task:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        if self._socket is not None:
            self._socket.transport.abort()

    def drop(self) -> None:
        """Lose the connection without a word."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def say(self, **how: Any) -> Said:
        """Send the next message; see :class:`tests.faults.model.Ask` for how it is to be answered."""
        ask = Ask(self.talk, self._numbers, **how)
        self._numbers += 1
        said = self.diary.say(UUID(str(uuid7())), ask)
        await self.send(said)
        return said

    async def send(self, said: Said) -> None:
        """Send a message, for the first time or again. Away from its gateway it is sent after the next connect."""
        said.sent += 1
        with suppress(*AWAY):
            if self._socket is not None and self.connected:
                await self._put(type="send", id=str(said.id), conversation=str(self.conversation), text=said.ask.text)

    async def cancel(self, conversation: UUID, message: UUID) -> None:
        """Ask for no answer to a message, or for no more of it. Away from its gateway nothing is asked."""
        with suppress(*AWAY):
            if self._socket is not None:
                await self._put(type="cancel", conversation=str(conversation), id=str(message))

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                await self._session()
            except AWAY as error:
                was_open = self.connected
                self._opened.clear()
                self.diary.left(_code(error), was_open=was_open)
                failures = 0 if was_open else failures + 1
            self._urls.append(self._urls.pop(0))
            pause = BACK_OFF[min(failures, len(BACK_OFF) - 1)]
            await asyncio.sleep((pause + JITTER) * self._rng.uniform(0.5, 1.0))

    async def _session(self) -> None:
        """Connect, say who is there, resume, and hear what comes until the connection ends."""
        self.diary.calls()
        address = f"{self.url}/ws/chat/{self.member.user}"
        async with websockets.connect(
            address,
            subprotocols=[SUBPROTOCOL],
            compression=None,
            max_size=None,
            open_timeout=OPEN_WITHIN,
            close_timeout=1,
            ping_interval=10,
            ping_timeout=10,
        ) as self._socket:
            await self._put(type="hello", token=self.member.token)
            await self._open()
            async for raw in self._socket:
                await self._hear(raw)
        raise ConnectionClosed(self._socket.protocol.close_rcvd, None)

    async def _hear(self, raw: str) -> None:
        frame = orjson.loads(raw)
        self.diary.hear(frame, raw)
        if frame["type"] == "opened":
            self._opened.set()
            for said in self.diary.unacked():
                await self.send(said)
        if frame["type"] == "error" and frame.get("temporary") and not self.connected:
            await asyncio.sleep(OPEN_AGAIN_AFTER)
            await self._open()

    async def _open(self) -> None:
        position = self.diary.position.model_dump() if self.diary.position else None
        await self._put(type="open", conversation=str(self.conversation), position=position)

    async def _send_again(self) -> None:
        """Repeat what was not acked, over the same connection too: the ack may be what was lost."""
        while True:
            await asyncio.sleep(SEND_AGAIN_AFTER / 3)
            for said in self.diary.unacked(older_than=SEND_AGAIN_AFTER):
                await self.send(said)

    async def _put(self, **frame: Any) -> None:
        await self._socket.send(orjson.dumps(frame).decode())


def _code(error: BaseException) -> int | None:
    """Return the code the gateway closed with, or None for a connection that just ended."""
    return error.rcvd.code if isinstance(error, ConnectionClosed) and error.rcvd else None
