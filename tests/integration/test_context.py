"""An agent and two workers together: what a member told the one is known when they speak with the other."""

import json
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from pam_shared.bus.connection import Bus
from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import headers, live, subjects, topology
from pam_shared.contracts.tools import ToolReply
from pam_shared.testing.messages_api import Reply, Say, Scene, Use, messages_api
from pam_shared.tools.worker import serve_tools
from pam_tools_account import tools as account_tools
from pam_tools_account.settings import AccountSettings, shop_terms
from pam_tools_budget import tools as budget_tools
from pam_tools_budget.savings import open_guarantee
from pam_tools_budget.settings import BudgetSettings
from services.agent.tests.conversing import Member, running_agent
from tests.harness.waiting import eventually

pytestmark = pytest.mark.usefixtures("empty_streams")

SCENES = [
    Scene(
        pattern="spent",
        replies=[Reply(blocks=[Use(tool="get_spending_summary")]), Reply(blocks=[Say(text="So much.")])],
    ),
    Scene(pattern=".*", replies=[Reply(blocks=[Say(text="Hello.")])]),
]


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


async def call(bus, person, domain, tool, **arguments) -> ToolReply:
    """Call a tool as another device of the member would."""
    values = {headers.IDENTITY: person.token(), headers.IDEMPOTENCY_KEY: str(uuid4())}
    body = f'{{"arguments": {json.dumps(arguments)}}}'.encode()
    reply = ToolReply.model_validate_json(await bus.request(subjects.tool(domain, tool), body, values, timeout=10))
    assert reply.success, reply
    return reply


def around(request) -> str:
    """What stands behind the member's words."""
    return request["messages"][-1]["content"][1]["text"]


async def test_the_first_answer_knows_what_the_workers_know(nats, workers, member, bus):
    """R-A6: profile, vehicle, budgets and money are in the first request to the model, the rest is named as missing."""
    person = member.person
    await call(bus, person, "account", "update_profile", username=f"lu_{person.user.hex[:8]}")
    await call(bus, person, "account", "create_vehicle", name="Bertha", vehicle_type="motorhome", fuel_type="diesel")
    await call(bus, person, "budget", "update_budget", category="gas", amount=100)
    await call(bus, person, "budget", "create_expense", amount=130, category="gas")
    async with messages_api(SCENES) as api, running_agent(nats, api):
        await member.say(talk := uuid4(), "hi")
        await member.answered(talk)
    told = around(api.requests[0])
    assert f'"username":"lu_{person.user.hex[:8]}"' in told
    assert '"name":"Bertha"' in told
    assert "Worth a word: The gas budget is over by $30.00." in told
    assert "Not known right now: travel, upkeep, community, letters, memory." in told


async def test_a_change_of_what_was_spoken_of_is_told_to_mind_and_member(nats, workers, member, bus):
    """R-A6: another device records an expense while the conversation is about money."""
    talk = uuid4()
    async with messages_api(SCENES) as api, running_agent(nats, api):
        await member.say(talk, "What have I spent?")
        await member.answered(talk)
        assert live.CONTEXT_CHANGED not in member.kinds(talk)
        await call(bus, member.person, "budget", "create_expense", amount=45, category="gas")

        async def heard():
            await member.say(talk, "And now?")
            await member.answered(talk, len(await member.ends(talk)) + 1)
            return live.CONTEXT_CHANGED in member.kinds(talk)

        await eventually(heard)
    events = [frame.event for frame in member.frames if frame.event.get("name") == live.CONTEXT_CHANGED]
    assert [event["value"]["sources"] for event in events] == [["finances"]]
    assert "Changed since the conversation last used it: finances." in around(api.requests[-1])
