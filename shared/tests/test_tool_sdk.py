"""A worker of the tool SDK, on real NATS and PostgreSQL: messages in, messages out."""

import asyncio
import json
import time
from uuid import uuid4

import asyncpg
import pytest

from pam_shared.bus.discovery import Directory
from pam_shared.bus.log_reader import LogReader
from pam_shared.bus.revocations import Revocations
from pam_shared.contracts import headers, subjects, topology
from pam_shared.contracts.events import AuditEvent, EventEnvelope
from pam_shared.contracts.identity import Role
from pam_shared.contracts.problems import Advice
from pam_shared.contracts.tools import Effect, Outcome, ToolReply
from pam_shared.errors import UnavailableError
from pam_shared.identity import ACCESS, CALL, Signer
from pam_shared.postgres.pool import MemberRecords, member_transaction, open_pool
from pam_shared.tools.outbox import OutboxRelay
from shared.tests.diary import SERVICE
from shared.tests.diary.tools.write_note import BROKEN
from tests.harness.waiting import eventually

ADMIN = frozenset({Role.ADMIN})


class Client:
    """Calls tools on a person's behalf and gives back the whole reply."""

    def __init__(self, bus):
        self.bus = bus

    async def raw(self, person, tool, arguments, *, token=None, key=None, dry_run=False, void=False, extra=None):
        values = {headers.IDENTITY: person.token() if token is None else token, **(extra or {})}
        if key is not None:
            values[headers.IDEMPOTENCY_KEY] = key
        body = json.dumps({"arguments": arguments, "dry_run": dry_run, "void": void}).encode()
        return await self.bus.request(subjects.tool("diary", tool), body, values, timeout=10)

    async def call(self, person, tool, arguments, **more) -> ToolReply:
        return ToolReply.model_validate_json(await self.raw(person, tool, arguments, **more))

    async def write(self, person, text="a note", *, key=None, **arguments) -> ToolReply:
        return await self.call(person, "write_note", {"text": text, **arguments}, key=key or str(uuid4()))

    async def texts(self, person) -> list[str]:
        return (await self.call(person, "read_notes", {})).data["texts"]


@pytest.fixture
def client(bus):
    return Client(bus)


@pytest.fixture
async def stored(bus):
    """Read what a stream holds for a subject."""
    readers = {}

    async def read(stream, subject):
        if stream not in readers:
            readers[stream] = LogReader(bus, stream)
            await readers[stream].start()
        return await readers[stream].read(subject)

    yield read
    for reader in readers.values():
        await reader.stop()


@pytest.fixture
def audited(stored):
    """The audit events of a person's calls."""

    async def read(person):
        entries = await stored(topology.AUDIT, subjects.audit(SERVICE.name))
        events = [AuditEvent.model_validate_json(entry.body) for entry in entries]
        return [event for event in events if event.user == person.user]

    return read


@pytest.fixture
def announced(stored):
    """The notes a person's domain events tell of."""

    async def read(person):
        entries = await stored(topology.EVENTS, subjects.event("diary", "note_written"))
        events = [EventEnvelope.model_validate_json(entry.body) for entry in entries]
        return [event.data["text"] for event in events if event.user == person.user]

    return read


async def test_a_tool_is_found_by_discovery_with_all_a_caller_needs(diary, bus):
    """R-T7: a worker that starts is found, with the manifest of each of its tools."""
    directory = Directory(bus)
    await directory.start()
    tool = directory.resolve("write_note")
    await directory.stop()
    assert tool.subject == "pam.tool.diary.write_note.v1"
    assert tool.description == "Write one note into the member's diary."
    assert (tool.effect, tool.timeout, len(tool.schema_hash)) == (Effect.WRITE, 8, 12)
    assert tool.input_schema["properties"]["stars"] == {"default": 3, "maximum": 5, "minimum": 1, "type": "integer"}
    assert tool.input_schema["required"] == ["text"]
    assert set(tool.output_schema["required"]) == {"message", "text", "notes"}


async def test_an_old_name_resolves_to_the_tool(diary, bus):
    """R-T1: old names resolve as aliases."""
    directory = Directory(bus)
    await directory.start()
    assert directory.resolve("jot").name == "write_note"
    await directory.stop()


async def test_the_services_protocol_of_nats_shows_the_worker(diary, bus):
    """R-O6: `nats micro info` works: INFO of this name and this id answers in the protocol's own shape."""
    for subject in ("$SRV.INFO.tools-diary", f"$SRV.INFO.tools-diary.{diary.id}"):
        info = json.loads(await bus.request(subject, b""))
        assert (info["type"], info["name"], info["id"]) == (
            "io.nats.micro.v1.info_response",
            "tools-diary",
            diary.id,
        )
        tools = {"count_all_notes", "quote_notes", "read_notes", "ring_bell", "tear_out_notes", "write_note"}
        assert {end["name"] for end in info["endpoints"]} == tools
        assert {end["queue_group"] for end in info["endpoints"]} == {"tools-diary"}
    stats = json.loads(await bus.request("$SRV.STATS.tools-diary", b""))
    assert stats["type"] == "io.nats.micro.v1.stats_response"


async def test_a_call_answers_with_the_tools_own_result(diary, client, person):
    """R-T5: the reply is the output model, with its sentence apart and the time it was true."""
    reply = await client.write(person, "Rain all day", stars=2)
    assert reply.outcome is Outcome.OK
    assert reply.message == "Note 1 is written."
    assert reply.data == {"text": "Rain all day", "notes": 1}
    assert reply.as_of is not None


async def test_nothing_found_is_not_a_failure(diary, client, person):
    """R-T5: "no results", "not available" and "failed" are three different outcomes."""
    reply = await client.call(person, "read_notes", {})
    assert (reply.outcome, reply.success, reply.error) == (Outcome.NO_RESULTS, True, None)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"text": "a", "mood": "blue"}, "mood is not an argument of this tool."),
        ({}, "text is missing."),
        ({"text": "a", "stars": 6}, "stars: input should be less than or equal to 5 (it was 6)."),
        ({"text": 7}, "text: input should be a valid string (it was 7)."),
        (
            {"stars": "many"},
            (
                "text is missing; stars: input should be a valid integer, unable to parse string as an integer"
                " (it was 'many')."
            ),
        ),
    ],
)
async def test_bad_arguments_are_refused_with_a_sentence_that_names_the_field(
    diary, client, person, arguments, sentence
):
    """R-T3: arguments are checked before anything is done, and the model is told what to correct."""
    reply = await client.call(person, "write_note", arguments, key=str(uuid4()))
    assert reply.outcome is Outcome.FAILED
    assert reply.error.code == "invalid_arguments"
    assert reply.error.advice is Advice.CORRECT_ARGUMENTS
    assert reply.message == reply.error.message == sentence
    assert await client.texts(person) == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"arguments": "all"}', b'{"dry_run": true}', b"\xff\xfe"])
async def test_what_is_not_a_call_is_refused_at_once(diary, bus, person, body):
    """R-T3: whatever is sent, there is an answer: silence would cost the caller its whole deadline."""
    values = {headers.IDENTITY: person.token(), headers.IDEMPOTENCY_KEY: "k"}
    reply = ToolReply.model_validate_json(await bus.request("pam.tool.diary.write_note.v1", body, values, timeout=2))
    assert reply.error.code == "invalid_request"


class TestWhoIsRefused:
    """G6, R-S4: the worker believes the signature, not the caller."""

    async def refusal(self, client, person, **more) -> str:
        more.setdefault("key", str(uuid4()))
        reply = await client.call(person, "write_note", {"text": "a note"}, **more)
        assert reply.outcome is Outcome.FAILED
        assert await client.texts(person) == []
        return reply.error.code

    async def test_a_call_without_identity_is_refused(self, diary, client, person):
        """G6: nobody in particular may not write."""
        assert await self.refusal(client, person, token="") == "token_missing"

    async def test_a_forged_identity_is_refused(self, diary, client, person, make_keys):
        """G6: a token that another key has signed opens nothing."""
        forged = Signer(make_keys().private).sign(person.identity(), CALL)
        assert await self.refusal(client, person, token=forged) == "token_invalid"

    async def test_an_identity_without_signature_is_refused(self, diary, client, person):
        """G6: `alg: none` is not a signature."""
        import jwt

        claims = jwt.decode(person.token(), options={"verify_signature": False})
        forged = jwt.encode(claims, "", algorithm="none")
        assert await self.refusal(client, person, token=forged) == "token_invalid"

    async def test_an_expired_identity_is_refused(self, diary, client, person):
        """G6: a token's time ends."""
        assert await self.refusal(client, person, token=person.token(lives=-1)) == "token_expired"

    async def test_a_clients_token_does_not_open_the_tools(self, diary, client, person):
        """G6: the audience of a client's token is the gateway; the gateway makes the one for tools."""
        assert await self.refusal(client, person, token=person.token(audience=ACCESS)) == "token_invalid"

    async def test_a_token_of_another_message_is_refused(self, diary, client, person):
        """G6: a token made for one message does not serve another."""
        token = person.token(turn=uuid4())
        assert await self.refusal(client, person, token=token, key=f"{uuid4()}:call_0") == "token_of_other_turn"

    async def test_a_token_of_this_message_is_good(self, diary, client, person):
        """G6: the token made for a message serves the calls of its turn."""
        turn = uuid4()
        arguments = {"text": "of the turn"}
        reply = await client.call(person, "write_note", arguments, token=person.token(turn), key=f"{turn}:call_0")
        assert reply.outcome is Outcome.OK

    async def test_a_role_that_a_tool_is_not_for_is_refused(self, diary, client, person, new_person):
        """R-S4: roles per tool, checked by the worker."""
        reply = await client.call(person, "count_all_notes", {})
        assert (reply.outcome, reply.error.code) == (Outcome.FAILED, "forbidden")
        assert (await client.call(new_person(roles=ADMIN), "count_all_notes", {})).outcome is Outcome.OK

    async def test_a_signed_out_session_is_refused_within_a_second(self, diary, client, person, bus):
        """R-S1: revocation is effective everywhere within 1 s."""
        assert (await client.write(person, "before")).success
        await Revocations(bus).revoke(person.session)

        async def refused():
            reply = await client.call(person, "read_notes", {})
            return reply.error and reply.error.code == "token_revoked"

        await eventually(refused, within=1)

    async def test_a_write_without_key_is_refused(self, diary, client, person):
        """G4: what changes something must be repeatable, so it carries a key."""
        reply = await client.call(person, "write_note", {"text": "a note"})
        assert (reply.error.code, reply.error.advice) == ("key_missing", Advice.CORRECT_ARGUMENTS)
        assert await client.texts(person) == []


async def test_a_worker_that_starts_later_knows_who_was_signed_out(serving, client, person, bus):
    """R-S1: a revocation outlives the processes that heard of it."""
    await Revocations(bus).revoke(person.session)
    async with serving():

        async def refused():
            reply = await client.call(person, "read_notes", {})
            return reply.error and reply.error.code == "token_revoked"

        await eventually(refused, within=1)


async def test_a_tool_sees_the_rows_of_its_member_only(diary, client, new_person):
    """G6: nothing crosses from one member to another."""
    ann, ben = new_person(), new_person()
    await client.write(ann, "Ann's")
    await client.write(ben, "Ben's")
    assert await client.texts(ann) == ["Ann's"]
    assert await client.texts(ben) == ["Ben's"]


async def test_an_admin_sees_no_members_rows_through_a_tool(diary, client, new_person, person):
    """G6: an operator's role opens tools, not members' rows."""
    await client.write(person, "mine")
    reply = await client.call(new_person(roles=ADMIN), "count_all_notes", {})
    assert reply.data == {"count": 0}


async def test_the_workers_own_login_sees_another_members_rows_in_no_way(diary, client, diary_url, new_person):
    """G6: row-level security stands also where a query forgets its member."""
    ann, ben = new_person(), new_person()
    await client.write(ann, "Ann's")
    connection = await asyncpg.connect(diary_url)
    try:
        async with connection.transaction():
            await connection.execute("select set_config('pam.member', $1, true)", str(ben.user))
            assert await connection.fetch("select * from notes where user_id = $1", ann.user) == []
            assert await connection.fetch("select * from inbox where user_id = $1", ann.user) == []
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with connection.transaction():
                    await connection.execute("insert into notes (user_id, text, stars) values ($1, '', 1)", ann.user)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with connection.transaction():
                    await connection.fetch("select * from outbox")
    finally:
        await connection.close()


async def test_without_a_member_nothing_is_visible(diary, client, diary_url, person):
    """G6: a connection that was told of no member shows nothing, whatever ran on it before."""
    await client.write(person, "mine")
    connection = await asyncpg.connect(diary_url)
    try:
        assert await connection.fetchval("select count(*) from notes") == 0
        async with connection.transaction():
            await connection.execute("select set_config('pam.member', $1, true)", str(person.user))
            assert await connection.fetchval("select count(*) from notes") == 1
        assert await connection.fetchval("select count(*) from notes") == 0
    finally:
        await connection.close()


async def test_a_workers_login_can_neither_make_tables_nor_read_other_schemas(diary_url, databases):
    """R-S8: least privilege: a schema and a login per service."""
    connection = await asyncpg.connect(diary_url)
    try:
        for statement in (
            "create table theft (x int)",
            "create table public.theft (x int)",
            "select * from gateway.accounts",
            "update notes set text = ''",
            "set role postgres",
        ):
            with pytest.raises(asyncpg.PostgresError) as refused:
                await connection.execute(statement)
            assert refused.value.sqlstate == "42501"
    finally:
        await connection.close()


async def test_a_second_call_with_the_same_key_returns_the_first_reply(diary, client, person):
    """G4: the same key never has a second effect, and the caller cannot tell the repeat from the first."""
    first = await client.raw(person, "write_note", {"text": "once"}, key="same")
    again = await client.raw(person, "write_note", {"text": "once"}, key="same")
    assert json.loads(first) == json.loads(again)
    assert await client.texts(person) == ["once"]


async def test_twenty_calls_at_once_with_the_same_key_have_one_effect(diary, client, person, announced):
    """G4: also when all of them are there before any of them is done."""
    calls = (client.raw(person, "write_note", {"text": "once", "seconds": 0.2}, key="same") for _ in range(20))
    replies = await asyncio.gather(*calls)
    assert len({json.dumps(json.loads(reply), sort_keys=True) for reply in replies}) == 1
    assert ToolReply.model_validate_json(replies[0]).outcome is Outcome.OK
    assert await client.texts(person) == ["once"]
    await eventually(lambda: announced(person))
    assert await announced(person) == ["once"]


async def test_two_workers_have_one_effect_for_one_key(serving, client, person):
    """G4: whichever process a repeat reaches."""
    async with serving(), serving():
        calls = (client.write(person, "once", key="same", seconds=0.1) for _ in range(10))
        replies = await asyncio.gather(*calls)
    assert {reply.data["notes"] for reply in replies} == {1}


async def test_the_same_key_of_another_member_is_another_call(diary, client, new_person):
    """G6: keys belong to members: nobody gets another's reply by guessing a key."""
    ann, ben = new_person(), new_person()
    await client.write(ann, "Ann's", key="same")
    reply = await client.write(ben, "Ben's", key="same")
    assert reply.data["text"] == "Ben's"


async def test_a_failed_call_can_be_repeated_with_its_key(diary, client, person):
    """G4: a key stands for an effect; a call without effect has not used it up."""
    assert (await client.write(person, "x", key="same", fails=True)).outcome is Outcome.FAILED
    assert (await client.write(person, "x", key="same")).outcome is Outcome.OK
    assert await client.texts(person) == ["x"]


async def test_a_tool_that_raises_leaves_nothing_half_written(diary, client, person, announced, audited, diary_url):
    """G4: effect, reply, events and audit are one transaction; of a failure only the audit event stays."""
    await client.write(person, "half", fails=True)
    assert await client.texts(person) == []
    await eventually(lambda: audited(person))
    assert [(event.action, event.outcome) for event in await audited(person)][0] == ("tool.write_note", "failed")
    assert await announced(person) == []


async def test_a_tool_that_raises_tells_nothing_of_its_inside(diary, client, person):
    """R-O1: safe text to the member, everything to the log."""
    raw = await client.raw(person, "write_note", {"text": "half", "fails": True}, key="k")
    reply = ToolReply.model_validate_json(raw)
    assert (reply.outcome, reply.error.code) == (Outcome.FAILED, "internal")
    for inner in (BROKEN, "RuntimeError", "Traceback", "pen"):
        assert inner not in raw.decode()


async def test_text_the_database_cannot_hold_is_the_callers_fault(diary, client, person):
    """R-T3: a NUL character is for the caller to correct, not an error of ours."""
    reply = await client.write(person, "a\x00b")
    assert reply.error.advice is Advice.CORRECT_ARGUMENTS


async def test_a_dry_run_does_nothing(diary, client, person, announced):
    """R-T3: dry-run checks everything and does nothing."""
    reply = await client.call(person, "write_note", {"text": "never"}, key="same", dry_run=True)
    assert (reply.outcome, reply.data) == (Outcome.OK, None)
    assert await client.texts(person) == []
    assert (await client.write(person, "really", key="same")).outcome is Outcome.OK
    await eventually(lambda: announced(person))
    assert await announced(person) == ["really"]


async def test_a_dry_run_checks_what_a_call_checks(diary, client, person):
    """R-T3: dry-run refuses what the call would refuse."""
    bad = await client.call(person, "write_note", {"text": "a", "stars": 9}, key="k", dry_run=True)
    assert bad.error.code == "invalid_arguments"
    forbidden = await client.call(person, "count_all_notes", {}, dry_run=True)
    assert forbidden.error.code == "forbidden"
    keyless = await client.call(person, "write_note", {"text": "a"}, dry_run=True)
    assert keyless.error.code == "key_missing"


async def test_each_event_reaches_its_stream_once_though_two_relays_run(serving, client, person, announced, diary_url):
    """G4: what others must hear of is heard once."""
    async with serving(), serving():
        await asyncio.gather(*(client.write(person, f"note {number}") for number in range(60)))
        await eventually(lambda: _has(announced, person, 60))
    pool = await open_pool(diary_url, "test")
    assert await pool.fetch("select * from take_outbox(1000)") == []
    await pool.close()
    assert sorted(await announced(person)) == sorted(f"note {number}" for number in range(60))


async def _has(read, person, count):
    return len(await read(person)) >= count


async def test_an_event_waits_in_the_outbox_until_its_stream_takes_it(
    diary_url, connect, person, announced, administrator
):
    """G4: an event is deleted only once JetStream has it, and what is published again meanwhile is there once."""

    def message(stream, text):
        envelope = EventEnvelope(id=uuid4(), user=person.user, occurred_at="2026-01-01T00:00:00Z", data={"text": text})
        subject = subjects.event("diary", "note_written")
        return {"stream": stream, "subject": subject, "headers": {}, "body": envelope.model_dump(mode="json")}

    pool = await open_pool(diary_url, "test")
    async with pool.acquire() as db, db.transaction():
        await db.execute("select claim_call($1, 'k', 'write_note')", person.user)
        messages = [message(topology.EVENTS, "early"), message("ELSEWHERE", "late")]
        await db.execute("select finish_call('k', '{}', $1)", messages)
    relay = OutboxRelay(await connect("tools-diary"), pool)
    await relay.start()
    await eventually(lambda: announced(person))
    await asyncio.sleep(2.5)  # long enough to try the two once more
    assert await announced(person) == ["early"]
    assert await administrator.fetchval("select count(*) from diary.outbox where user_id = $1", person.user) == 2
    await administrator.execute("update diary.outbox set stream = $1", topology.EVENTS)
    await eventually(lambda: _has(announced, person, 2), within=5)
    await relay.stop()
    await pool.close()
    assert await announced(person) == ["early", "late"]


async def test_every_call_leaves_one_audit_event(diary, client, person, audited):
    """R-S4: who did what with which arguments, allowed or not, once also for a repeated call."""
    await client.call(
        person, "write_note", {"text": "a"}, key="same", extra={headers.REQUEST_ID: "request 1", "traceparent": TRACE}
    )
    await client.call(person, "write_note", {"text": "a"}, key="same")
    await client.call(person, "read_notes", {})
    await client.call(person, "count_all_notes", {})
    await client.call(person, "write_note", {"text": "a", "stars": 9}, key="k")
    await eventually(lambda: _has(audited, person, 4))
    await asyncio.sleep(0.3)
    events = await audited(person)
    assert sorted((event.action, event.outcome, event.error) for event in events if event.error) == [
        ("tool.count_all_notes", "failed", "forbidden"),
        ("tool.write_note", "failed", "invalid_arguments"),
    ]
    done = [event for event in events if event.error is None]
    assert sorted((event.action, event.outcome) for event in done) == [
        ("tool.read_notes", "ok"),
        ("tool.write_note", "ok"),
    ]
    written = next(event for event in done if event.action == "tool.write_note")
    assert (written.session, written.request_id, written.parameters) == (person.session, "request 1", {"text": "a"})
    assert (written.service, len({event.id for event in events})) == ("tools-diary", 4)


TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def test_calls_taken_before_the_stop_are_answered(serving, client, person):
    """R-O8: a worker that is told to stop answers what it took, also what is slow."""
    async with serving():
        slow = [asyncio.create_task(client.write(person, f"slow {n}", seconds=1)) for n in range(5)]
        await asyncio.sleep(0.3)
    assert [reply.outcome for reply in await asyncio.gather(*slow)] == [Outcome.OK] * 5


async def test_calls_that_arrive_while_a_worker_stops_are_answered_by_another(serving, client, person):
    """R-O8: rolling update: under load no call falls between two workers."""
    replies = []

    async def calling(until):
        while time.monotonic() < until:
            replies.append(await client.call(person, "read_notes", {"seconds": 0.02}))

    async with serving():
        callers = [asyncio.create_task(calling(time.monotonic() + 1.5)) for _ in range(8)]
        for _ in range(2):
            async with serving():
                await asyncio.sleep(0.2)
        await asyncio.gather(*callers)
    assert len(replies) > 100
    assert {reply.outcome for reply in replies} == {Outcome.NO_RESULTS}


async def test_after_the_stop_nobody_answers(serving, client, person):
    """R-T7: a stopped worker disappears at once: callers are told, instead of waiting."""
    async with serving():
        pass
    started = time.monotonic()
    with pytest.raises(UnavailableError) as gone:
        await client.call(person, "read_notes", {})
    assert gone.value.problem.code == "no_responders"
    assert time.monotonic() - started < 1


async def test_events_of_the_last_calls_are_published_before_the_worker_ends(serving, client, person, announced):
    """R-O8: what was committed is told before the process goes."""
    async with serving():
        await asyncio.gather(*(client.write(person, f"last {n}") for n in range(10)))
    assert len(await announced(person)) == 10


async def test_a_call_whose_deadline_has_passed_is_not_run(diary, bus, client, person):
    """R-T4: nobody waits for it any more, so it has no effect either."""
    values = {
        headers.IDENTITY: person.token(),
        headers.IDEMPOTENCY_KEY: "late",
        headers.DEADLINE: str(int((time.time() - 1) * 1000)),
    }
    with pytest.raises(UnavailableError) as unanswered:
        await bus.request(subjects.tool("diary", "write_note"), b'{"arguments":{"text":"late"}}', values, timeout=0.5)
    assert unanswered.value.problem.code == "timeout"
    assert await client.texts(person) == []


async def test_a_worker_goes_on_when_its_database_connections_are_cut(diary, client, person, administrator):
    """R-D1: a lost connection costs one call at most."""
    await client.write(person, "before")
    await administrator.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pam-tools-diary'"
    )

    async def works():
        return (await client.write(person, "after", key="after")).success

    await eventually(works, within=5)
    assert await client.texts(person) == ["before", "after"]


async def test_a_worker_stops_while_its_relay_publishes(serving, client, person):
    """R-O8: a worker that is told to stop, stops: whatever its relay is waiting for just then."""
    for number in range(40):
        worker = serving()
        await worker.__aenter__()
        await client.write(person, f"note {number}")
        stopping = asyncio.create_task(worker.__aexit__(None, None, None))
        _, hanging = await asyncio.wait({stopping}, timeout=5)
        assert not hanging


async def test_a_voided_call_never_has_an_effect(diary, client, person):
    """G4, G5: a key that was closed stays closed, for a repeat that comes late too."""
    key = str(uuid4())
    voided = await client.call(person, "write_note", {}, key=key, void=True)
    late = await client.write(person, "too late", key=key)
    assert (voided.outcome, late.outcome) == (Outcome.NOT_RUN, Outcome.NOT_RUN)
    assert await client.texts(person) == []


async def test_voiding_a_call_that_was_made_tells_its_reply(diary, client, person):
    """G5: what is done is done, and is said."""
    key = str(uuid4())
    written = await client.write(person, "in time", key=key)
    assert await client.call(person, "write_note", {}, key=key, void=True) == written


async def test_voiding_a_running_call_waits_for_its_end(diary, client, person):
    """G5: in the middle of it nobody can know yet."""
    key = str(uuid4())
    writing = asyncio.create_task(client.write(person, "slow", key=key, seconds=0.5))
    await asyncio.sleep(0.2)
    voided = await client.call(person, "write_note", {}, key=key, void=True)
    assert (await writing).outcome is voided.outcome is Outcome.OK


async def test_a_member_calls_a_tool_only_so_often_a_minute(diary, client, person, new_person):
    """R-S7: counted at the worker, over all its replicas; others are not held up, and a repeat is no new call."""
    replies = [await client.call(person, "ring_bell", {}, key=f"bell {number}") for number in range(5)]
    assert [reply.success for reply in replies] == [True] * 3 + [False] * 2
    assert (replies[3].error.advice, replies[3].error.retry_after) == (Advice.TRY_LATER, 60)
    assert (await client.call(person, "ring_bell", {}, key="bell 0")).success
    assert (await client.call(new_person(), "ring_bell", {}, key="bell 9")).success


async def test_a_tool_asks_another_worker_as_the_member_and_says_where_it_has_it_from(
    diary, client, person, new_person
):
    """R-A9, G6: the question carries the member's own token; a worker that is away makes the answer partial."""
    await client.write(person, "mine")
    await client.write(new_person(), "another's")
    reply = await client.call(person, "quote_notes", {})
    assert reply.data["texts"] == ["mine"]
    assert (reply.stale, reply.partial, reply.confidence) == (True, False, 0.5)
    assert (reply.sources[0].kind, reply.sources[0].sample, reply.as_of) == ("stale", True, reply.sources[0].as_of)
    away = await client.call(person, "quote_notes", {"domain": "nowhere"})
    assert (away.success, away.partial, away.data["texts"]) == (True, True, [])


async def test_a_tool_that_waits_for_others_holds_no_connection(diary_url, person):
    """R-D1: slow answers from outside take no connection from tools that need one."""
    pool = await open_pool(diary_url, SERVICE.name, 1)
    async with MemberRecords(pool, person.user) as waiting:
        assert await waiting.fetchval("select count(*) from notes") == 0
        await waiting.release()
        async with member_transaction(pool, person.user) as other:
            await other.execute("insert into notes (user_id, text, stars) values ($1, 'meanwhile', 1)", person.user)
        assert [row["text"] for row in await waiting.fetch("select text from notes")] == ["meanwhile"]
    async with MemberRecords(pool, person.user), member_transaction(pool, person.user) as other:
        assert await other.fetchval("select count(*) from notes") == 1
    await pool.close()


async def test_statements_at_once_wait_for_each_other(diary_url, person):
    """R-D1: a tool that gathers queries gets every answer."""
    pool = await open_pool(diary_url, SERVICE.name, 1)
    async with MemberRecords(pool, person.user) as records:
        found = await asyncio.gather(*(records.fetchval("select $1::int", number) for number in range(20)))
    await pool.close()
    assert found == list(range(20))
