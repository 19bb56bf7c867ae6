"""An agent, a model and two workers: the model is shown the tools that fit, and finds the others."""

from uuid import uuid4

import pytest

from pam_shared.testing.messages_api import Reply, Say, Scene, Use, messages_api
from services.agent.tests.conversing import running_agent

pytestmark = pytest.mark.usefixtures("empty_streams", "workers")

MOST = 15
SCENES = [
    Scene(
        pattern="spent",
        replies=[
            Reply(blocks=[Use(tool="find_tools", input={"query": "put an appointment on the calendar"})]),
            Reply(blocks=[Use(tool="create_calendar_event", input={"title": "Dentist", "start_date": "2027-03-01"})]),
            Reply(blocks=[Say(text="Both done.")]),
        ],
    ),
    Scene(pattern=".*", replies=[Reply(blocks=[Say(text="Hello.")])]),
]


def shown(request) -> set[str]:
    return {tool["name"] for tool in request["tools"]}


async def test_a_model_is_shown_what_fits_and_calls_what_it_found(nats, member):
    """R-A8: fifteen tools at most; what is found is shown from the next step on, and works like any other."""
    async with messages_api(SCENES) as api, running_agent(nats, api):
        await member.say(talk := uuid4(), "How much have I spent on gas this week?")
        await member.answered(talk)
    first, second, third = map(shown, api.requests)
    assert {"get_spending_summary", "find_tools"} <= first
    assert len(first) <= MOST
    assert "create_calendar_event" not in first
    assert "create_calendar_event" in second & third
    assert not any(block.get("is_error") for block in api.requests[2]["messages"][-1]["content"])


async def test_what_is_shown_stays_while_it_fits_and_brings_along_what_was_used(nats, member):
    """R-A8: requests of one conversation begin alike, so a model's cache holds them."""
    talk = uuid4()
    async with messages_api(SCENES) as api, running_agent(nats, api):
        for number, text in enumerate(
            ["hello, what did I spend?", "how much did I spend this month?", "rename my rig to Bertha"]
        ):
            await member.say(talk, text)
            await member.answered(talk, number + 1)
    first, second, third = api.requests[0]["tools"], api.requests[-2]["tools"], api.requests[-1]["tools"]
    assert first == second
    assert {tool["name"] for tool in third} != {tool["name"] for tool in first}
