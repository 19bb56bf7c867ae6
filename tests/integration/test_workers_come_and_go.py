"""Workers that come, go and are replaced while an agent runs: each turn uses what is there."""

import json
import time
from contextlib import asynccontextmanager
from types import ModuleType
from uuid import uuid4

import pytest

from pam_shared.bus.connection import Bus
from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import headers, subjects, topology
from pam_shared.contracts.conversation import ToolReturned
from pam_shared.contracts.tools import ToolReply
from pam_shared.testing.messages_api import Reply, Say, Scene, Use, messages_api
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_shared.tools.worker import WorkerSettings, serve_tools
from services.agent.tests.conversing import Member, running_agent
from shared.tests.diary import SERVICE
from shared.tests.diary.tools.write_note import write_note
from tests.harness.waiting import eventually

pytestmark = pytest.mark.usefixtures("empty_streams")

NOTE = Scene(
    pattern="note",
    replies=[Reply(blocks=[Use(tool="write_note", input={"text": "hi"})]), Reply(blocks=[Say(text="Well.")])],
)


class Note(Arguments):
    """A note that must have a title."""

    text: str
    title: str = "Untitled"


class Titled(Result):
    """What was written under which title."""

    title: str


@tool(effect="write", version=2)
async def write_note_v2(_ctx, args: Note) -> Titled:
    """Write one note under a title."""
    return Titled(message="Written.", title=args.title)


@pytest.fixture
async def member(bus, new_person):
    reader = LogReader(bus, topology.CONVERSATIONS)
    await reader.start()
    yield Member(bus, reader, new_person())
    await reader.stop()


@pytest.fixture
def serving_newer(nats, diary_url, keys):
    """Run a diary whose note is of version 2."""
    newer = ModuleType("shared.tests.tools")
    newer.__path__ = []
    settings = WorkerSettings(nats_url=nats, postgres_url=diary_url, identity_public_key=keys.public)

    @asynccontextmanager
    async def serve(monkeypatch):
        monkeypatch.setattr("pam_shared.tools.worker.find_tools", lambda _: [write_note_v2])
        bus = Bus(SERVICE.name, nats)
        await bus.connect()
        try:
            async with serve_tools(bus, settings, newer, "Notes.") as advertisement:
                await bus.request(f"$SRV.PING.{bus.service}.{advertisement.id}", b"")
                yield advertisement
        finally:
            await bus.close()

    return serve


async def ask(member, within=15.0) -> ToolReply:
    """Have PAM write a note in a conversation of its own; return what the tool replied."""
    talk = uuid4()
    await member.say(talk, "write a note")
    await member.answered(talk, within=within)
    [returned] = [event for event in await member.log(talk) if isinstance(event, ToolReturned)]
    return returned.reply


async def test_a_worker_that_starts_is_used_in_the_next_turn_and_one_that_stops_is_not(nats, member, serving):
    """R-T7: without the agent being told, restarted or configured."""
    async with messages_api([NOTE]) as api, running_agent(nats, api):
        assert (await ask(member)).error.code == "no_such_tool"
        started = time.perf_counter()
        async with serving():
            assert (await ask(member)).message == "Note 1 is written."
            print(f"from start to used: {time.perf_counter() - started:.2f} s")
        assert (await ask(member)).error.code == "no_such_tool"


async def test_two_versions_side_by_side_both_answer(nats, member, serving, serving_newer, monkeypatch, bus, person):
    """R-T7: who knows the old one is served by the old worker; the agent uses the newer one."""
    async with messages_api([NOTE]) as api, running_agent(nats, api), serving():
        async with serving_newer(monkeypatch):
            await eventually(lambda: _titled(member))
            values = {headers.IDENTITY: person.token(), headers.IDEMPOTENCY_KEY: str(uuid4())}
            body = json.dumps({"arguments": {"text": "an old caller's"}}).encode()
            old = await bus.request(subjects.tool("diary", "write_note", 1), body, values)
            assert ToolReply.model_validate_json(old).message == "Note 1 is written."
        assert (await ask(member)).data["text"] == "hi"


def test_two_versions_of_a_tool_are_two_tools_of_one_name():
    """R-T7: kept side by side in one worker while callers change over."""
    assert (write_note_v2.name, write_note_v2.version) == (write_note.name, 2)
    assert write_note_v2.manifest("diary").subject == subjects.tool("diary", "write_note", 2)


async def _titled(member):
    return (await ask(member)).data.get("title") == "Untitled"
