"""An agent and persistence together: what the log does not hold any more is known all the same."""

from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from pam_persistence.main import serve as serve_record
from pam_persistence.settings import PersistenceSettings
from pam_shared.bus.connection import Bus
from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import headers, topology
from pam_shared.testing.messages_api import Reply, Say, Scene, Use, first_text, messages_api
from services.agent.tests.conversing import Member, running_agent
from tests.harness.waiting import eventually

pytestmark = pytest.mark.usefixtures("empty_streams")

SCENES = [
    Scene(pattern="name is (.*)", replies=[Reply(blocks=[Say(text="Nice to meet you.")])]),
    Scene(pattern=".*", replies=[Reply(blocks=[Say(text="I remember.")])]),
]


@pytest.fixture
async def member(bus, new_person):
    reader = LogReader(bus, topology.CONVERSATIONS)
    await reader.start()
    yield Member(bus, reader, new_person())
    await reader.stop()


@pytest.fixture
def recording(nats, databases, keys):
    """Run persistence."""

    @asynccontextmanager
    async def run():
        bus = Bus("persistence", nats)
        await bus.connect()
        settings = PersistenceSettings(
            nats_url=nats, postgres_url=databases["persistence"], identity_public_key=keys.public
        )
        try:
            async with serve_record(bus, settings):
                yield
        finally:
            await bus.close()

    return run


async def recorded(administrator, talk, count):
    found = await administrator.fetchval(
        "select count(*) from persistence.pam_messages where conversation_id = $1", talk
    )
    return found >= count


async def test_after_the_log_was_lost_the_model_is_told_what_is_on_record(nats, member, recording, administrator):
    """R-M10: conversations are rebuilt on demand: a wiped store, or more than a week."""
    talk = uuid4()
    async with messages_api(SCENES) as api, recording():
        async with running_agent(nats, api):
            await member.say(talk, "My name is Ada")
            await member.answered(talk)
        await eventually(lambda: recorded(administrator, talk, 2))
        await member.bus.jetstream.purge_stream(topology.CONVERSATIONS)
        async with running_agent(nats, api):
            await member.say(talk, "Who am I?")
            await member.answered(talk)
            await member.say(talk, "And again?")
            await member.answered(talk, 2)
    told = [first_text(message) for message in api.requests[1]["messages"]]
    assert told[:2] == ["My name is Ada", "Nice to meet you."]
    assert [first_text(message) for message in api.requests[2]["messages"]][:2] == told[:2]


async def test_where_an_answer_came_from_is_known_after_the_log_was_lost(nats, member, recording, administrator, diary):
    """R-A9: the record keeps the tools and the sources; the rest is honestly said to be gone."""
    talk = uuid4()
    noted = Scene(pattern="note", replies=[Reply(blocks=[Use(tool="read_notes")]), Reply(blocks=[Say(text="None.")])])
    async with messages_api([noted]) as api, recording():
        async with running_agent(nats, api):
            await member.say(talk, "What did I note?")
            await member.answered(talk)
        await eventually(lambda: recorded(administrator, talk, 2))
        await member.bus.jetstream.purge_stream(topology.CONVERSATIONS)
        async with running_agent(nats):
            await member.say(talk, "How do you know that?")
            (end,) = await member.answered(talk)
    assert "You said: “What did I note?” What happened in between is in the log for a week" in end.text
    assert "I used “Read notes”. My answer came from your diary records (on record, just now, 100% sure)." in end.text


async def test_a_first_message_asks_the_record_nothing(nats, member, bus):
    """The way of every new conversation costs no question."""
    asked = []

    async def on(message):
        asked.append(message.subject)

    await bus.nats.subscribe("pam.query.messages.>", cb=on)
    async with messages_api(SCENES) as api, running_agent(nats, api):
        talk = uuid4()
        await member.say(talk, "hello", extra={headers.NEW_CONVERSATION: "1"})
        await member.answered(talk)
        assert asked == []
        await member.say(uuid4(), "hello")
        await eventually(lambda: asked == ["pam.query.messages.v1"])


async def test_without_the_record_a_member_is_answered_from_what_is_at_hand(nats, member):
    """When PostgreSQL or persistence is away the answer comes all the same."""
    async with messages_api(SCENES) as api, running_agent(nats, api):
        talk = uuid4()
        await member.say(talk, "hello")
        (end,) = await member.answered(talk)
    assert end.text == "I remember."
