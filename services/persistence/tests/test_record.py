"""The record on a real NATS and PostgreSQL: what is on the streams is in the tables, once, and read by its owner."""

import asyncio
import base64
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import pytest

from pam_persistence.main import serve
from pam_persistence.settings import PersistenceSettings
from pam_shared.bus.connection import Bus
from pam_shared.bus.queries import ask
from pam_shared.contracts import headers, queries, subjects, topology
from pam_shared.contracts.conversation import MessageReceived, TurnFinished, TurnStarted, TurnStatus, answer_id
from pam_shared.contracts.events import AuditEvent
from pam_shared.contracts.queries import Access
from pam_shared.errors import RemoteError
from pam_shared.identity import ACCESS
from pam_shared.postgres import cursor
from pamctl.provisioning import provision_nats
from tests.harness.waiting import eventually

LINGER = 0.5
NUL = "a\x00b"


@pytest.fixture
def serving(nats, databases, keys):
    """Run persistence."""
    settings = PersistenceSettings(
        nats_url=nats, postgres_url=databases["persistence"], identity_public_key=keys.public, linger=LINGER
    )

    @asynccontextmanager
    async def running():
        bus = Bus("persistence", nats)
        await bus.connect()
        async with serve(bus, settings):
            await bus.jetstream.account_info()  # an answer over this connection: its subscriptions are in place
            yield

    return running


@pytest.fixture
async def record(empty_streams, serving):
    """A running persistence, and streams that hold nothing of other tests."""
    async with serving():
        yield


class Conversation:
    """One conversation: writes its log as gateway and agent do, and reads its history as the gateway does."""

    def __init__(self, bus, person):
        self.bus = bus
        self.person = person
        self.id = uuid4()

    async def put(self, body, subject=None):
        subject = subject or subjects.conversation_input(self.person.user, self.id)
        return (await self.bus.publish(topology.CONVERSATIONS, subject, body, {}))[0]

    async def say(self, text="Hello", message=None):
        said = MessageReceived(id=message or uuid4(), text=text, received_at=datetime.now(UTC))
        return await self.put(said.model_dump_json().encode())

    async def finish(self, turn, text="Hi.", **more):
        done = TurnFinished(turn=turn, status=TurnStatus.SUCCESS, text=text, epoch=1, sequence=1, base=1, **more)
        subject = subjects.conversation_output(self.person.user, self.id)
        return await self.put(done.model_dump_json().encode(), subject)

    async def page(self, reader=None, **about):
        question = queries.MessagesQuery(conversation=self.id, **about)
        values = {headers.IDENTITY: (reader or self.person).token()}
        return await ask(self.bus, subjects.query(queries.MESSAGES), question, queries.MessagesPage, values)

    async def texts(self, **about):
        return [message.content for message in (await self.page(**about)).messages]

    async def access(self, reader):
        question = queries.AccessQuery(conversation=self.id)
        values = {headers.IDENTITY: reader.token()}
        return (
            await ask(self.bus, subjects.query(queries.CONVERSATION_ACCESS), question, queries.AccessReply, values)
        ).access

    async def dead_letters(self):
        return [letter for letter in await dead_letters(self.bus) if str(self.id) in letter.subject]


async def dead_letters(bus, **about):
    question = queries.DeadLettersQuery(limit=100, **about)
    page = await ask(bus, subjects.operator(queries.DEAD_LETTERS), question, queries.DeadLettersPage, {})
    return page.dead_letters


async def discard(bus, letter):
    question = queries.DiscardDeadLetter(id=letter, resolution="discarded")
    return (await ask(bus, subjects.operator(queries.DISCARD_DEAD_LETTER), question, queries.Discarded, {})).found


@pytest.fixture
def conversation(bus, person):
    return Conversation(bus, person)


async def test_question_and_answer_are_on_record_in_the_order_they_were_said(record, conversation):
    """R-M10: conversations and messages survive; nothing of what lies between them is a message."""
    turn = uuid4()
    await conversation.say("How are you?", turn)
    started = TurnStarted(turn=turn, attempt=1, nonce="n", delivered=1, base=1)
    subject = subjects.conversation_output(conversation.person.user, conversation.id)
    await conversation.put(started.model_dump_json().encode(), subject)
    newest = await conversation.finish(turn, "Well.")
    page = await conversation.page(recorded=newest)
    told = [(message.id, message.role, message.content) for message in page.messages]
    assert told == [(turn, "user", "How are you?"), (answer_id(turn), "assistant", "Well.")]
    assert (page.has_more, page.next_cursor) == (False, None)


async def test_what_is_delivered_again_is_stored_once(empty_streams, serving, conversation, bus, administrator):
    """G1: at least once on the wire, once in the table: here every entry is delivered anew to a new consumer."""
    audited = AuditEvent(id=uuid4(), at=datetime.now(UTC), service="test", action="test", outcome="ok")
    await bus.publish(topology.AUDIT, subjects.audit("test"), audited.model_dump_json().encode(), {})
    turn = uuid4()
    async with serving():
        await conversation.put(b"nothing that can be read")
        await conversation.say("once", turn)
        newest = await conversation.finish(turn, "also once")
        assert await conversation.texts(recorded=newest) == ["once", "also once"]
        await eventually(conversation.dead_letters)
    for stream in (topology.CONVERSATIONS, topology.AUDIT, topology.DEAD_LETTERS):
        await bus.jetstream.delete_consumer(stream, topology.RECORDER)
    await provision_nats(bus.nats)
    async with serving():
        newest = await conversation.say("afterwards")
        assert await conversation.texts(recorded=newest) == ["once", "also once", "afterwards"]

        async def nothing_waits():
            info = await bus.jetstream.consumer_info(topology.AUDIT, topology.RECORDER)
            return info.num_pending == info.num_ack_pending == 0

        await eventually(nothing_waits)
        assert len(await conversation.dead_letters()) == 1
    count = "select count(*) from persistence.security_audit_log where id = $1"
    assert await administrator.fetchval(count, audited.id) == 1


async def test_the_same_message_sent_twice_stays_as_it_was_first(record, conversation):
    """G2: an id is one message, however often it is on the log."""
    message = uuid4()
    await conversation.say("first", message)
    await conversation.say("second", message)
    newest = await conversation.say("third")
    assert await conversation.texts(recorded=newest) == ["first", "third"]


async def test_two_members_may_choose_the_same_ids(record, bus, new_person):
    """G6: ids belong to their member: nobody's message is lost to another's."""
    ann, ben = (Conversation(bus, new_person()) for _ in range(2))
    ben.id, message = ann.id, uuid4()
    await ann.say("Ann's", message)
    newest = await ben.say("Ben's", message)
    assert await ben.texts(recorded=newest) == ["Ben's"]
    assert await ann.texts() == ["Ann's"]


async def test_an_entry_that_cannot_be_stored_keeps_its_neighbours(record, conversation):
    """G7: what the table refuses is tried three times and becomes a dead letter; the others are stored at once."""
    await conversation.say("before")
    await conversation.finish(uuid4(), "poison", model=NUL)
    newest = await conversation.say("after")
    texts = await conversation.texts(recorded=newest)
    assert [text for text in texts if text != "poison"] == ["before", "after"]

    async def settled():
        stored = "poison" in await conversation.texts()
        return stored or [letter for letter in await conversation.dead_letters() if letter.attempts == 3]

    await eventually(settled, within=20)


@pytest.mark.parametrize(
    "body", [b"nothing that can be read", b"[]", b"\xff\xfe", b"a\x00b"], ids=["text", "a list", "not UTF-8", "NUL"]
)
async def test_an_entry_that_cannot_be_read_is_a_dead_letter_and_keeps_its_neighbours(record, conversation, bus, body):
    """G7, R-M6: listed with its payload and its reason, gone from the list once it is discarded."""
    await conversation.say("before")
    await conversation.put(body)
    newest = await conversation.say("after")
    assert await conversation.texts(recorded=newest) == ["before", "after"]
    letters = await eventually(lambda: _letters_about(bus, conversation), within=20)
    letter = letters[0]
    assert len(letters) == 1
    assert (letter.stream, letter.user_id) == (topology.CONVERSATIONS, conversation.person.user)
    assert letter.last_error
    assert await dead_letters(bus, id=letter.id) == [letter]
    assert await discard(bus, letter.id)
    assert await dead_letters(bus, id=letter.id) == []
    assert not await discard(bus, letter.id)


async def _letters_about(bus, conversation):
    """Return the letters whose subject or payload names the conversation."""
    return [one for one in await dead_letters(bus) if str(conversation.id) in f"{one.subject} {one.payload}"]


async def test_a_dead_letter_keeps_what_a_replay_needs(record, conversation, bus):
    """R-M6: the original, whole: subject, headers, payload, owner; what is not text is kept as base64."""
    subject = subjects.conversation_input(conversation.person.user, conversation.id)
    await bus.publish(topology.CONVERSATIONS, subject, b"\xff\xfe", {"Nats-Msg-Id": f"id of {conversation.id}"})
    (letter,) = await eventually(conversation.dead_letters)
    assert (letter.stream, letter.consumer, letter.subject) == (topology.CONVERSATIONS, topology.RECORDER, subject)
    assert letter.payload == "base64:" + base64.b64encode(b"\xff\xfe").decode()
    assert letter.headers["Nats-Msg-Id"] == f"id of {conversation.id}"
    assert (letter.user_id, letter.attempts) == (conversation.person.user, 1)


async def test_history_pages_lose_nothing_and_repeat_nothing_while_messages_come(record, conversation):
    """R-M9: keyset pages: what is said while somebody leafs back shifts nothing."""
    for number in range(10):
        newest = await conversation.say(str(number))
    page = await conversation.page(limit=3, recorded=newest)
    seen = [[message.content for message in page.messages]]
    while page.has_more:
        newest = await conversation.say("later")
        await conversation.page(recorded=newest)
        page = await conversation.page(limit=3, cursor=page.next_cursor)
        seen.insert(0, [message.content for message in page.messages])
    assert seen == [["0"], ["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"]]
    assert page.next_cursor is None


@pytest.mark.parametrize(("stored", "more"), [(0, False), (2, False), (3, False), (4, True)])
async def test_a_page_says_whether_there_is_more(record, conversation, stored, more):
    """R-M9: also where exactly a page is left there is no more."""
    newest = None
    for number in range(stored):
        newest = await conversation.say(str(number))
    page = await conversation.page(limit=3, recorded=newest)
    assert (page.has_more, page.next_cursor is not None) == (more, more)
    assert [message.content for message in page.messages] == [str(n) for n in range(stored)][-3:]


async def test_messages_stored_at_the_same_moment_are_paged_one_by_one(record, conversation, administrator):
    """R-M9: time alone is no key: the place on the log breaks the tie."""
    newest = None
    for number in range(7):
        newest = await conversation.say(str(number))
    await conversation.page(recorded=newest)
    same = "update persistence.pam_messages set created_at = '2026-01-01' where conversation_id = $1"
    await administrator.execute(same, conversation.id)
    page = await conversation.page(limit=2)
    seen = [message.content for message in page.messages]
    while page.has_more:
        page = await conversation.page(limit=2, cursor=page.next_cursor)
        seen = [message.content for message in page.messages] + seen
    assert seen == [str(number) for number in range(7)]


async def test_conversations_are_listed_the_most_recently_used_first(record, bus, person):
    """R-M10: with the first words as title, in pages."""
    spoken = [Conversation(bus, person) for _ in range(5)]
    for number, one in enumerate(spoken):
        await one.say(f"About {number}. " + "x" * 100)
    newest = await spoken[0].say("again")
    await spoken[0].page(recorded=newest)
    titles, page = [], None
    while page is None or page.has_more:
        question = queries.ConversationsQuery(limit=2, cursor=page.next_cursor if page else None)
        values = {headers.IDENTITY: person.token()}
        page = await ask(bus, subjects.query(queries.CONVERSATIONS), question, queries.ConversationsPage, values)
        titles += [one.title for one in page.conversations]
    assert [title[:8] for title in titles] == ["About 0.", "About 4.", "About 3.", "About 2.", "About 1."]
    assert {len(title) for title in titles} == {80}


async def test_an_answer_waits_for_the_message_that_must_be_in_it(record, conversation):
    """R-M10: what was acknowledged a moment ago is not missing from the history."""
    for number in range(3):
        newest = await conversation.say(str(number))
        assert (await conversation.texts(recorded=newest))[-1] == str(number)


async def test_a_message_that_never_comes_keeps_nobody_waiting_for_ever(record, conversation):
    """R-M10: after two seconds the answer is what there is."""
    newest = await conversation.say("there")
    await conversation.page(recorded=newest)
    started = time.monotonic()
    assert await conversation.texts(recorded=newest + 1_000_000) == ["there"]
    assert 1.5 < time.monotonic() - started < 4


async def test_another_member_sees_nothing_of_a_conversation(record, conversation, new_person):
    """G6: somebody else's conversation is as empty as one that never was, and may not be taken."""
    stranger = new_person()
    assert await conversation.access(conversation.person) is Access.FREE
    newest = await conversation.say("private")
    await conversation.page(recorded=newest)
    page = await conversation.page(stranger)
    assert (page.messages, page.has_more, page.next_cursor) == ([], False, None)
    assert await conversation.access(conversation.person) is Access.OWN
    assert await conversation.access(stranger) is Access.FOREIGN
    question = queries.ConversationsQuery()
    values = {headers.IDENTITY: stranger.token()}
    listed = await ask(
        conversation.bus, subjects.query(queries.CONVERSATIONS), question, queries.ConversationsPage, values
    )
    assert listed.conversations == []


async def test_history_is_told_to_whom_a_token_names_and_to_nobody_else(record, conversation):
    """G6: no token, a spent one or a client's own opens nothing."""
    person = conversation.person
    for token, code in (
        ("", "token_missing"),
        (person.token(lives=-1), "token_expired"),
        (person.token(audience=ACCESS), "token_invalid"),
        ("x.y.z", "token_invalid"),
    ):
        question = queries.MessagesQuery(conversation=conversation.id)
        with pytest.raises(RemoteError) as refusal:
            await ask(
                conversation.bus,
                subjects.query(queries.MESSAGES),
                question,
                queries.MessagesPage,
                {headers.IDENTITY: token},
            )
        assert refusal.value.problem.code == code


LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "garbage",
    [
        "garbage",
        cursor.encode(datetime.now(UTC), "not a number"),
        cursor.encode(datetime.now(UTC), 10**30),
        cursor.encode(datetime.now(UTC), -(2**63) - 1),
        base64.urlsafe_b64encode(b"0001-01-01T00:00:00+14:00|1").decode(),
        base64.urlsafe_b64encode(b"9999-12-31T23:59:59-14:00|1").decode(),
    ],
    ids=["garbage", "a bad tie", "too big", "too small", "before all time", "after all time"],
)
async def test_a_cursor_that_is_none_of_ours_is_the_callers_fault(record, conversation, garbage):
    """R-M9: whatever a client makes of a cursor, it is told so; it is no accident of ours."""
    with pytest.raises(RemoteError) as refusal:
        await conversation.page(cursor=garbage)
    assert refusal.value.problem.code == "bad_cursor"


@pytest.mark.parametrize(
    "statement",
    [
        "update security_audit_log set action = 'nothing'",
        "delete from security_audit_log",
        "truncate security_audit_log",
        "drop table security_audit_log",
        "alter table security_audit_log disable row level security",
        "select * from security_audit_log",
        "insert into pam_messages select * from pam_messages",
        "delete from pam_messages",
        "update pam_conversations set title = ''",
        "delete from message_dead_letter_queue",
    ],
)
async def test_the_services_login_can_change_nothing_that_happened(record, databases, statement):
    """R-S6: append-only by rights: whoever takes over the service cannot cover their tracks."""
    connection = await asyncpg.connect(databases["persistence"])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)
    await connection.close()


async def test_an_audit_event_the_table_refuses_keeps_its_neighbours(record, bus, administrator):
    """R-S6, G7: one bad event does not stop the trail."""
    events = [
        AuditEvent(id=uuid4(), at=datetime.now(UTC), service="test", action="t", outcome="ok", parameters=parameters)
        for parameters in ({"n": 1}, {"text": NUL}, {"n": 2})
    ]
    for event in events:
        await bus.publish(topology.AUDIT, subjects.audit("test"), event.model_dump_json().encode(), {})

    async def neighbours():
        rows = await administrator.fetch(
            "select id from persistence.security_audit_log where id = any($1)", [event.id for event in events]
        )
        return {events[0].id, events[2].id} <= {row["id"] for row in rows}

    await eventually(neighbours, within=5)

    async def accounted_for():
        bad = events[1].id
        stored = await administrator.fetchval("select count(*) from persistence.security_audit_log where id = $1", bad)
        return stored or [letter for letter in await dead_letters(bus) if str(bad) in letter.payload]

    await eventually(accounted_for, within=20)


async def test_messages_said_while_persistence_is_away_are_recorded_when_it_is_back(
    empty_streams, serving, conversation
):
    """G1: the log keeps what the record has not seen yet."""
    async with serving():
        await conversation.page(recorded=await conversation.say("before"))
    for number in range(300):
        newest = await conversation.say(str(number))
    async with serving():
        page = await conversation.page(recorded=newest, limit=100)
        assert [message.content for message in page.messages] == [str(number) for number in range(200, 300)]


async def test_two_recorders_share_the_work_and_store_each_message_once(empty_streams, serving, conversation):
    """G1: more of a service is more of the same service."""
    async with serving(), serving():
        sequences = await asyncio.gather(*(conversation.say(str(number)) for number in range(60)))

        async def whole():
            return len(await conversation.texts(limit=100, recorded=max(sequences))) >= 60

        await eventually(whole)
        assert sorted(await conversation.texts(limit=100), key=int) == [str(number) for number in range(60)]
