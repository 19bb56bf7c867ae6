"""Where a member is: read from a message's context whatever client wrote it, carried to the tools, never a fault."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from pam_gateway.location import fix_in
from pam_shared.contracts import headers
from pam_shared.contracts.conversation import ToolReturned
from pam_shared.contracts.location import Fix
from pam_shared.testing.messages_api import Reply, Say, Scene, Use, messages_api
from services.agent.tests.conversing import running_agent
from tests.harness.waiting import eventually

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)
MOAB = {"latitude": 38.57, "longitude": -109.55}
THEN = NOW - timedelta(minutes=2)


def fix(**about):
    return Fix(**{"latitude": 38.57, "longitude": -109.55, "at": NOW} | about)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("context", "found"),
    [
        ({"location": MOAB}, fix()),
        ({"location": MOAB | {"accuracy": 12.5}}, fix(accuracy_m=12.5)),
        ({"location": MOAB | {"timestamp": THEN.timestamp() * 1000}}, fix(at=THEN)),
        ({"location": MOAB | {"timestamp": "2026-05-13T11:58:00Z"}}, fix(at=THEN)),
        ({"location": MOAB | {"timestamp": "2026-05-13T05:58:00-06:00"}}, fix(at=THEN)),
        ({"location": MOAB | {"timestamp": "2026-05-13T11:58:00"}}, fix(at=THEN)),
        ({"location": MOAB | {"timestamp": "2031-01-01T00:00:00Z"}}, fix()),
        ({"location": MOAB | {"city": "Moab", "source": "gps"}}, fix()),
        ({"userLocation": MOAB}, fix()),
        ({"userLocation": {"lat": 38.57, "lng": -109.55}}, fix()),
        ({"user_location": {"lat": 38.57, "lng": -109.55}}, fix()),
        ({"location": {"latitude": 91, "longitude": 0}, "userLocation": MOAB}, fix()),
    ],
)
def test_a_position_is_read_by_every_name_a_client_has_for_it(context, found):
    """R-D5, R-F3: nested as clients send it; a time from the future is a wrong clock, not a wrong place."""
    assert fix_in(context, NOW) == found


@pytest.mark.unit
@pytest.mark.parametrize(
    "context",
    [
        None,
        {},
        {"timezone": "America/Denver"},
        *(
            {"location": location}
            for location in (
                None,
                "Moab, Utah",
                [38.57, -109.55],
                {},
                {"latitude": 38.57},
                {"latitude": "north", "longitude": 0},
                {"latitude": 90.01, "longitude": 0},
                {"latitude": 0, "longitude": -180.01},
                {"latitude": float("nan"), "longitude": 0},
                {"latitude": 0, "longitude": float("inf")},
                MOAB | {"accuracy": -1},
                MOAB | {"timestamp": "yesterday"},
                MOAB | {"timestamp": 1e300},
            )
        ),
    ],
)
def test_what_is_no_position_is_none(context):
    """R-D5: valid ranges; nothing is guessed and nothing is refused."""
    assert fix_in(context, NOW) is None


async def test_a_position_travels_with_its_message(acceptance, conversation, person, incoming):
    """R-D5: in a header, where the agent finds it for the tools without reading the context."""
    message = incoming(conversation=conversation.id, context={"location": MOAB | {"accuracy": 9}})
    await acceptance.accept(person.identity(), message)
    (entry,) = await conversation.entries()
    found = Fix.model_validate_json(entry.headers[headers.LOCATION])
    assert (found.latitude, found.longitude, found.accuracy_m) == (38.57, -109.55, 9)


async def test_a_message_with_a_wrong_position_is_accepted_without_it(acceptance, conversation, person, incoming):
    """R-D5: a message is never refused for where its writer says to be."""
    message = incoming(conversation=conversation.id, context={"location": {"latitude": 1000, "longitude": 0}})
    await acceptance.accept(person.identity(), message)
    (entry,) = await conversation.entries()
    assert headers.LOCATION not in entry.headers


@pytest.mark.parametrize(("context", "known"), [({"userLocation": MOAB}, True), ({"userLocation": {}}, False)])
async def test_a_tool_that_an_agent_calls_hears_the_position_of_the_message(
    acceptance, compass_worker, conversation, person, incoming, nats, empty_streams, context, known
):
    """R-D5: from the member's message through the agent to the tool."""
    called = Reply(blocks=[Use(tool="where_am_i", input={"colleague": True})])
    scenes = [Scene(pattern=".*", replies=[called, Reply(blocks=[Say(text="Here.")])])]
    async with messages_api(scenes) as api, running_agent(nats, api):
        await acceptance.accept(person.identity(), incoming(conversation=conversation.id, context=context))

        async def returned():
            return [event for event in await conversation.events() if isinstance(event, ToolReturned)]

        (answer,) = await eventually(returned)
    for heard in (answer.reply.data, answer.reply.data["asked"]):
        assert (heard["fix"] and heard["fix"]["latitude"]) == (MOAB["latitude"] if known else None)


@pytest.mark.parametrize(("location", "known"), [(MOAB, True), ({"latitude": 1000}, False), (None, False)])
async def test_a_tool_called_over_http_and_its_colleague_hear_the_position(
    gateway_at, compass_worker, person, location, known
):
    """R-D5: the tool, and a worker it asks on the member's behalf, know the same place."""
    order = {"tool": "where_am_i", "arguments": {"colleague": True}, "timezone": "America/Denver", "location": location}
    async with gateway_at() as url, httpx.AsyncClient(base_url=url) as http:
        authorization = {"Authorization": f"Bearer {person.access_token()}"}

        async def reply():
            response = await http.post("/api/v1/pam/tools/execute", json=order, headers=authorization)
            return response.json() if response.status_code == 200 else None

        data = (await eventually(reply))["data"]
    for heard in (data, data["asked"]):
        assert heard["zone"] == "America/Denver"
        assert (heard["fix"] is not None) == known
    if known:
        assert data["fix"]["latitude"] == data["asked"]["fix"]["latitude"] == MOAB["latitude"]
