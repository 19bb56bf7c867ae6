"""Answering request-reply subjects: bounded concurrency, deadlines, a reply to everything, a drain without losses."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from faststream.nats.subscriber.usecases import LogicSubscriber
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from prometheus_client import Counter, Histogram

from pam_shared.bus.connection import Bus
from pam_shared.contracts import headers, subjects
from pam_shared.telemetry import metrics
from pam_shared.telemetry.logs import log

CONCURRENT_REQUESTS = 256


@dataclass(frozen=True)
class Request:
    """A request as a handler sees it. ``deadline`` is Unix time in seconds, or None."""

    subject: str
    body: bytes
    headers: Mapping[str, str]
    deadline: float | None

    @property
    def remaining(self) -> float | None:
        """Seconds until nobody waits any more."""
        return None if self.deadline is None else self.deadline - time.time()


Handler = Callable[[Request], Awaitable[bytes]]
"""Must not raise: it turns its errors into a reply."""


def with_deadline(values: dict[str, str], seconds: float) -> dict[str, str]:
    """Add the moment after which the caller stops waiting."""
    values[headers.DEADLINE] = str(int((time.time() + seconds) * 1000))
    return values


class Responder:
    """Answers the subjects it is given, many requests at once, up to a bound."""

    def __init__(self, bus: Bus, queue: str, concurrent: int = CONCURRENT_REQUESTS) -> None:
        self._bus = bus
        self._queue = queue
        self._room = asyncio.Semaphore(concurrent)
        self._running: set[asyncio.Task[None]] = set()
        self._subscribers: list[LogicSubscriber[Msg]] = []

    def answer(self, subject: str, handler: Handler) -> None:
        """Subscribe ``handler`` to ``subject`` in the queue group. Call before the bus starts."""
        shape = subjects.shape(subject)
        answered, seconds = metrics.HANDLED.labels(shape, "answered"), metrics.HANDLED_SECONDS.labels(shape)

        async def accept(message: Msg) -> None:
            await self._room.acquire()
            task = asyncio.create_task(self._respond(message, handler, shape, answered, seconds))
            self._running.add(task)
            task.add_done_callback(self._finished)

        subscriber = self._bus.broker.subscriber(subject, queue=self._queue, no_reply=True)
        subscriber(accept)
        # FastStream subscribes; what it does to each message beyond that we have no use for, and it costs a tenth.
        cast("Any", subscriber).consume = accept
        self._subscribers.append(subscriber)

    async def drain(self, timeout: float) -> None:
        """Stop taking requests, then finish those that were taken. FastStream's own stop would drop what arrives."""
        for subscriber in self._subscribers:
            subscription, subscriber.subscription = subscriber.subscription, None
            if isinstance(subscription, Subscription):
                await cast("Any", subscription).drain()
        if self._running:
            await asyncio.wait(self._running, timeout=timeout)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._room.release()

    async def _respond(self, message: Msg, handler: Handler, shape: str, answered: Counter, seconds: Histogram) -> None:
        request = _request(message)
        started = time.perf_counter()
        if request.remaining is not None and request.remaining <= 0:
            metrics.HANDLED.labels(shape, "expired").inc()
            return
        try:
            await message.respond(await handler(request))
        except Exception:
            metrics.HANDLED.labels(shape, "failed").inc()
            log.exception("a request was not answered", subject=shape)
        else:
            answered.inc()
        seconds.observe(time.perf_counter() - started)


def _request(message: Msg) -> Request:
    values = message.headers or {}
    deadline = values.get(headers.DEADLINE, "")
    return Request(
        subject=message.subject,
        body=message.data,
        headers=values,
        deadline=int(deadline) / 1000 if deadline.isdecimal() else None,
    )
