"""Requests over the service's own inbox, on a real server."""

import asyncio

import pytest
from nats.aio.msg import Msg

from pam_shared.bus.replies import NobodyAnswersError, Replies
from tests.harness.waiting import eventually


@pytest.fixture
async def replies(bus):
    replies = Replies(bus.nats)
    await replies.start()
    return replies


@pytest.fixture
async def echo(bus, connect):
    """Someone who answers ``echo`` with the number it is asked, after as many milliseconds."""
    other = await connect("echo")

    async def answer(message):
        async def later():
            await asyncio.sleep(int(message.data) / 1000)
            await message.respond(message.data)

        running.add(asyncio.create_task(later()))

    running = set()
    await other.nats.subscribe("echo", cb=answer)
    await other.nats.flush()
    yield
    for task in running:
        task.cancel()


async def test_each_request_gets_its_own_answer(replies, echo):
    """However they overtake each other."""
    numbers = [30, 10, 20, 0]
    answers = await asyncio.gather(*(replies.ask("echo", str(number).encode(), {}, 2) for number in numbers))
    assert [int(answer.data) for answer in answers] == numbers
    assert replies._waiting == {}


async def test_silence_ends_with_the_time_given(replies, echo):
    """Every await on the network has a deadline, and a late answer is nobody's."""
    with pytest.raises(TimeoutError):
        await replies.ask("echo", b"100", {}, 0.02)
    assert (await replies.ask("echo", b"150", {}, 2)).data == b"150"
    assert replies._waiting == {}


async def test_where_nobody_listens_it_is_said_at_once(replies):
    """No waiting for what cannot come."""
    with pytest.raises(NobodyAnswersError):
        await asyncio.wait_for(replies.ask("nobody.listens", b"", {}, 5), 1)


async def test_a_cancel_that_meets_the_answer_is_still_a_cancel(replies, echo):
    """Whoever cancels a task waits for its end; nats-py's own request answers instead."""
    asking = asyncio.create_task(replies.ask("echo", b"5000", {}, 5))
    (waiting,) = await eventually(lambda: list(replies._waiting.values()))
    waiting.set_result(Msg(replies._nats, data=b"5000"))
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
