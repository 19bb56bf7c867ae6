"""Rate limits: one table, counted together where there is a Valkey, alone where there is none."""

import asyncio
import time
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from pam_gateway import limits as limits_room
from pam_gateway.limits import ANSWER_WITHIN, TABLE, FrameBudget, Limits
from pam_shared.errors import OverloadedError
from tests.harness.waiting import eventually

NOBODY_THERE = "redis://127.0.0.1:9/0"


async def refused(limits: Limits, key: str, bucket="sign_in", times: int = 1) -> int:
    """Count so many uses and return how many were refused."""
    no = 0
    for _ in range(times):
        try:
            await limits.count(bucket, key)
        except OverloadedError:
            no += 1
    return no


@pytest.mark.unit
@pytest.mark.parametrize("bucket", TABLE)
async def test_every_limit_of_the_table_lets_through_what_it_says_and_no_more(bucket):
    """R-S7: rate limits from one table."""
    limits = Limits("", on=True)
    amount = TABLE[bucket].amount
    assert await refused(limits, "somebody", bucket, amount) == 0
    assert await refused(limits, "somebody", bucket, 3) == 3
    assert await refused(limits, "somebody else", bucket, amount) == 0


@pytest.mark.unit
async def test_one_limit_does_not_use_up_another():
    """R-S7: who may not sign in for a while may still talk."""
    limits = Limits("", on=True)
    await refused(limits, "somebody", "sign_in", 6)
    assert await refused(limits, "somebody", "messages", 100) == 0


@pytest.mark.unit
async def test_a_refusal_says_when_to_come_back():
    """R-S7: refusal says when to retry."""
    limits = Limits("", on=True)
    await refused(limits, "somebody", times=5)
    with pytest.raises(OverloadedError) as refusal:
        await limits.count("sign_in", "somebody")
    problem = refusal.value.problem
    assert (problem.code, problem.temporary) == ("rate_limited", True)
    assert 1 <= problem.retry_after <= 300
    assert f"{problem.retry_after:.0f} seconds" in problem.message


@pytest.mark.unit
async def test_limits_that_are_off_refuse_nobody():
    """R-S7: PAM_RATE_LIMITS=off is for load tests: neither uses nor frames are counted."""
    limits = Limits(NOBODY_THERE, on=False)
    assert await refused(limits, "somebody", times=50) == 0
    budget = limits.frame_budget(1, 1)
    assert {budget.take() for _ in range(1000)} == {0}


async def test_two_gateways_count_together_where_there_is_a_valkey(valkey_url):
    """R-S7: a member has one limit, however many gateways there are."""
    one, two = Limits(valkey_url, on=True), Limits(valkey_url, on=True)
    key = str(uuid4())
    assert await refused(one, key, times=3) == 0
    assert await refused(two, key, times=3) == 1
    assert await refused(one, key) == 1


async def test_uses_at_once_do_not_slip_through(valkey_url):
    """R-S7: a burst over two gateways gets no more than a member may."""
    gateways = [Limits(valkey_url, on=True), Limits(valkey_url, on=True)]
    key = str(uuid4())
    counted = await asyncio.gather(*(refused(gateways[n % 2], key) for n in range(20)))
    assert sum(counted) == 15


@pytest.mark.unit
async def test_without_its_valkey_a_gateway_counts_alone_and_keeps_nobody_waiting():
    """R-S7: a Valkey that is away neither opens the door nor shuts it, nor holds anybody up."""
    limits = Limits(NOBODY_THERE, on=True)
    started = time.monotonic()
    assert await refused(limits, "somebody", times=7) == 2
    assert time.monotonic() - started < 2


@pytest.fixture
async def doubtful(valkey_url):
    """A Valkey that takes connections and says nothing until it is told to: how to tell it, and its address."""
    valkey, awake = urlsplit(valkey_url), asyncio.Event()

    async def pass_on(reader, writer):
        while data := await reader.read(65536):
            await awake.wait()
            writer.write(data)

    async def connected(reader, writer):
        there, back = await asyncio.open_connection(valkey.hostname, valkey.port)
        async with asyncio.TaskGroup() as both:
            both.create_task(pass_on(reader, back))
            both.create_task(pass_on(there, writer))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield awake, valkey_url.replace(f"{valkey.hostname}:{valkey.port}", f"127.0.0.1:{port}")
    server.close()


async def test_a_valkey_that_is_silent_costs_one_use_a_moment_and_no_other(doubtful):
    """R-S7: it is not waited for again and again; messages sent ahead would wait for each other."""
    limits = Limits(doubtful[1], on=True)
    started = time.monotonic()
    assert await refused(limits, str(uuid4()), "messages", 20) == 0
    assert ANSWER_WITHIN <= time.monotonic() - started < 4 * ANSWER_WITHIN


async def test_a_valkey_that_answers_again_counts_again(doubtful, valkey_url, monkeypatch):
    """R-S7: what gateways count alone is forgotten; together again they keep one limit."""
    monkeypatch.setattr(limits_room, "ALONE_FOR", 0.1)
    awake, url = doubtful
    one, two, key = Limits(url, on=True), Limits(valkey_url, on=True), str(uuid4())
    assert await refused(one, key, times=2) == 0
    awake.set()
    await asyncio.sleep(0.2)
    assert await refused(one, key, times=3) == 0
    assert await refused(two, key, times=4) == 2


@pytest.mark.unit
async def test_a_socket_has_a_burst_of_frames_and_then_a_rate():
    """R-S7: ten frames a second, twenty at once."""
    budget = FrameBudget(100, 20)
    assert [budget.take() for _ in range(20)] == [0] * 20
    wait = budget.take()
    assert 0 < wait <= 1 / 100
    await asyncio.sleep(wait)
    assert budget.take() == 0
    assert budget.take() > 0


@pytest.mark.unit
async def test_frames_that_were_not_sent_are_saved_up_to_the_burst_only():
    """R-S7: silence earns no more than one burst."""
    budget = FrameBudget(1000, 3)
    await asyncio.sleep(0.05)
    assert [budget.take() == 0 for _ in range(4)] == [True, True, True, False]


@pytest.mark.unit
async def test_frames_that_are_refused_do_not_put_off_the_next_one():
    """R-S7: whoever keeps knocking is let in at the same time as whoever waits."""
    budget = FrameBudget(20, 1)
    budget.take()
    started = time.monotonic()
    await eventually(lambda: [budget.take() for _ in range(50)][0] == 0, within=2)
    assert time.monotonic() - started < 1
