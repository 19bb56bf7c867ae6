"""An agent and the worker that remembers: what members say of themselves in passing is kept, once, and only that."""

from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from pam_agent.conversation import TurnRecord
from pam_agent.remembering import stated
from pam_shared.bus.connection import Bus
from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import headers, live, subjects, topology
from pam_shared.contracts.conversation import ToolReturned, TurnStarted
from pam_shared.contracts.tools import Outcome, ToolCall, ToolReply
from pam_shared.testing.messages_api import Reply, Say, Scene, Use, messages_api
from pam_shared.tools.worker import WorkerSettings, serve_tools
from pam_tools_memory import tools
from services.agent.tests.conversing import Member, running_agent
from tests.harness.waiting import eventually

pytestmark = pytest.mark.usefixtures("empty_streams")

DOGS = {"kind": "pet", "subject": "dogs", "statement": "We have two big dogs"}
SCENES = [
    Scene(
        pattern="(?i)keep in mind",
        replies=[Reply(blocks=[Use(tool="remember", input=DOGS)]), Reply(blocks=[Say(text="I will.")])],
    ),
    Scene(pattern=".*", replies=[Reply(blocks=[Say(text="Lovely.")])]),
]
RIG = "I drive a 34 foot motorhome."


@pytest.fixture
async def member(bus, new_person):
    reader = LogReader(bus, topology.CONVERSATIONS)
    await reader.start()
    member = Member(bus, reader, new_person())
    await member.watch()
    yield member
    await reader.stop()


@asynccontextmanager
async def memory(nats, databases, keys):
    bus = Bus("tools-memory", nats)
    await bus.connect()
    url = databases["tools-memory"]
    settings = WorkerSettings(nats_url=nats, postgres_url=url, identity_public_key=keys.public)
    async with serve_tools(bus, settings, tools, "Memory."):
        await bus.jetstream.account_info()  # an answer over this connection: its subscriptions are in place
        yield
    await bus.close()


@pytest.fixture
async def worker(nats, databases, keys):
    async with memory(nats, databases, keys):
        yield


@pytest.fixture
def talk():
    return uuid4()


@pytest.fixture
async def api():
    async with messages_api(SCENES) as api:
        yield api


async def kept(member) -> list[dict]:
    """What is remembered of the member, the newest first."""
    body = ToolCall(arguments={}).model_dump_json().encode()
    values = {headers.IDENTITY: member.person.token(), headers.IDEMPOTENCY_KEY: "look"}
    told = await member.bus.request(subjects.tool("memory", "list_memories"), body, values, timeout=10)
    return ToolReply.model_validate_json(told).data["memories"]


async def statements(member) -> list[str]:
    return [fact["statement"] for fact in await kept(member)]


def returned(log) -> list[ToolReturned]:
    return [event for event in log if isinstance(event, ToolReturned)]


async def say(member, talk, *texts):
    """Say one thing after the other; return how the last turn ended."""
    before = len(await member.ends(talk))
    for count, text in enumerate(texts, before + 1):
        await member.say(talk, text)
        end = (await member.answered(talk, count))[-1]
    return end


@pytest.mark.usefixtures("worker")
async def test_what_is_said_in_passing_is_remembered_with_where_it_was_said(nats, member, talk, api):
    """R-A7: the member hears of it beside the answer; neither tools nor sources of the answer speak of it."""
    async with running_agent(nats, api):
        end = await say(member, talk, f"Good morning! {RIG} Isn't it a fine day?")
        await member.heard_ends(talk, 1)
    (fact,) = await kept(member)
    assert (fact["kind"], fact["statement"], fact["turn_id"]) == ("rig", "I drive a 34 foot motorhome", str(end.turn))
    assert (end.text, end.tools, end.sources) == ("Lovely.", [], [])
    (heard,) = [frame.event for frame in member.frames if frame.event.get("name") == live.REMEMBERED]
    assert heard["value"] == {"message": "I will remember: “I drive a 34 foot motorhome”."}


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(
    "text",
    [
        "Do I have two dogs?",
        "If I had a dog I would call him Rex.",
        "My sister drives a school bus.",
        "forget that I have two dogs",
        f"{RIG} " + "I like it here. " * 200,
    ],
)
async def test_questions_suppositions_and_what_is_pasted_are_not_remembered(nats, member, talk, api, text):
    """R-A7: nor what others do, nor what is to be forgotten."""
    async with running_agent(nats, api):
        await say(member, talk, text)
    assert await statements(member) == []


@pytest.mark.usefixtures("worker")
async def test_what_the_model_has_remembered_itself_is_remembered_once(nats, member, talk, api):
    """R-A7: its words for the subject are not ours."""
    async with running_agent(nats, api):
        await say(member, talk, "Keep in mind that we have two big dogs")
    assert await statements(member) == ["We have two big dogs"]


@pytest.mark.usefixtures("worker")
async def test_a_correction_takes_the_place_of_what_was_said_before(nats, member, talk, api):
    """R-A7: of a kind and a subject one fact stands; who says it again hears nothing of it."""
    async with running_agent(nats, api):
        await say(member, talk, "My name is Ada.", "My name is Ada.", "Oh, my name is Adele.")
        await member.heard_ends(talk, 3)
    assert await statements(member) == ["my name is Adele"]
    assert member.kinds(talk).count(live.REMEMBERED) == 2


@pytest.mark.usefixtures("worker")
async def test_who_takes_a_turn_over_remembers_under_the_same_key(nats, member, talk, api):
    """R-A7, G4: killed behind the call, before its result was in the log: there is one fact, and one result."""
    message = await member.say(talk, RIG)
    (said,) = [event for event in await member.log(talk) if event.id == message]
    (use,) = stated(TurnRecord(said, 1))
    values = {headers.IDENTITY: member.person.token(turn=message), headers.IDEMPOTENCY_KEY: f"{message}:{use.id}"}
    body = ToolCall(arguments=use.input).model_dump_json().encode()
    first = await member.bus.request(subjects.tool("memory", "remember"), body, values, timeout=10)
    start = TurnStarted(turn=message, attempt=1, nonce="dead-1", delivered=0, base=1)
    await member.write(talk, start, f"dead:{message}:1")
    async with running_agent(nats, api):
        await member.answered(talk)
    (result,) = returned(await member.log(talk))
    assert result.reply == ToolReply.model_validate_json(first)
    assert len(await kept(member)) == 1


async def test_what_memory_missed_the_next_turn_makes_up_for(nats, member, talk, api, databases, keys):
    """R-A7: while memory is away answers come as ever; nothing that was said is lost, and nothing is kept twice."""

    async def made_up_for():
        await say(member, talk, "It is a fine day.")
        return await statements(member)

    async with running_agent(nats, api):
        end = await say(member, talk, RIG, "It is a fine day.")
        async with memory(nats, databases, keys):
            assert await eventually(made_up_for) == ["I drive a 34 foot motorhome"]
            await say(member, talk, "It still is.")
    outcomes = [result.reply.outcome for result in returned(await member.log(talk))]
    assert (end.text, outcomes) == ("Lovely.", [Outcome.FAILED, Outcome.OK])


@pytest.mark.usefixtures("worker")
async def test_the_rules_say_what_they_have_understood(nats, member, talk):
    """R-A7, R-A4: a statement is no riddle; what matters is asked back, and a yes confirms it."""
    async with running_agent(nats):
        end = await say(member, talk, "I'm allergic to peanuts.")
        assert end.text == "I will remember: “I'm allergic to peanuts”. It matters, so tell me: is that right?"
        end = await say(member, talk, "Yes, that is right.")
    (fact,) = await kept(member)
    assert fact["confirmed"]
    assert end.text == "Thank you, I will count on it: “I'm allergic to peanuts”."
