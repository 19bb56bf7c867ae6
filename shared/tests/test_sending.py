"""A queue of what nobody waits for."""

import asyncio

import pytest

from pam_shared.bus import sending
from pam_shared.bus.sending import SendQueue
from tests.harness.waiting import eventually

pytestmark = pytest.mark.unit


class Receiver:
    """Takes what it is sent; while ``away``, it takes nothing of it."""

    def __init__(self):
        self.taken, self.sizes, self.away = [], [], False

    async def send(self, items):
        self.sizes.append(len(items))
        await asyncio.sleep(0)
        if self.away:
            return items
        self.taken += items
        return ()


@pytest.fixture
def receiver(monkeypatch):
    monkeypatch.setattr(sending, "AGAIN_AFTER", 0.01)
    return Receiver()


async def test_what_is_queued_is_sent_in_order_some_together_and_nothing_is_left_at_the_stop(receiver):
    """R-M8: a stop sends the rest first."""
    queue = SendQueue(receiver.send, at_once=4)
    for number in range(10):
        assert queue.add(number)
    await queue.start()
    await queue.stop()
    assert (receiver.taken, receiver.sizes) == (list(range(10)), [4, 4, 2])


async def test_an_item_waits_for_company_and_not_beyond_the_stop(receiver):
    """R-M8: what comes within the linger is sent together."""
    queue = SendQueue(receiver.send, at_once=4, linger=30)
    await queue.start()
    for number in range(3):
        queue.add(number)
        await asyncio.sleep(0)
    async with asyncio.timeout(1):
        await queue.stop()
    assert (receiver.taken, receiver.sizes) == ([0, 1, 2], [3])


async def test_what_was_not_taken_is_sent_again(receiver):
    """G7: as long as it takes."""
    queue, receiver.away = SendQueue(receiver.send, at_once=4), True
    await queue.start()
    queue.add("one")
    await eventually(lambda: len(receiver.sizes) > 3)
    receiver.away = False
    await eventually(lambda: receiver.taken == ["one"])
    await queue.stop()


async def test_a_stop_does_not_wait_for_a_receiver_who_is_away(receiver):
    """R-M8: one more try for each, then it is given up."""
    queue, receiver.away = SendQueue(receiver.send, at_once=1), True
    await queue.start()
    for number in range(3):
        queue.add(number)
    await eventually(lambda: receiver.sizes)
    async with asyncio.timeout(1):
        await queue.stop()
    assert receiver.taken == []


async def test_a_fault_in_sending_loses_what_was_sent_and_nothing_else(receiver):
    """G7: one item that breaks the sender does not end it."""

    async def send(items):
        if "bad" in items:
            raise RuntimeError("boom")
        return await receiver.send(items)

    queue = SendQueue(send, at_once=1)
    await queue.start()
    for item in ("bad", "good"):
        queue.add(item)
    await queue.stop()
    assert receiver.taken == ["good"]


async def test_a_full_queue_says_so(receiver, monkeypatch):
    """G7: whoever adds decides what becomes of it."""
    monkeypatch.setattr(sending, "ROOM", 2)
    queue = SendQueue(receiver.send, at_once=1)
    assert [queue.add(number) for number in range(3)] == [True, True, False]
