"""One NATS connection of a service, hardened: it reconnects for ever, tells its errors, and drains before it closes."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import cast

import orjson
from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import SlowConsumerError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from pam_shared.bus.replies import NobodyAnswersError, Replies
from pam_shared.errors import UnavailableError
from pam_shared.telemetry import metrics
from pam_shared.telemetry.logs import log

PUBLISH_TIMEOUT = 5.0
CONNECT_TIMEOUT = 10.0
WATCH_EVERY = 15.0
RECONNECT_WAIT = cast("int", 0.25)  # seconds; a float, whatever the annotation says
NO_RESPONDERS, NO_ANSWER = "no_responders", "timeout"
"""Codes of a request that reached nobody, and of one that may have had its effect."""
EXPECTED_STREAM = "Nats-Expected-Stream"


class StreamRefusedError(Exception):
    """JetStream said no to a publish. ``code`` is its ``err_code``, such as 10071 for a wrong last sequence."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code


class Bus:
    """The connection, and the broker that FastStream's subscribers hang on.

    ``url`` is a server's, or several nodes' of a cluster, separated by commas.

    ``inbox`` is the prefix of its replies, its own, so that no login need be able to read the replies to another.

    ``failed`` is done with an error when the service cannot go on: the connection was closed for good, or one of its
    consumers was deleted. Whoever runs the service ends the process then; its supervisor starts it anew.
    """

    def __init__(self, service: str, url: str) -> None:
        self.service = service
        self.inbox = f"_INBOX.{service}"
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._replies: Replies
        self._closing = False
        self._watched: list[tuple[str, str]] = []
        self._watchdog: asyncio.Task[None] | None = None
        self._reconnected: list[Callable[[], None]] = []
        self.broker = NatsBroker(
            url.split(","),
            name=service,
            inbox_prefix=self.inbox,
            logger=None,
            apply_types=False,
            connect_timeout=2,
            max_reconnect_attempts=-1,
            reconnect_time_wait=RECONNECT_WAIT,
            ping_interval=10,
            max_outstanding_pings=2,
            flusher_queue_size=4096,
            closed_cb=self._on_closed,
            reconnected_cb=self._on_reconnected,
            error_cb=self._on_error,
        )

    @property
    def nats(self) -> Client:
        """The connection, for what FastStream has no word for."""
        return self.broker.connection

    @property
    def jetstream(self) -> JetStreamContext:
        """JetStream on that connection."""
        stream: JetStreamContext = self.broker.config.connection_state.stream
        return stream

    async def connect(self) -> None:
        """Connect, without starting any subscriber.

        Raises UnavailableError when no server answers within ten seconds.
        """
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                await self.broker.connect()
                self._replies = Replies(self.nats)
                await self._replies.start()
        except (TimeoutError, NatsError, OSError) as error:
            raise UnavailableError(
                f"NATS does not answer: {error}. Is it running, and is PAM_NATS_URL right?"
            ) from error
        # FastStream's own callback raises inside the reconnect task, which then never reconnects again.
        self.nats._error_cb = self._on_error  # noqa: SLF001

    async def start(self) -> None:
        """Start what was subscribed, after checking that every consumer it needs is provisioned."""
        for stream, consumer in self._watched:
            await self._check(stream, consumer)
        await self.broker.start()
        self.nats._error_cb = self._on_error  # noqa: SLF001
        self._watchdog = asyncio.create_task(self._watch())

    def on_reconnect(self, callback: Callable[[], None]) -> None:
        """Call back whenever messages may have been lost: the connection was made again, or we were too slow for it."""
        self._reconnected.append(callback)

    def watch(self, stream: str, consumer: str) -> None:
        """Require a consumer: its absence stops the service at start, its deletion ends it later."""
        self._watched.append((stream, consumer))

    async def publish(
        self, stream: str, subject: str, body: bytes, headers: Mapping[str, str], timeout: float = PUBLISH_TIMEOUT
    ) -> tuple[int, bool]:
        """Publish to JetStream and return the sequence and whether it was a duplicate.

        Raises UnavailableError when no PubAck came: the message may have been stored all the same, so repeat it only
        under the same ``Nats-Msg-Id``. Raises StreamRefusedError when the stream refused it.
        """
        values = {**headers, EXPECTED_STREAM: stream}
        try:
            reply = await self._replies.ask(subject, body, values, timeout)
        except (NobodyAnswersError, TimeoutError, NatsError, OSError) as error:
            raise UnavailableError("The message log does not answer. Please try again.") from error
        ack = orjson.loads(reply.data)
        if refused := ack.get("error"):
            raise StreamRefusedError(refused.get("err_code", 0), refused.get("description", ""))
        return ack["seq"], ack.get("duplicate", False)

    async def publish_all(
        self, stream: str, subject: str, messages: Sequence[tuple[bytes, Mapping[str, str]]]
    ) -> list[bool]:
        """Publish messages, each a body and its headers, at once; return of each whether it is stored for certain.

        One that is not is to be repeated under its ``Nats-Msg-Id``.
        """
        asked = [(body, {**headers, EXPECTED_STREAM: stream}) for body, headers in messages]
        try:
            replies = await self._replies.ask_all(subject, asked, PUBLISH_TIMEOUT)
        except (NobodyAnswersError, NatsError, OSError):
            return [False] * len(messages)
        return [reply is not None and "error" not in orjson.loads(reply.data) for reply in replies]

    async def request(
        self, subject: str, body: bytes, headers: Mapping[str, str] | None = None, timeout: float = PUBLISH_TIMEOUT
    ) -> bytes:
        """Ask whoever answers on ``subject``.

        Raises UnavailableError: at once with code ``NO_RESPONDERS`` when nobody listens, with code ``NO_ANSWER`` when
        nobody answered in time (the request may have had its effect).
        """
        try:
            reply = await self._replies.ask(subject, body, headers or {}, timeout)
        except NobodyAnswersError as error:
            raise UnavailableError("Nobody is there to answer that right now.", code=NO_RESPONDERS) from error
        except (TimeoutError, NatsError, OSError) as error:
            raise UnavailableError("No answer came in time.", code=NO_ANSWER) from error
        return bytes(reply.data)

    async def close(self) -> None:
        """Stop the subscribers and close the connection, flushing what was published."""
        self._closing = True
        if self._watchdog:
            self._watchdog.cancel()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                await self.broker.stop()
        except (TimeoutError, NatsError) as error:
            log.warning("closing the bus took too long", error=repr(error))

    async def _check(self, stream: str, consumer: str) -> None:
        try:
            await self.jetstream.consumer_info(stream, consumer)
        except NotFoundError as error:
            raise UnavailableError(
                f"The consumer {consumer} of stream {stream} does not exist. Run `pamctl provision` first."
            ) from error

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH_EVERY)
            for stream, consumer in self._watched:
                try:
                    await self._check(stream, consumer)
                except UnavailableError as error:
                    self._fail(error)
                except (TimeoutError, NatsError, OSError) as error:
                    log.warning("the watchdog got no answer", stream=stream, consumer=consumer, error=repr(error))

    def _fail(self, error: Exception) -> None:
        if not self.failed.done():
            self.failed.set_exception(error)
            self.failed.exception()  # seen: who runs the service may be on the way out already

    async def _on_closed(self) -> None:
        if not self._closing:
            self._fail(UnavailableError("The NATS connection was closed for good."))

    async def _on_reconnected(self) -> None:
        metrics.BUS_RECONNECTS.inc()
        log.info("connected to NATS again")
        self._tell_of_loss()

    def _tell_of_loss(self) -> None:
        for callback in self._reconnected:
            callback()

    async def _on_error(self, error: Exception) -> None:
        metrics.BUS_ERRORS.labels(type(error).__name__).inc()
        log.warning("NATS reported an error", error=repr(error))
        if isinstance(error, SlowConsumerError):
            self._tell_of_loss()
