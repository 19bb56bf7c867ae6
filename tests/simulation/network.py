"""What lies between a process and the server: delay, loss, duplicates and cuts, drawn from a seed.

``Client`` and ``Broker`` stand in for nats-py's client and FastStream's broker: everything above them is PAM's own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import dataclass, field
from random import Random
from types import SimpleNamespace
from typing import Any

from nats.aio.msg import Msg
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeoutError

from pam_shared.contracts import topology
from tests.simulation.clock import Loop, Process
from tests.simulation.log import Message, Server, Subscribed

NEAR = (0.0002, 0.002)
FAR = (0.02, 0.6)
STALE_UP_TO = 1.5
FRESH = frozenset({topology.LIVE})
"""Streams whose direct reads are taken to be up to date: who joins LIVE on a lagging copy is shown no hole by it."""
REPLY = "_R"
SERVER = Context()
"""What the server does belongs to no process."""


@dataclass
class Weather:
    """How bad the network is: probabilities, each for one message. All are nought once it has calmed down."""

    random: Random = field(default_factory=lambda: Random(0))
    slow: float = 0.0
    lost: float = 0.0
    repeated: float = 0.0
    stale: float = 0.0

    def calm(self) -> None:
        """End all faults."""
        self.slow = self.lost = self.repeated = self.stale = 0.0

    def delay(self) -> float:
        """Return how long a message is on its way."""
        return self.random.uniform(*(FAR if self._happens(self.slow) else NEAR))

    def copies(self, message: Message) -> int:
        """Return how many of a message arrive. What clients see live is lost in cuts alone, as TCP has it."""
        if message.subject.startswith("pam.live."):
            return 1
        if self._happens(self.lost):
            return 0
        may_repeat = not message.subject.startswith((REPLY, "_INBOX", "$JS.API"))
        return 2 if may_repeat and self._happens(self.repeated) else 1

    def staleness(self, stream: str) -> float:
        """Return how many seconds the copy lags that answers a direct read."""
        if stream in FRESH:
            return 0.0
        return self.random.uniform(0, STALE_UP_TO) if self._happens(self.stale) else 0.0

    def _happens(self, probability: float) -> bool:
        return probability > 0 and self.random.random() < probability


@dataclass
class Subscription:
    """What nats-py hands out for a subscription."""

    client: "Client"
    sid: str

    async def unsubscribe(self) -> None:
        """Hear no more."""
        self.client.subscriptions.pop(self.sid, None)


@dataclass(eq=False, repr=False)
class Client:
    """One connection: messages keep their order in either direction, and a cut loses those under way."""

    name: str
    loop: Loop
    server: Server
    weather: Weather
    process: Process | None = None
    subscriptions: dict[str, Subscribed] = field(default_factory=dict)
    is_connected: bool = True
    reconnected: Callable[[], Awaitable[None]] | None = None
    _away: dict[str, Subscribed] = field(default_factory=dict)
    _held: list[Message] = field(default_factory=list)
    _requests: dict[str, asyncio.Future[Message]] = field(default_factory=dict)
    _count: int = 0
    _wire: int = 0
    _out_at: float = 0.0
    _in_at: float = 0.0

    def __post_init__(self) -> None:
        self.server.connections.append(self)
        self._context = self.process.context() if self.process else None
        self.subscriptions["replies"] = Subscribed(self, f"{REPLY}.{self.name}.*", "", self._on_reply)

    def __repr__(self) -> str:
        return self.name

    def new_inbox(self) -> str:
        """Return a subject nobody else uses."""
        self._count += 1
        return f"_INBOX.{self.name}.{self._count}"

    async def publish(
        self, subject: str, payload: bytes = b"", reply: str = "", headers: dict[str, str] | None = None
    ) -> None:
        """Send a message; while cut off, keep it until the connection is made again."""
        message = Message(subject, payload, reply, dict(headers) if headers else None)
        if self.is_connected:
            self._send_out(message)
        else:
            self._held.append(message)

    async def request(
        self, subject: str, payload: bytes = b"", timeout: float = 0.5, headers: dict[str, str] | None = None
    ) -> Msg:
        """Send a message and wait for the answer. Raises nats-py's TimeoutError and NoRespondersError."""
        self._count += 1
        token = str(self._count)
        answer = self._requests[token] = self.loop.create_future()
        try:
            await self.publish(subject, payload, f"{REPLY}.{self.name}.{token}", headers)
            async with asyncio.timeout(timeout):
                message = await answer
        except TimeoutError:
            raise NatsTimeoutError from None
        finally:
            self._requests.pop(token, None)
        if (message.headers or {}).get("Status") == "503":
            raise NoRespondersError
        return self._msg(message)

    async def subscribe(
        self, subject: str, queue: str = "", cb: Callable[[Msg], Awaitable[None]] | None = None
    ) -> Subscription:
        """Hear a subject. The callback must not wait."""
        self._count += 1
        sid = str(self._count)
        home = self.subscriptions if self.is_connected else self._away
        home[sid] = Subscribed(self, subject, queue, lambda message: self._call(cb, message))
        return Subscription(self, sid)

    async def flush(self) -> None:
        """Everything that was published is on its way already."""

    def send(self, subscription: Subscribed, messages: list[Message]) -> None:
        """Put what the server sends on its way to this client."""
        arriving: list[Message] = []
        for message in messages:
            copies = self.weather.copies(message)
            if not copies:
                break  # a connection loses the end of a batch, never its middle
            arriving += [message] * copies
        if arriving:
            self._in_at = max(self._in_at, self.loop.time() + self.weather.delay())
            self.loop.call_at(self._in_at, self._arrive, self._wire, subscription, arriving, context=self._context)

    def cut(self) -> None:
        """Lose the connection, with all that is under way on it."""
        self._wire += 1
        self.is_connected = False
        self._away |= self.subscriptions
        self.subscriptions.clear()

    def mend(self) -> None:
        """Make the connection again."""
        self.is_connected = True
        self.subscriptions |= self._away
        self._away.clear()
        for message in self._held:
            self._send_out(message)
        self._held.clear()
        if self.reconnected is not None:
            self.loop.call_soon(self._begin_again, context=self._context)

    def close(self, *, losing: bool = False) -> None:
        """Be gone for good; what was sent may still arrive."""
        self.is_connected = False
        self._wire += losing
        self.subscriptions.clear()
        if self in self.server.connections:
            self.server.connections.remove(self)

    def _begin_again(self) -> None:
        if self.reconnected is not None:
            self.loop.create_task(self.reconnected())

    def _send_out(self, message: Message) -> None:
        for _ in range(self.weather.copies(message)):
            self._out_at = max(self._out_at, self.loop.time() + self.weather.delay())
            self.loop.call_at(self._out_at, self._reach, self._wire, message, context=SERVER)

    def _reach(self, wire: int, message: Message) -> None:
        if wire == self._wire:
            self.server.receive(message, self.name)

    def _arrive(self, wire: int, subscription: Subscribed, messages: list[Message]) -> None:
        if wire == self._wire and subscription in self.subscriptions.values():
            for message in messages:
                subscription.hear(message)

    def _on_reply(self, message: Message) -> None:
        answer = self._requests.get(message.subject.rpartition(".")[2])
        if answer is not None and not answer.done():
            answer.set_result(message)

    def _call(self, callback: Callable[[Msg], Awaitable[None]] | None, message: Message) -> None:
        """Run a callback to its end, which must be at once."""
        if callback is None:
            return
        steps: Any = callback(self._msg(message)).__await__()
        if next(steps, None) is not None:
            raise RuntimeError(f"a subscriber of {message.subject} waits: this client has no task for it")

    def _msg(self, message: Message) -> Msg:
        values = dict(message.headers) if message.headers else None
        return Msg(self, message.subject, message.reply, message.body, values)  # type: ignore[arg-type]


class Broker:
    """Stands in for FastStream's broker: it owns the connection and tells of reconnections."""

    def __init__(self, client: Client, **given: Any) -> None:
        self.connection = client
        self.config = SimpleNamespace(connection_state=SimpleNamespace(stream=JetStream(client.server)))
        client.reconnected = given["reconnected_cb"]

    async def connect(self) -> None:
        """The connection is there already."""

    async def start(self) -> None:
        """Nothing hangs on it."""

    async def stop(self) -> None:
        """Close the connection."""
        self.connection.close()


@dataclass
class JetStream:
    """The little of the JetStream API that the bus asks for by itself."""

    server: Server

    async def consumer_info(self, stream: str, consumer: str) -> object:
        """Return something if the consumer exists."""
        return self.server.consumers[stream, consumer]
