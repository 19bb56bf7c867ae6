"""Answering requests: many at once, up to a bound, and a drain that loses none."""

import asyncio
import time
from uuid import uuid4

import pytest

from pam_shared.bus.requests import Responder, with_deadline
from pam_shared.contracts import headers, subjects
from pam_shared.errors import UnavailableError


class Office:
    """A responder whose work takes as long as the request says, and what became of it."""

    def __init__(self, bus, concurrent):
        self.subject = subjects.query(uuid4().hex)
        self.responder = Responder(bus, "office", concurrent)
        self.responder.answer(self.subject, self.work)
        self.now = self.most = 0
        self.begun = []

    async def work(self, request):
        self.begun.append(request.body)
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(float(request.headers.get("seconds", 0)))
        self.now -= 1
        if request.body == b"break":
            raise RuntimeError(request.body)
        return b"done: " + request.body


@pytest.fixture
def opened(connect):
    """Open an office."""

    async def opened(concurrent=256):
        bus = await connect("office")
        office = Office(bus, concurrent)
        await bus.start()
        await bus.jetstream.account_info()  # an answer over this connection: its subscriptions are in place
        return office

    return opened


@pytest.fixture
def ask(bus):
    async def ask(office, body=b"x", seconds=0.0, timeout=10.0, **values):
        return await bus.request(office.subject, body, {"seconds": str(seconds), **values}, timeout)

    return ask


async def test_many_requests_are_answered_at_once(opened, ask):
    """R-L2: a slow request holds up nobody."""
    office = await opened()
    started = time.monotonic()
    bodies = [f"{number}".encode() for number in range(100)]
    replies = await asyncio.gather(*(ask(office, body, 0.5) for body in bodies))
    assert replies == [b"done: " + body for body in bodies]
    assert time.monotonic() - started < 10
    assert office.most > 50


async def test_no_more_than_the_bound_run_at_once(opened, ask):
    """R-L1: above the bound requests wait, and are answered all the same."""
    office = await opened(concurrent=3)
    replies = await asyncio.gather(*(ask(office, seconds=0.05) for _ in range(20)))
    assert (len(replies), office.most) == (20, 3)


async def test_a_request_nobody_waits_for_any_more_is_not_run(opened, ask):
    """R-T4: its deadline has passed; it has no effect and gets no answer."""
    office = await opened()
    past = {headers.DEADLINE: str(int((time.time() - 1) * 1000))}
    with pytest.raises(UnavailableError) as unanswered:
        await ask(office, b"late", timeout=0.5, **past)
    assert unanswered.value.problem.code == "timeout"
    assert await ask(office, b"in time", **with_deadline({}, 5)) == b"done: in time"
    assert office.begun == [b"in time"]


async def test_a_request_whose_deadline_passes_while_it_waits_for_room_is_not_run(opened, ask):
    """R-L1: under load the work nobody waits for any more is what is left out."""
    office = await opened(concurrent=1)
    first = asyncio.create_task(ask(office, b"first", 0.6))
    await asyncio.sleep(0.1)
    with pytest.raises(UnavailableError):
        await ask(office, b"second", timeout=0.2, **with_deadline({}, 0.2))
    assert await first == b"done: first"
    assert await ask(office, b"third") == b"done: third"
    assert office.begun == [b"first", b"third"]


@pytest.mark.parametrize("deadline", ["", "soon", "-1", "1e12", "²"])
async def test_a_deadline_that_is_none_is_no_deadline(opened, ask, deadline):
    """R-T3: whatever the header says, there is an answer."""
    office = await opened()
    assert await ask(office, timeout=1, **{headers.DEADLINE: deadline}) == b"done: x"


async def test_a_handler_that_breaks_its_promise_breaks_nothing_else(opened, ask):
    """R-O1: its caller waits in vain, its place is free again."""
    office = await opened(concurrent=1)
    for _ in range(3):
        with pytest.raises(UnavailableError):
            await ask(office, b"break", timeout=0.2)
    assert await ask(office) == b"done: x"


async def test_a_drain_answers_what_was_taken(opened, ask):
    """R-O8: also what still waited for room."""
    office = await opened(concurrent=2)
    waiting = [asyncio.create_task(ask(office, str(number).encode(), 0.1)) for number in range(12)]
    await asyncio.sleep(0.15)
    assert office.now == 2
    await office.responder.drain(10)
    replies = await asyncio.gather(*waiting)
    assert replies == [f"done: {number}".encode() for number in range(12)]


async def test_after_a_drain_callers_are_told_that_nobody_is_there(opened, ask):
    """R-T7: at once, instead of waiting."""
    office = await opened()
    await office.responder.drain(5)
    started = time.monotonic()
    with pytest.raises(UnavailableError) as gone:
        await ask(office)
    assert (gone.value.problem.code, time.monotonic() - started < 1) == ("no_responders", True)


async def test_a_drain_waits_no_longer_than_it_is_told(opened, ask):
    """R-O8: a request that hangs does not keep a process from ending."""
    office = await opened()
    hanging = asyncio.create_task(ask(office, seconds=5))
    await asyncio.sleep(0.2)
    started = time.monotonic()
    await office.responder.drain(0.3)
    assert 0.2 < time.monotonic() - started < 2
    hanging.cancel()


async def test_each_request_is_answered_by_one_of_the_group(connect, bus):
    """R-L4: two processes share the work."""
    subject, answered = subjects.query(uuid4().hex), []
    for name in ("first", "second"):

        async def work(request, name=name):
            answered.append(name)
            return request.body

        its = await connect("office")
        Responder(its, "office").answer(subject, work)
        await its.start()
        await its.jetstream.account_info()
    replies = await asyncio.gather(*(bus.request(subject, b"x") for _ in range(60)))
    assert (len(replies), len(answered), set(answered)) == (60, 60, {"first", "second"})
