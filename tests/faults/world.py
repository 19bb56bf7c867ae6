"""What experiments are made with: a running stack, the scripted model, clients, and talk."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from pam_shared.bus.connection import Bus
from pam_shared.identity import Signer
from tests.faults.diary import Said
from tests.faults.member import Client, Member
from tests.faults.model import ScriptedModel
from tests.faults.stack import Stack

START_AT_ONCE = 50


@dataclass(frozen=True)
class Size:
    """How much there is of everything. ``short`` experiments also wait shorter."""

    conversations: int
    messages: int
    short: bool = False


@dataclass
class World:
    """One experiment's world.

    ``clients`` are all that were ever connected, for the checker. ``patience`` is how long, in seconds, anybody waits
    for an answer: what has not come then is the checker's to tell.
    """

    stack: Stack
    bus: Bus
    model: ScriptedModel
    size: Size
    rng: Random
    patience: float = 40.0
    clients: list[Client] = field(default_factory=list)

    async def talks(self, count: int | None = None, urls: Sequence[str] = ()) -> list[Client]:
        """Connect so many members, one conversation each, spread over the gateways unless ``urls`` says where."""
        made = [self.client(Member(self.signer), urls=urls) for _ in range(count or self.size.conversations)]
        await self.connect(made)
        return made

    def client(self, member: Member, conversation: UUID | None = None, urls: Sequence[str] = ()) -> Client:
        """Return a client that is not connected yet; by default its conversation is another one than all others."""
        gateways = list(urls or self.rng.sample(self.stack.gateway_urls, len(self.stack.gateway_urls)))
        conversation = conversation or UUID(int=self.rng.getrandbits(128), version=4)
        client = Client(member, conversation, gateways, Random(self.rng.random()))
        self.clients.append(client)
        return client

    async def connect(self, clients: Sequence[Client]) -> None:
        """Connect clients, some at a time."""
        for start in range(0, len(clients), START_AT_ONCE):
            await asyncio.gather(*(client.start() for client in clients[start : start + START_AT_ONCE]))

    async def watchers(self, clients: Sequence[Client]) -> list[Client]:
        """Connect a second device of each client's member to the same conversation."""
        seconds = [self.client(client.member, client.conversation) for client in clients]
        await self.connect(seconds)
        return seconds

    @property
    def signer(self) -> Signer:
        """Signs members' tokens as the gateway would."""
        return Signer(self.stack.home.identity_keys()[0])

    async def chat(self, clients: Sequence[Client], *, messages: int = 0, ahead: float = 0.3, **how: Any) -> None:
        """Let all clients send their messages at once; with probability ``ahead`` one does not wait for an answer.

        Returns when all are answered, or when patience is at its end.
        """
        await asyncio.gather(*(self._chat(client, messages or self.size.messages, ahead, how) for client in clients))

    async def _chat(self, client: Client, messages: int, ahead: float, how: dict[str, Any]) -> None:
        for _ in range(messages):
            said = await client.say(**how)
            if self.rng.random() >= ahead:
                await within(self.patience, said.finished.wait())
        await self.answers(client.diary.said.values())

    async def answers(self, said: Iterable[Said]) -> None:
        """Wait until these messages are answered, or patience is at its end."""
        await within(self.patience, asyncio.gather(*(message.finished.wait() for message in said)))

    @asynccontextmanager
    async def during(self, work: Awaitable[None]) -> AsyncIterator[asyncio.Task[None]]:
        """Run ``work`` beside the block, and wait for it after the block."""
        task = asyncio.ensure_future(work)
        try:
            yield task
            await task
        finally:
            task.cancel()

    async def stop(self) -> None:
        """Disconnect every client."""
        await asyncio.gather(*(client.stop() for client in self.clients))

    @property
    def said(self) -> list[Said]:
        """Every message of every client."""
        return [message for client in self.clients for message in client.diary.said.values()]

    @property
    def longest_answer(self) -> float:
        """The longest time, in seconds, from a message's first sending to its end at its client."""
        return max((message.answered_in for message in self.said), default=0.0)

    @property
    def longest_turn(self) -> float:
        """The longest time, in seconds, to a message's end from its sending, or from the end of the one before it."""
        return max((seconds for client in self.clients for seconds in client.diary.turns), default=0.0)


SHORT = Size(conversations=6, messages=4, short=True)


async def within(seconds: float, waiting: Awaitable[Any]) -> bool:
    """Wait so long; return whether it came."""
    try:
        async with asyncio.timeout(seconds):
            await waiting
    except TimeoutError:
        return False
    return True


async def until(look: Callable[[], object], seconds: float) -> float:
    """Look until it is true and return the seconds it took, or ``seconds`` when it never was."""
    began = time.monotonic()
    while not look() and time.monotonic() - began < seconds:  # noqa: ASYNC110 - processes tell nobody
        await asyncio.sleep(0.01)
    return min(time.monotonic() - began, seconds)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that ``share`` of them do not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
