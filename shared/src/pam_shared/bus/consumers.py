"""Consuming a stream through a provisioned durable consumer, one delivery or one batch at a time."""

from collections.abc import Awaitable, Callable

from faststream import AckPolicy
from faststream.nats import JStream, PullSub
from faststream.nats.message import NatsMessage
from nats.aio.msg import Msg

from pam_shared.bus.connection import Bus
from pam_shared.bus.requests import whole_message

Delivery = Msg
"""A JetStream delivery: ``data``, ``headers``, ``metadata`` and the four answers ack, nak, in_progress, term."""


def consume(bus: Bus, stream: str, consumer: str, subject: str, handler: Callable[[Delivery], Awaitable[None]]) -> None:
    """Hand each delivery to ``handler``, the next one only after it returned. It acknowledges by itself."""
    bus.watch(stream, consumer)

    async def accept(message: NatsMessage) -> None:
        await handler(message.raw_message)

    bus.broker.subscriber(
        subject,
        stream=JStream(stream, declare=False),
        durable=consumer,
        pull_sub=PullSub(batch_size=1, timeout=1),
        ack_policy=AckPolicy.MANUAL,
        inbox_prefix=f"{bus.inbox}.".encode(),
        decoder=whole_message,
    )(accept)


def consume_batches(
    bus: Bus,
    stream: str,
    consumer: str,
    subject: str,
    handler: Callable[[list[Delivery]], Awaitable[None]],
    size: int,
    linger: float,
) -> None:
    """Hand up to ``size`` deliveries to ``handler`` at once, waiting at most ``linger`` seconds to fill a batch."""
    bus.watch(stream, consumer)

    async def accept(message: NatsMessage) -> None:
        raw = message.raw_message
        await handler(raw if isinstance(raw, list) else [raw])

    bus.broker.subscriber(
        subject,
        stream=JStream(stream, declare=False),
        durable=consumer,
        pull_sub=PullSub(batch_size=size, timeout=linger, batch=True),
        ack_policy=AckPolicy.MANUAL,
        inbox_prefix=f"{bus.inbox}.".encode(),
        decoder=whole_message,
    )(accept)
