"""The record while its database is away, while it is killed at the worst moment, and when a message kills it."""

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import nats
import pytest

from pam_persistence.main import serve
from pam_persistence.settings import PersistenceSettings
from pam_shared.bus.connection import Bus
from pam_shared.bus.queries import ask
from pam_shared.contracts import headers, queries, subjects, topology
from pam_shared.contracts.conversation import MessageReceived
from pam_shared.embedded.nats import start_nats
from pam_shared.embedded.postgres import start_postgres
from pam_shared.embedded.processes import end, spawn
from pam_shared.service import installed_services
from pamctl.provisioning import provision_nats, provision_postgres
from services.persistence.tests import dying
from tests.harness.waiting import eventually

ACK_WAIT = timedelta(seconds=2)


@pytest.fixture
async def quick(tmp_path, monkeypatch):
    """The URL of a NATS of one's own that delivers again soon: a crash costs less of a test's time."""

    def hasty(stream):
        consumers = tuple(replace(consumer, ack_wait=ACK_WAIT) for consumer in stream.consumers)
        return replace(stream, consumers=consumers)

    monkeypatch.setattr(topology, "STREAMS", tuple(hasty(stream) for stream in topology.STREAMS))
    server = await start_nats(tmp_path / "nats")
    connection = await nats.connect(server.url)
    await provision_nats(connection)
    await connection.close()
    yield server.url
    await server.stop()


@pytest.fixture
async def own_postgres(tmp_path):
    """A PostgreSQL that a test may kill, and persistence's login to it."""
    server = await start_postgres(tmp_path / "postgres")
    services = [spec for spec in installed_services() if spec.name == "persistence"]
    urls = await provision_postgres(server.url, services, {"persistence": "x"})
    return server, urls["persistence"]


@pytest.fixture
async def log(quick):
    """The gateway's side of the conversation log."""
    bus = Bus("gateway", quick)
    await bus.connect()
    yield Log(bus)
    await bus.close()


class Log:
    """One conversation's log."""

    def __init__(self, bus):
        self.bus = bus
        self.user, self.id = uuid4(), uuid4()

    async def say(self, text):
        message = MessageReceived(id=uuid4(), text=text, received_at=datetime.now(UTC))
        return await self.put(message.model_dump_json().encode())

    async def put(self, body):
        subject = subjects.conversation_input(self.user, self.id)
        values = {headers.MESSAGE_ID: str(uuid4())}
        return (await self.bus.publish(topology.CONVERSATIONS, subject, body, values))[0]

    async def recorded(self, url):
        db = await asyncpg.connect(url)
        try:
            return await db.fetch(
                "select content, log_sequence, created_at from persistence.pam_messages where conversation_id = $1"
                " order by log_sequence",
                self.id,
            )
        finally:
            await db.close()

    async def letters(self):
        question = queries.DeadLettersQuery(limit=100)
        page = await ask(self.bus, subjects.operator(queries.DEAD_LETTERS), question, queries.DeadLettersPage, {})
        return [letter for letter in page.dead_letters if str(self.id) in letter.subject]

    async def replay(self, letter):
        command = queries.DiscardDeadLetter(id=letter.id, resolution="replayed")
        subject = subjects.operator(queries.DISCARD_DEAD_LETTER)
        return (await ask(self.bus, subject, command, queries.Discarded, {})).found

    async def left(self):
        info = await self.bus.jetstream.consumer_info(topology.CONVERSATIONS, topology.RECORDER)
        return info.num_pending + info.num_ack_pending


@asynccontextmanager
async def serving(nats_url, postgres_url, keys):
    settings = PersistenceSettings(
        nats_url=nats_url, postgres_url=postgres_url, identity_public_key=keys.public, linger=0.2
    )
    bus = Bus("persistence", nats_url)
    await bus.connect()
    try:
        async with serve(bus, settings):
            yield bus
    finally:
        await bus.close()


class Dying:
    """Persistence in a process of its own that dies of a fault, and a keeper that starts it again each time."""

    def __init__(self, fault, nats_url, postgres_url, keys, log):
        self._command = [sys.executable, dying.__file__, fault]
        given = {"NATS_URL": nats_url, "POSTGRES_URL": postgres_url, "IDENTITY_PUBLIC_KEY": keys.public}
        self._environment = os.environ | {f"PAM_{name}": value for name, value in given.items()}
        self._log = log
        self.deaths = 0

    async def run(self):
        while True:
            process = await spawn(self._command, log=self._log, env=self._environment)
            try:
                assert await process.wait() == dying.CODE
                self.deaths += 1
            finally:
                await end(process, signal.SIGKILL, 1)


@asynccontextmanager
async def running(dying_process):
    task = asyncio.create_task(dying_process.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_what_comes_while_postgres_is_away_waits_in_hand_and_is_all_recorded(quick, own_postgres, keys, log):
    """G1: PostgreSQL gone for several ack_waits: what was said meanwhile is recorded in order, all of it and once."""
    server, url = own_postgres
    async with serving(quick, url, keys):
        await log.say("before")
        await eventually(lambda: log.recorded(server.url))
        os.kill(server.pid, signal.SIGKILL)
        await server.process.wait()
        for number in range(50):
            await log.say(str(number))
            await asyncio.sleep(4 * ACK_WAIT.total_seconds() / 50)
        server = await start_postgres(server.log.parent, port=server.port)

        async def all_recorded():
            return await log.left() == 0

        await eventually(all_recorded, within=20)
        assert [row["content"] for row in await log.recorded(server.url)] == ["before", *map(str, range(50))]
    await server.stop()


async def test_killed_between_commit_and_acknowledgement_it_records_once(
    quick, databases, postgres_url, keys, log, tmp_path
):
    """G4: what is in the table and not acknowledged comes again, and is in the table once."""
    doomed = Dying("after_commit", quick, databases["persistence"], keys, tmp_path / "log")
    for number in range(20):
        await log.say(str(number))
    async with running(doomed):
        await eventually(lambda: doomed.deaths, within=20)
    committed = await log.recorded(postgres_url)
    assert committed
    assert await log.left() == 20
    async with serving(quick, databases["persistence"], keys):

        async def all_recorded():
            return await log.left() == 0

        await eventually(all_recorded)
    assert [row["content"] for row in await log.recorded(postgres_url)] == [str(number) for number in range(20)]


async def test_a_message_that_kills_its_recorder_is_a_dead_letter_and_blames_no_neighbour(
    quick, databases, postgres_url, keys, log, tmp_path
):
    """G7: the process dies of it a few times, then it is given up; replayed by a mended one, it is recorded, once."""
    doomed = Dying("on_sight", quick, databases["persistence"], keys, tmp_path / "log")
    for number in range(5):
        await log.say(f"before {number}")
    place = await log.say(dying.DEADLY.decode())
    for number in range(5):
        await log.say(f"after {number}")
    async with running(doomed):
        (letter,) = await eventually(lambda: letters_if_any(log), within=60)
        print(f"given up after {doomed.deaths} deaths")
        assert "died of it" in letter.last_error

        async def all_done():
            return await log.left() == 0

        await eventually(all_done)
    neighbours = [f"{when} {number}" for when in ("before", "after") for number in range(5)]
    assert [row["content"] for row in await log.recorded(postgres_url)] == neighbours
    async with serving(quick, databases["persistence"], keys):
        assert [found.id for found in await eventually(lambda: letters_if_any(log))] == [letter.id]
        assert [await log.replay(letter), await log.replay(letter)] == [True, False]
        assert await log.letters() == []
    rows = await log.recorded(postgres_url)
    assert [row["content"] for row in rows] == [*neighbours[:5], dying.DEADLY.decode(), *neighbours[5:]]
    assert rows[5]["log_sequence"] == place
    assert sorted(row["created_at"] for row in rows) == [row["created_at"] for row in rows]


async def test_a_letter_that_cannot_be_written_yet_keeps_nobody_waiting(quick, databases, postgres_url, keys, log):
    """G7: while dead letters are refused, neighbours are recorded, and the unreadable one becomes a letter later."""
    manager = log.bus.jetstream
    closed = (await manager.stream_info(topology.DEAD_LETTERS)).config
    await manager.update_stream(closed, max_msg_size=1)
    async with serving(quick, databases["persistence"], keys):
        await log.put(b"nothing that can be read")
        await log.say("neighbour")
        rows = await eventually(lambda: log.recorded(postgres_url), within=3)
        assert [row["content"] for row in rows] == ["neighbour"]
        await manager.update_stream(closed, max_msg_size=-1)
        assert await eventually(log.letters)


async def letters_if_any(log):
    """Return the letters; none while persistence is dead."""
    try:
        return await log.letters()
    except Exception:
        return []
