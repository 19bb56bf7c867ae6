"""A member's account, by the tools' functions on their own database, and by messages to a running worker."""

import json
from contextlib import asynccontextmanager
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
from pam_tools_account import tools
from pam_tools_account.rules import Terms
from pam_tools_account.service import SERVICE
from pam_tools_account.settings import AccountSettings, shop_terms

NOON = datetime(2026, 5, 13, 12, tzinfo=UTC)  # a Wednesday
TERMS = Terms(tax_percent=Decimal("8.00"), shipping=Decimal("9.95"), free_shipping_from=Decimal("100.00"))


@pytest.fixture(scope="session")
async def pool(databases):
    """The worker's own connections."""
    pool = await open_pool(databases[SERVICE.name], "test")
    yield pool
    await pool.close()


@pytest.fixture(scope="session")
def new_member(pool, new_person):
    """Members nobody has seen before, on a Wednesday in May."""

    def new_member(zone="UTC", **more):
        return ToolBench(pool, new_person().identity(), now=NOON, zone=zone, resources=TERMS, **more)

    return new_member


@pytest.fixture
def member(new_member):
    """A member nobody has seen before."""
    return new_member()


@pytest.fixture
def audited():
    """Read what the financial audit log holds of a member, oldest first."""

    async def audited(member):
        async with member.context() as ctx:
            rows = await ctx.db.fetch("select operation, inputs, result from financial_audit_log order by id")
        return [tuple(row) for row in rows]

    return audited


@pytest.fixture
async def new_product(administrator):
    """Put goods on sale that are not samples, and take them away afterwards."""
    added = []

    async def new_product(price="10.00", stock=100, **columns):
        columns = {
            "type": "shop",
            "name": f"Thing {uuid4()}",
            "description": "A thing.",
            "category": "things",
            "price": Decimal(price),
            "inventory_count": stock,
            **columns,
        }
        names = ", ".join(columns)
        places = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
        added.append(
            await administrator.fetchval(
                f"insert into account.shop_products ({names}) values ({places}) returning id", *columns.values()
            )
        )
        return added[-1]

    yield new_product
    await administrator.execute("update account.shop_products set status = 'withdrawn' where id = any($1)", added)


@pytest.fixture
def stock(administrator):
    """Tell how many of a product are left."""

    async def stock(product_id):
        return await administrator.fetchval(
            "select inventory_count from account.shop_products where id = $1", product_id
        )

    return stock


@pytest.fixture
def serving(nats, databases, keys):
    """Run an account worker."""
    settings = AccountSettings(nats_url=nats, postgres_url=databases[SERVICE.name], identity_public_key=keys.public)

    @asynccontextmanager
    async def serving():
        bus = Bus(SERVICE.name, nats)
        await bus.connect()
        async with serve_tools(bus, settings, tools, "Account.", shop_terms) as advertisement:
            await bus.jetstream.account_info()  # an answer over this connection: its subscriptions are in place
            yield advertisement
        await bus.close()

    return serving


@pytest.fixture
async def worker(serving):
    """A running account worker."""
    async with serving() as advertisement:
        yield advertisement


@pytest.fixture
def call(worker, bus):
    """Call a tool of the running worker on a person's behalf."""

    async def call(person, tool, arguments, *, key=None, zone="", dry_run=False) -> ToolReply:
        values = {
            headers.IDENTITY: person.token(),
            headers.IDEMPOTENCY_KEY: key or str(uuid4()),
            headers.TIME_ZONE: zone,
        }
        body = json.dumps({"arguments": arguments, "dry_run": dry_run}).encode()
        subject = subjects.tool("account", tool)
        return ToolReply.model_validate_json(await bus.request(subject, body, values, timeout=10))

    return call
