"""A member who left: rows, log and payloads go, and nothing that comes late brings them back."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import pytest

from pam_persistence.main import serve
from pam_persistence.settings import PersistenceSettings
from pam_shared.bus.connection import Bus
from pam_shared.bus.log_reader import LogReader
from pam_shared.bus.queries import ask
from pam_shared.contracts import headers, queries, subjects, topology
from pam_shared.contracts.conversation import MessageReceived
from pam_shared.contracts.events import AuditEvent, DeadLetter, EventEnvelope, MemberDeleted
from pam_shared.tools.messages import event_message
from pamctl.provisioning import provision_nats
from tests.harness.waiting import eventually

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)
LEFT = subjects.event(MemberDeleted.domain, MemberDeleted.name)
SPENT = subjects.event("budget", "expense_recorded")


@pytest.fixture
def serving(nats, databases, keys):
    """Run persistence."""
    settings = PersistenceSettings(
        nats_url=nats, postgres_url=databases["persistence"], identity_public_key=keys.public, linger=0.05
    )

    @asynccontextmanager
    async def running():
        bus = Bus("persistence", nats)
        await bus.connect()
        async with serve(bus, settings):
            await bus.jetstream.account_info()
            yield
        await bus.close()

    return running


@pytest.fixture
async def record(empty_streams, serving):
    """A running persistence, and streams that hold nothing of other tests."""
    async with serving():
        yield


class Life:
    """What one member leaves behind: on the streams, and, once it is recorded, in the tables."""

    def __init__(self, bus, administrator):
        self.user, self.conversation, self.audit = uuid4(), uuid4(), uuid4()
        self._bus = bus
        self.db = administrator

    async def put(self, stream, subject, body):
        body = body if isinstance(body, bytes) else body.model_dump_json().encode()
        await self._bus.publish(stream, subject, body, {headers.MESSAGE_ID: str(uuid4())})

    async def say(self, text="Hello"):
        said = MessageReceived(id=uuid4(), text=text, received_at=NOW)
        await self.put(topology.CONVERSATIONS, subjects.conversation_input(self.user, self.conversation), said)

    async def show(self):
        await self.put(topology.LIVE, subjects.live(self.user, self.conversation), b"{}")

    async def act(self, **parameters):
        event = AuditEvent(
            id=self.audit, at=NOW, service="test", action="tool.note", user=self.user, outcome="ok",
            parameters=parameters,
        )  # fmt: skip
        await self.put(topology.AUDIT, subjects.audit("test"), event)

    async def fail(self, subject=SPENT, payload=None, stream=topology.EVENTS, consumer="tools-account"):
        """Have something given up; return the letter's id."""
        letter = DeadLetter(
            id=uuid4(),
            stream=stream,
            consumer=consumer,
            subject=subject,
            headers={},
            payload=self.event() if payload is None else payload,
            attempts=3,
            last_error="boom",
            at=NOW,
        )
        await self.put(topology.DEAD_LETTERS, subjects.dead_letter(stream, consumer), letter)
        return letter.id

    def event(self, **data):
        return EventEnvelope(id=uuid4(), user=self.user, occurred_at=NOW, data=data).model_dump_json()

    async def leave(self):
        message = event_message(MemberDeleted(), self.user, NOW)
        await self.put(message["stream"], message["subject"], json.dumps(message["body"]).encode())

    async def live(self):
        """Do a bit of everything, and wait until it is on record."""
        await self.say()
        await self.show()
        await self.act(secret="of mine")
        self.letters = [
            await self.fail(),
            await self.fail(subject=subjects.audit("x"), stream=topology.AUDIT),
            await self.fail(subjects.conversation_input(self.user, self.conversation), "nothing readable"),
            await self.fail(payload=f"unreadable, and {self.user} stands in it"),
        ]
        await eventually(self.is_recorded)

    async def is_recorded(self):
        return await self.rows() == {"messages": 1, "conversations": 1, "letters": 4, "audited": 1}

    async def rows(self):
        """Count what the tables have of this life."""
        asked = {
            "messages": "select count(*) from persistence.pam_messages where user_id = $1",
            "conversations": "select count(*) from persistence.pam_conversations where user_id = $1",
            "audited": "select count(*) from persistence.security_audit_log where user_id = $1",
        }
        found = {name: await self.db.fetchval(sql, self.user) for name, sql in asked.items()}
        return found | {"letters": len(await self.kept(self.letters))}

    async def kept(self, letters):
        sql = "select id from persistence.message_dead_letter_queue where id = any($1)"
        return {row["id"] for row in await self.db.fetch(sql, letters)}

    async def parameters(self):
        sql = "select parameters from persistence.security_audit_log where id = $1"
        return await self.db.fetchval(sql, self.audit)

    async def on_streams(self):
        """Count what the log and LIVE hold."""
        counts = []
        for stream, subject in (
            (topology.CONVERSATIONS, subjects.conversations_of_member(self.user)),
            (topology.LIVE, subjects.live_of_member(self.user)),
        ):
            reader = LogReader(self._bus, stream)
            await reader.start()
            counts.append(len(await reader.read(subject)))
            await reader.stop()
        return counts

    async def is_forgotten(self):
        sql = "select count(*) from persistence.forgotten_members where user_id = $1"
        return await self.db.fetchval(sql, self.user)


@pytest.fixture
def life(bus, administrator):
    """A member of whom there is nothing yet."""
    return Life(bus, administrator)


@pytest.fixture
def other(bus, administrator):
    """Another one."""
    return Life(bus, administrator)


async def test_a_member_who_left_is_forgotten_and_nobody_else(record, life, other):
    """R-D7: messages, conversations, payloads and parameters; what is audited stays, as a bare entry."""
    for each in (life, other):
        await each.live()
    await life.leave()
    await eventually(life.is_forgotten)
    assert await life.rows() == {"messages": 0, "conversations": 0, "letters": 0, "audited": 1}
    assert await life.parameters() == "{}"
    assert await life.on_streams() == [0, 0]
    assert await other.is_recorded()
    assert "of mine" in await other.parameters()
    assert await other.on_streams() == [1, 1]


async def test_a_letter_of_another_member_that_names_the_one_who_left_stays(record, life, other):
    """R-D7, G7: it is another's event that was not applied yet; the id in it is bare."""
    letter = await other.fail(payload=other.event(following_id=str(life.user)))
    await eventually(lambda: other.kept([letter]))
    await life.leave()
    await eventually(life.is_forgotten)
    assert await other.kept([letter]) == {letter}


async def test_that_somebody_could_not_be_forgotten_is_not_forgotten(record, life):
    """R-D7, G7: the letter about the leaving itself holds an id and nothing else, and has to be replayed."""
    before = await life.fail(LEFT)
    await eventually(lambda: life.kept([before]))
    await life.leave()
    await eventually(life.is_forgotten)
    after = await life.fail(LEFT)
    await eventually(lambda: life.kept([after]))
    assert await life.kept([before, after]) == {before, after}


async def test_what_comes_late_is_not_recorded(record, life, other):
    """R-D7: a stream may bring entries of before, or of a turn that was running."""
    await life.leave()
    await eventually(life.is_forgotten)
    await life.say("late")
    await life.act(secret="late")
    life.letters = [await life.fail(), await life.fail(payload=f"{life.user}")]
    await other.live()
    await eventually(life.parameters)
    assert await life.rows() == {"messages": 0, "conversations": 0, "letters": 0, "audited": 1}
    assert await life.parameters() == "{}"


async def test_leaving_twice_is_leaving_once(record, life):
    """G4: however often the event comes."""
    await life.live()
    for _ in range(3):
        await life.leave()
    await eventually(life.is_forgotten)
    await life.leave()
    assert await life.rows() == {"messages": 0, "conversations": 0, "letters": 0, "audited": 1}


async def test_a_batch_in_hand_is_recorded_before_or_not_at_all(record, databases, life):
    """R-D7: forgetting waits for whoever is recording, and who records later leaves the member out."""
    message = {
        "user_id": life.user, "conversation_id": life.conversation, "id": uuid4(), "role": "user", "content": "Hi",
        "metadata": {}, "created_at": NOW.isoformat(), "log_sequence": 1,
    }  # fmt: skip
    batch = json.dumps([message], default=str)
    recorder, forgetter = [await asyncpg.connect(databases["persistence"]) for _ in range(2)]
    recording = recorder.transaction()
    await recording.start()
    assert await recorder.fetchval("select record_messages($1)", batch) == 1
    forgetting = asyncio.create_task(forgetter.execute("select forget_member($1)", life.user))
    await asyncio.sleep(0.3)
    assert not forgetting.done()
    await recording.commit()
    await forgetting
    assert await recorder.fetchval("select record_messages($1)", batch) == 0
    life.letters = []
    assert (await life.rows())["messages"] == 0
    for connection in (recorder, forgetter):
        await connection.close()


async def test_while_the_log_cannot_be_purged_nobody_is_forgotten_by_half(record, life, bus, nats):
    """R-D7: it waits until the streams answer; recording goes on meanwhile."""
    await life.live()
    await bus.jetstream.delete_stream(topology.LIVE)
    await life.leave()
    other = Life(bus, life.db)
    await other.say("meanwhile")
    other.letters = []
    await eventually(lambda: _says(other, 1))
    assert not await life.is_forgotten()
    await provision_nats(bus.nats)
    await eventually(life.is_forgotten)
    assert await life.on_streams() == [0, 0]


async def _says(life, messages):
    return (await life.rows())["messages"] == messages


async def test_a_leaving_that_was_given_up_can_be_replayed(record, life, bus):
    """G7, R-D7: by an operator, as every letter of persistence: in the transaction that closes it."""
    await life.live()
    letter = await life.fail(LEFT, consumer=topology.RECORDER)
    await eventually(lambda: life.kept([letter]))
    question = queries.DiscardDeadLetter(id=letter, resolution="replayed")
    assert (await ask(bus, subjects.operator(queries.DISCARD_DEAD_LETTER), question, queries.Discarded, {})).found
    assert await life.is_forgotten()
    assert await life.rows() == {"messages": 0, "conversations": 0, "letters": 0, "audited": 1}


async def test_a_leaving_that_cannot_be_read_is_a_dead_letter(record, life):
    """G7: nobody is forgotten by guessing."""
    await life.put(topology.EVENTS, LEFT, b'{"user": "nobody"}')

    async def letters():
        sql = "select payload from persistence.message_dead_letter_queue where stream = $1 and consumer = $2"
        found = await life.db.fetch(sql, topology.EVENTS, topology.RECORDER)
        return [row for row in found if row["payload"] == '{"user": "nobody"}']

    assert await eventually(letters)


@pytest.mark.parametrize(
    "statement",
    ["select * from forgotten_members", "delete from forgotten_members", "select is_of(null, null)"],
)
async def test_who_left_is_nobodys_to_read_or_change(record, databases, statement):
    """G6: the service's login knows of it only what recording needs."""
    connection = await asyncpg.connect(databases["persistence"])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)
    await connection.close()
