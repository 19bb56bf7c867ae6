"""Consuming a stream through a provisioned durable consumer, one delivery or one batch at a time.

The pull loop is ours. A client library's ``fetch`` gives up its request at each timeout, and what is delivered at that
moment can be lost until ``ack_wait`` is over; here one request lingers, and whatever it brings is kept.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import orjson
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from pam_shared.bus.connection import Bus
from pam_shared.tasks import end
from pam_shared.telemetry.logs import log

Delivery = Msg
"""A JetStream delivery: ``data``, ``headers``, ``metadata`` and the four answers ack, nak, in_progress, term."""

EXPIRES = 30.0
HEARTBEAT = 5.0
SILENCE = 2.5 * HEARTBEAT
AGAIN_AFTER = 0.5
IDLE_HEARTBEAT = "100"
REQUEST_LOST = "lost"
USED_UP = {"408", REQUEST_LOST}
"""How a request ends in the course of things; after any other end the next one would end so too, at once."""


@dataclass
class Pull:
    """A lingering pull request, renewed when it is used up, has expired, or was lost with its connection."""

    bus: Bus
    stream: str
    consumer: str
    batch: int
    _arrived: asyncio.Queue[Msg] = field(default_factory=asyncio.Queue)
    _subscription: Subscription | None = None
    _inbox: str = ""
    _wanted: int = 0
    _refused: bool = False

    async def start(self) -> None:
        """Subscribe the inbox that deliveries come to."""
        self._inbox = self.bus.nats.new_inbox()
        self.bus.on_reconnect(self._ask_again)
        self._subscription = await self.bus.nats.subscribe(self._inbox, cb=self._arrived.put)

    async def stop(self) -> None:
        """Take no more deliveries."""
        if self._subscription is not None:
            with suppress(NatsError):
                await self._subscription.unsubscribe()

    async def next(self) -> Delivery:
        """Return the next delivery, however long it takes."""
        while True:
            if self._wanted <= 0:
                await self._request()
            try:
                async with asyncio.timeout(SILENCE):
                    message = await self._arrived.get()
            except TimeoutError:
                self._wanted = 0
                continue
            if not self._is_status(message):
                self._wanted -= 1
                return message

    def waiting(self, most: int) -> list[Delivery]:
        """Return what has arrived already, without waiting."""
        found: list[Delivery] = []
        while len(found) < most and not self._arrived.empty():
            message = self._arrived.get_nowait()
            if not self._is_status(message):
                self._wanted -= 1
                found.append(message)
        return found

    def _ask_again(self) -> None:
        """The request went down with its connection: wake whoever waits, to make a new one."""
        self._wanted = 0
        self._arrived.put_nowait(Msg(self.bus.nats, headers={"Status": REQUEST_LOST}))

    def _is_status(self, message: Msg) -> bool:
        """Whether the message tells of the request and is no delivery; anything but a heartbeat ends the request."""
        status = (message.headers or {}).get("Status")
        if status is None or message.reply:
            return False
        if status != IDLE_HEARTBEAT:
            self._wanted = 0
            self._refused = status not in USED_UP
        return True

    async def _request(self) -> None:
        question = {
            "batch": self.batch,
            "expires": int(EXPIRES * 1e9),
            "idle_heartbeat": int(HEARTBEAT * 1e9),
        }
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self.stream}.{self.consumer}"
        if self._refused:
            await asyncio.sleep(AGAIN_AFTER)
            self._refused = False
        while True:
            try:
                await self.bus.nats.publish(subject, orjson.dumps(question), reply=self._inbox)
            except (NatsError, OSError) as error:
                log.warning("deliveries could not be asked for", consumer=self.consumer, error=repr(error))
                await asyncio.sleep(AGAIN_AFTER)
            else:
                self._wanted = self.batch
                return


class Consumer:
    """Hands deliveries to a handler, one call at a time. The handler acknowledges by itself."""

    def __init__(
        self,
        bus: Bus,
        stream: str,
        name: str,
        handler: Callable[[list[Delivery]], Awaitable[None]],
        *,
        batch: int = 1,
        linger: float = 0.0,
    ) -> None:
        """Consume up to ``batch`` deliveries at once, waiting ``linger`` seconds after the first for more."""
        bus.watch(stream, name)
        self._pull = Pull(bus, stream, name, batch)
        self._handler = handler
        self._batch = batch
        self._linger = linger
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to consume."""
        await self._pull.start()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop consuming; what the handler has not acknowledged comes again."""
        await self._pull.stop()
        if self._task:
            await end([self._task])

    async def _run(self) -> None:
        while True:
            deliveries = [await self._pull.next()]
            if self._linger:
                await asyncio.sleep(self._linger)
            deliveries += self._pull.waiting(self._batch - 1)
            try:
                await self._handler(deliveries)
            except Exception:
                log.exception("a handler failed; its deliveries come again")
