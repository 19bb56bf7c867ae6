"""An agent and two workers together: what a member told the one is known when they speak with the other."""

import json
from uuid import uuid4

import pytest

from pam_shared.contracts import headers, live, subjects
from pam_shared.contracts.tools import ToolReply
from pam_shared.testing.messages_api import Reply, Say, Scene, Use, messages_api
from services.agent.tests.conversing import running_agent
from tests.harness.waiting import eventually

pytestmark = pytest.mark.usefixtures("empty_streams")

SCENES = [
    Scene(
        pattern="spent",
        replies=[Reply(blocks=[Use(tool="get_spending_summary")]), Reply(blocks=[Say(text="So much.")])],
    ),
    Scene(pattern=".*", replies=[Reply(blocks=[Say(text="Hello.")])]),
]


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
