"""A member's budget, by the tools' functions on their own database, and by messages to a running worker."""

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from pam_shared.bus.connection import Bus
from pam_shared.contracts import headers, subjects
from pam_shared.contracts.tools import ToolReply
from pam_shared.postgres.pool import member_transaction, open_pool
from pam_shared.tools.context import ToolContext
from pam_shared.tools.worker import WorkerSettings, serve_tools
from pam_tools_budget import tools
from pam_tools_budget.service import SERVICE
from pam_tools_budget.tools.compare_vs_budget import Question, compare_vs_budget
from pam_tools_budget.tools.create_expense import Expense, create_expense
from pam_tools_budget.tools.get_spending_summary import SpendingWindow, get_spending_summary
from pam_tools_budget.tools.update_budget import NewBudget, update_budget

NOON = datetime(2026, 5, 13, 12, tzinfo=UTC)  # a Wednesday


class Ledger:
    """One member's money at a moment and in a zone of the test's choice."""

    def __init__(self, pool, person, now, zone):
        self.pool, self.person, self.now, self.zone = pool, person, now, ZoneInfo(zone)
        self.events = []

    def at(self, now, zone="UTC"):
        """The same member at another moment, elsewhere."""
        return Ledger(self.pool, self.person, now, zone)

    @asynccontextmanager
    async def _context(self):
        async with member_transaction(self.pool, self.person.user) as db:
            ctx = ToolContext(self.person.identity(), db, self.zone, self.now)
            yield ctx
        self.events += ctx.events

    async def _run(self, tool, args):
        async with self._context() as ctx:
            return await tool(ctx, args)

    async def spend(self, amount, category="gas", **more):
        return await self._run(create_expense, Expense(amount=amount, category=category, **more))

    async def summary(self, **asked):
        return await self._run(get_spending_summary, SpendingWindow(**asked))

    async def budget(self, amount, category="gas", **more):
        return await self._run(update_budget, NewBudget(amount=amount, category=category, **more))

    async def compare(self, **asked):
        return await self._run(compare_vs_budget, Question(**asked))

    async def audited(self):
        """What the financial audit log holds of this member, oldest first."""
        async with self._context() as ctx:
            rows = await ctx.db.fetch("select operation, inputs, result from financial_audit_log order by id")
        return [tuple(row) for row in rows]


@pytest.fixture(scope="session")
async def pool(databases):
    """The worker's own connections."""
    pool = await open_pool(databases[SERVICE.name], "test")
    yield pool
    await pool.close()


@pytest.fixture(scope="session")
def new_ledger(pool, new_person):
    """The money of members nobody has seen before."""
    return lambda now=NOON, zone="UTC": Ledger(pool, new_person(), now, zone)


@pytest.fixture
def ledger(new_ledger):
    """The money of a member nobody has seen before, on a Wednesday in May."""
    return new_ledger()


@pytest.fixture
async def worker(nats, databases, keys):
    """A running budget worker."""
    url = databases[SERVICE.name]
    settings = WorkerSettings(nats_url=nats, postgres_url=url, identity_public_key=keys.public)
    bus = Bus(SERVICE.name, nats)
    await bus.connect()
    async with serve_tools(bus, settings, tools, "Money.") as advertisement:
        await bus.jetstream.account_info()  # an answer over this connection: its subscriptions are in place
        yield advertisement
    await bus.close()


@pytest.fixture
def call(worker, bus):
    """Call a tool of the running worker on a person's behalf."""

    async def call(person, tool, arguments, *, key=None, zone="") -> ToolReply:
        values = {
            headers.IDENTITY: person.token(),
            headers.IDEMPOTENCY_KEY: key or str(uuid4()),
            headers.TIME_ZONE: zone,
        }
        body = json.dumps({"arguments": arguments}).encode()
        return ToolReply.model_validate_json(await bus.request(subjects.tool("budget", tool), body, values, timeout=10))

    return call
