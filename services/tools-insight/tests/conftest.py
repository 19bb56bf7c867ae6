"""Members and operators of the insight worker: the tools' functions on their own database, and a running worker."""

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from pam_shared.bus.connection import Bus
from pam_shared.contracts import headers, subjects
from pam_shared.contracts.identity import Role
from pam_shared.contracts.tools import ToolReply
from pam_shared.postgres.pool import open_pool
from pam_shared.testing.tool_bench import ToolBench
from pam_shared.tools.worker import WorkerSettings, serve_tools
from pam_tools_insight import tools
from pam_tools_insight.service import SERVICE

NOON = datetime(2026, 5, 13, 12, tzinfo=UTC)  # a Wednesday
TODAY = NOON.date()
ADMIN = frozenset({Role.MEMBER, Role.ADMIN})
SYSTEM = frozenset({Role.SYSTEM})


@pytest.fixture(scope="session")
async def pool(databases):
    """The worker's own connections."""
    pool = await open_pool(databases[SERVICE.name], "test")
    yield pool
    await pool.close()


@pytest.fixture(scope="session")
def new_member(pool, new_person):
    """People nobody has seen before, on a Wednesday in May; ``told`` is what other workers say of them."""

    def new_member(told=None, zone="UTC", **about):
        return ToolBench(pool, new_person(**about).identity(), now=NOON, zone=zone, asked=told or {})

    return new_member


@pytest.fixture
def member(new_member):
    """A member nobody has seen before."""
    return new_member()


@pytest.fixture
def admin(new_member):
    """An admin."""
    return new_member(roles=ADMIN)


@pytest.fixture
def system(new_member):
    """PAM itself, for a member."""
    return new_member(roles=SYSTEM)


@pytest.fixture
def serving(nats, databases, keys):
    """Run an insight worker."""
    settings = WorkerSettings(nats_url=nats, postgres_url=databases[SERVICE.name], identity_public_key=keys.public)

    @asynccontextmanager
    async def serving():
        bus = Bus(SERVICE.name, nats)
        await bus.connect()
        async with serve_tools(bus, settings, tools, "Insight.") as advertisement:
            await bus.jetstream.account_info()  # an answer over this connection: its subscriptions are in place
            yield advertisement
        await bus.close()

    return serving


@pytest.fixture
async def worker(serving):
    """A running insight worker."""
    async with serving() as advertisement:
        yield advertisement


@pytest.fixture
def call(worker, bus):
    """Call a tool of the running worker on a person's behalf."""

    async def call(person, tool, arguments, *, key=None) -> ToolReply:
        values = {headers.IDENTITY: person.token(), headers.IDEMPOTENCY_KEY: key or str(uuid4())}
        body = json.dumps({"arguments": arguments}).encode()
        subject = subjects.tool("insight", tool)
        return ToolReply.model_validate_json(await bus.request(subject, body, values, timeout=15))

    return call


@pytest.fixture
def ago():
    """Count days back from the Wednesday; negative ones lie ahead."""
    return lambda days: TODAY - timedelta(days=days)


@pytest.fixture
def expense():
    """Make an expense as budget tells it."""

    def expense(amount, category="gas", day=TODAY, **more):
        return {"id": str(uuid4()), "amount": str(amount), "category": category, "date": str(day), **more}

    return expense


@pytest.fixture
def job():
    """Make a maintenance record as trip tells it."""

    def job(task, day, cost=None, **more):
        return {"id": str(uuid4()), "task": task, "date": str(day), "cost": cost and str(cost), **more}

    return job


@pytest.fixture
def trip():
    """Make a trip as trip tells it."""

    def trip(title, start=None, end=None, **more):
        dates = {"start_date": start and str(start), "end_date": end and str(end)}
        return {"id": str(uuid4()), "title": title, **dates, **more}

    return trip
