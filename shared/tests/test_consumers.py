"""Consuming a stream: what is taken is handled, and a consumer that is told to stop, stops."""

import asyncio
from uuid import uuid4

from pam_shared.bus.consumers import Consumer
from pam_shared.contracts import headers, subjects, topology
from tests.harness.waiting import eventually


async def put(bus, count):
    for _ in range(count):
        values = {headers.MESSAGE_ID: str(uuid4())}
        await bus.publish(topology.AUDIT, subjects.audit("test"), b"{}", values)


async def left(bus) -> int:
    info = await bus.jetstream.consumer_info(topology.AUDIT, topology.RECORDER)
    return info.num_pending + info.num_ack_pending


async def test_every_delivery_is_handled_once_and_in_order(empty_streams, connect):
    """R-M5: batches of what has arrived, none lost, none twice."""
    bus, seen, sizes = await connect("test"), [], []

    async def handle(deliveries):
        sizes.append(len(deliveries))
        for delivery in deliveries:
            seen.append(delivery.metadata.sequence.stream)
            await delivery.ack()

    consumer = Consumer(bus, topology.AUDIT, topology.RECORDER, handle, batch=20, linger=0.05)
    await consumer.start()
    await put(bus, 100)
    await eventually(lambda: len(seen) == 100, within=5)
    await consumer.stop()
    assert seen == sorted(set(seen))
    assert max(sizes) <= 20
    assert len(sizes) < 60
    assert await left(bus) == 0


async def test_a_handler_that_fails_costs_a_redelivery_and_nothing_else(empty_streams, connect):
    """G7: a bug in a handler neither stops the consumer nor loses the delivery."""
    bus, attempts = await connect("test"), []

    async def handle(deliveries):
        for delivery in deliveries:
            attempts.append(delivery.metadata.num_delivered)
            if delivery.metadata.num_delivered == 1:
                raise RuntimeError("a bug")
            await delivery.ack()

    consumer = Consumer(bus, topology.AUDIT, topology.RECORDER, handle)
    await consumer.start()
    await put(bus, 2)

    async def done():
        return await left(bus) == 0

    await eventually(done, within=12)
    await consumer.stop()
    assert sorted(attempts) == [1, 1, 2, 2]


async def test_a_consumer_stops_whatever_its_handler_is_waiting_for(empty_streams, connect):
    """R-O8: a service that is told to stop, stops: also in the middle of a publish, whose wait can swallow a cancel."""
    bus = await connect("test")

    async def handle(deliveries):
        for delivery in deliveries:
            values = {headers.MESSAGE_ID: str(uuid4())}
            await bus.publish(topology.EVENTS, subjects.event("test", "handled"), b"{}", values)
            await delivery.ack()

    for number in range(60):
        await put(bus, 3)
        consumer = Consumer(bus, topology.AUDIT, topology.RECORDER, handle)
        await consumer.start()
        await asyncio.sleep(number / 10_000)
        stopping = asyncio.create_task(consumer.stop())
        _, hanging = await asyncio.wait({stopping}, timeout=5)
        assert not hanging
