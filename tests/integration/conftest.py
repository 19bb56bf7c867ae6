"""A member, and two workers for what they talk about."""

from contextlib import asynccontextmanager

import pytest

from pam_shared.bus.connection import Bus
from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import topology
from pam_shared.tools.worker import serve_tools
from pam_tools_account import tools as account_tools
from pam_tools_account.settings import AccountSettings, shop_terms
from pam_tools_budget import tools as budget_tools
from pam_tools_budget.savings import open_guarantee
from pam_tools_budget.settings import BudgetSettings
from services.agent.tests.conversing import Member


@pytest.fixture
async def member(bus, new_person):
    reader = LogReader(bus, topology.CONVERSATIONS)
    await reader.start()
    member = Member(bus, reader, new_person())
    await member.watch()
    yield member
    await reader.stop()


@asynccontextmanager
async def serving(nats, service, settings, tools, resources):
    bus = Bus(service, nats)
    await bus.connect()
    async with serve_tools(bus, settings, tools, service, resources):
        await bus.jetstream.account_info()  # an answer over this connection: its subscriptions are in place
        yield
    await bus.close()


@pytest.fixture
async def workers(nats, databases, keys):
    def about(service):
        return {"nats_url": nats, "postgres_url": databases[service], "identity_public_key": keys.public}

    account, budget = AccountSettings(**about("tools-account")), BudgetSettings(**about("tools-budget"))
    async with (
        serving(nats, "tools-account", account, account_tools, shop_terms),
        serving(nats, "tools-budget", budget, budget_tools, open_guarantee),
    ):
        yield
