"""A member, by the tools' functions on their own database, and by messages to a running worker."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from pam_shared.bus.connection import Bus
from pam_shared.contracts import headers, subjects
from pam_shared.contracts.tools import ToolReply
from pam_shared.postgres.pool import open_pool
from pam_shared.testing.tool_bench import ToolBench
from pam_shared.tools.worker import WorkerSettings, serve_tools
from pam_tools_memory import tools
from pam_tools_memory.service import SERVICE
from pam_tools_memory.tools.list_memories import list_memories
from pam_tools_memory.tools.remember import remember

NOON = datetime(2026, 5, 13, 12, tzinfo=UTC)


class Teller(ToolBench):
    """A member who states things about themselves."""

    async def says(self, kind, subject, statement, **more):
        return await self.run(remember, kind=kind, subject=subject, statement=statement, **more)

    async def kept(self):
        """What is remembered of them, the newest first."""
        return [memory.statement for memory in (await self.run(list_memories, limit=200)).memories]


@pytest.fixture(scope="session")
async def pool(databases):
    """The worker's own connections."""
    pool = await open_pool(databases[SERVICE.name], "test")
    yield pool
    await pool.close()


@pytest.fixture(scope="session")
def new_member(pool, new_person):
    """Members nobody has seen before, at noon, perhaps in a turn."""
    return lambda turn=None: Teller(pool, new_person().identity(turn), now=NOON)


@pytest.fixture
def member(new_member):
    """A member nobody has seen before, at noon."""
    return new_member()


@pytest.fixture
def other(new_member):
    """Another member."""
    return new_member()


@pytest.fixture
async def worker(nats, databases, keys):
    """A running worker."""
    url = databases[SERVICE.name]
    settings = WorkerSettings(nats_url=nats, postgres_url=url, identity_public_key=keys.public)
    bus = Bus(SERVICE.name, nats)
    await bus.connect()
    async with serve_tools(bus, settings, tools, "Memory.") as advertisement:
        await bus.jetstream.account_info()  # an answer over this connection: its subscriptions are in place
        yield advertisement
    await bus.close()


@pytest.fixture
def call(worker, bus):
    """Call a tool of the running worker on a person's behalf."""

    async def call(person, tool, arguments, *, key=None, turn=None) -> ToolReply:
        values = {headers.IDENTITY: person.token(turn), headers.IDEMPOTENCY_KEY: key or str(uuid4())}
        body = json.dumps({"arguments": arguments}).encode()
        subject = subjects.tool("memory", tool)
        return ToolReply.model_validate_json(await bus.request(subject, body, values, timeout=10))

    return call
