"""A member's money, by the tools on their own database, and by messages to a running worker."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from pam_shared.bus.connection import Bus
from pam_shared.contracts import headers, subjects
from pam_shared.contracts.tools import ToolReply
from pam_shared.postgres.pool import open_pool
from pam_shared.testing.tool_bench import ToolBench
from pam_shared.tools.worker import serve_tools
from pam_tools_budget import tools
from pam_tools_budget.savings import Guarantee, open_guarantee
from pam_tools_budget.service import SERVICE
from pam_tools_budget.settings import BudgetSettings
from pam_tools_budget.tools.compare_vs_budget import compare_vs_budget
from pam_tools_budget.tools.create_expense import create_expense
from pam_tools_budget.tools.get_spending_summary import get_spending_summary
from pam_tools_budget.tools.update_budget import update_budget

NOON = datetime(2026, 5, 13, 12, tzinfo=UTC)  # a Wednesday


class Ledger(ToolBench):
    """One member's money at a moment and in a zone of the test's choice."""

    async def spend(self, amount, category="gas", **more):
        return await self.run(create_expense, amount=amount, category=category, **more)

    async def summary(self, **asked):
        return await self.run(get_spending_summary, **asked)

    async def budget(self, amount, category="gas", **more):
        return await self.run(update_budget, amount=amount, category=category, **more)

    async def compare(self, **asked):
        return await self.run(compare_vs_budget, **asked)

    async def audited(self):
        """What the financial audit log holds of this member, oldest first."""
        rows = await self.rows("select operation, inputs, result from financial_audit_log order by id")
        return [tuple(row) for row in rows]

    async def rows(self, query, *values):
        """What the worker's own login sees in this member's transaction."""
        async with self.context() as ctx:
            return await ctx.db.fetch(query, *values)


@pytest.fixture(scope="session")
async def pool(databases):
    """The worker's own connections."""
    pool = await open_pool(databases[SERVICE.name], "test")
    yield pool
    await pool.close()


@pytest.fixture(scope="session")
def new_ledger(pool, new_person):
    """The money of members nobody has seen before."""

    def new(now=NOON, zone="UTC", **about):
        return Ledger(pool, new_person(**about).identity(), now, zone, resources=Guarantee(Decimal("10.00")))

    return new


@pytest.fixture
def ledger(new_ledger):
    """The money of a member nobody has seen before, on a Wednesday in May."""
    return new_ledger()


@pytest.fixture
async def worker(nats, databases, keys):
    """A running budget worker."""
    url = databases[SERVICE.name]
    settings = BudgetSettings(nats_url=nats, postgres_url=url, identity_public_key=keys.public)
    bus = Bus(SERVICE.name, nats)
    await bus.connect()
    async with serve_tools(bus, settings, tools, "Money.", open_guarantee) as advertisement:
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
