"""A gateway killed while somebody leaves: the account is whole or gone, and who has to hear of it hears of it."""

import asyncio
import os
import sys
from contextlib import asynccontextmanager, suppress

import httpx

from services.gateway.tests import dying
from services.gateway.tests.leaving import Member, leavings, traces
from tests.harness.stack import free_port
from tests.harness.waiting import eventually


@asynccontextmanager
async def doomed(fault, nats, databases, keys):
    """Run a gateway that dies of a fault; yields its URL and its process."""
    port = free_port()
    given = {
        "PAM_NATS_URL": nats,
        "PAM_POSTGRES_URL": databases["gateway"],
        "PAM_IDENTITY_PRIVATE_KEY": keys.private,
        "PAM_IDENTITY_PUBLIC_KEY": keys.public,
        "PAM_PORT": str(port),
        "PAM_RATE_LIMITS": "off",
    }
    process = await asyncio.create_subprocess_exec(sys.executable, dying.__file__, fault, env=os.environ | given)
    url = f"http://127.0.0.1:{port}"
    try:
        await eventually(lambda: _is_ready(url))
        yield url, process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _is_ready(url):
    try:
        async with httpx.AsyncClient(base_url=url) as http:
            return (await http.get("/api/v1/health/ready")).status_code == 200
    except httpx.TransportError:
        return False


async def killed_while_leaving(fault, nats, databases, keys):
    """Return a member in whose leaving a gateway died."""
    async with doomed(fault, nats, databases, keys) as (url, process):
        member = await Member.of(url)
        with suppress(httpx.TransportError):
            await member.leave()
        async with asyncio.timeout(10):
            assert await process.wait() == dying.CODE
    return member


async def test_killed_before_the_deletion_is_committed_the_account_is_whole(
    gateway_at, nats, databases, keys, bus, administrator
):
    """R-D7: signed out, and nothing else: the member signs in and leaves again."""
    member = await killed_while_leaving("before_commit", nats, databases, keys)
    assert await leavings(bus, member.user) == []
    async with gateway_at() as member.url:
        assert (await member.ask("GET", "/api/v1/conversations")).status_code == 401
        again = await member.log_in()
        assert again.status_code == 200
        member = Member(member.url, again.json())
        assert (await member.leave()).status_code == 204
        assert len(await eventually(lambda: leavings(bus, member.user))) == 1
    assert await traces(administrator, member.email) == {}


async def test_killed_before_anybody_was_told_everybody_is_told_later(
    gateway_at, nats, databases, keys, bus, administrator
):
    """R-D7: the deletion and what others must hear of it are one: the next gateway says it."""
    member = await killed_while_leaving("before_publish", nats, databases, keys)
    assert await leavings(bus, member.user) == []
    assert await administrator.fetchval("select count(*) from gateway.outbox where user_id = $1", member.user)
    assert await administrator.fetchval("select count(*) from gateway.accounts where user_id = $1", member.user) == 0
    async with gateway_at():
        assert len(await eventually(lambda: leavings(bus, member.user))) == 1


async def test_killed_after_everybody_was_told_they_are_told_once(
    gateway_at, nats, databases, keys, bus, administrator
):
    """R-D7: published again under its own id, which the stream knows, with an event id that followers know."""
    member = await killed_while_leaving("after_publish", nats, databases, keys)
    assert len(await leavings(bus, member.user)) == 1
    waiting = "select count(*) from gateway.outbox where user_id = $1"
    assert await administrator.fetchval(waiting, member.user)
    async with gateway_at():

        async def relayed():
            return await administrator.fetchval(waiting, member.user) == 0

        await eventually(relayed)
    assert len(await leavings(bus, member.user)) == 1
