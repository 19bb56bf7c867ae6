"""The message log under fire: its store lost, its disk full, its servers killed."""

import asyncio
import json
import os
import shutil
import signal
import sys
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4, uuid5

import asyncpg
import nats
import pytest
import websockets

from pam_persistence.main import serve
from pam_persistence.settings import PersistenceSettings
from pam_shared.bus.connection import Bus
from pam_shared.bus.log_reader import LogReader
from pam_shared.clock import utc_now
from pam_shared.contracts import headers, subjects, topology
from pam_shared.contracts.conversation import MessageReceived, answer_id
from pam_shared.contracts.events import DeadLetter
from pam_shared.embedded.nats import start_nats
from pam_shared.embedded.processes import end, spawn
from pamctl.provisioning import provision_nats
from tests.harness.client import sign_up, talking
from tests.harness.stack import Stack, running_stack
from tests.harness.waiting import eventually

pytestmark = pytest.mark.stack

JSON_EXACT = 2**53
DIED = 77
QUOTA = 3_000_000

DYING_WORKER = """
import os, runpy
from contextlib import asynccontextmanager
from pam_shared.bus.connection import Bus
from pam_shared.tools import outbox

published, publish, transaction = [], Bus.publish, outbox.transaction

async def noted(self, stream, *rest, **more):
    published.append(await publish(self, stream, *rest, **more))

@asynccontextmanager
async def dying(pool):
    async with transaction(pool) as db:
        yield db
        if published:
            os._exit(77)

Bus.publish, outbox.transaction = noted, dying
runpy.run_module("pam_tools_budget.main", run_name="__main__")
"""
"""A worker that dies once its outbox is published and before that is committed."""


@pytest.fixture
async def pam(tmp_path):
    """A PAM of its own: these tests break what others share."""
    async with running_stack(tmp_path) as stack:
        yield stack


@asynccontextmanager
async def operator(stack: Stack):
    connection = await nats.connect(stack.nats_url)
    try:
        yield connection
    finally:
        await connection.close()


async def log_of(stack: Stack, user: str, conversation: str):
    """Return the entries of a conversation's log."""
    bus = Bus("pamctl", stack.nats_url)
    await bus.connect()
    reader = LogReader(bus, topology.CONVERSATIONS)
    await reader.start()
    try:
        return await reader.read(f"{subjects.conversation(UUID(user), UUID(conversation))}.*")
    finally:
        await bus.close()


async def recorded(stack: Stack, conversation: str):
    db = await asyncpg.connect(stack.postgres_url)
    try:
        return await db.fetch(
            "select id, role, content, log_sequence from persistence.pam_messages where conversation_id = $1"
            " order by log_sequence",
            UUID(conversation),
        )
    finally:
        await db.close()


async def ask(person, conversation: str, text: str, within: float = 30):
    """Say something until it is acknowledged, as a client does, and return the epoch of the answer."""
    message, deadline = str(uuid4()), time.monotonic() + within
    while True:
        try:
            async with talking(person, conversation) as (wire, _):
                await wire.say(conversation, text, id=message)
                while (frame := await wire.take())["type"] != "ack":
                    if frame["type"] == "error":
                        raise ConnectionError(frame["message"])
                return (await wire.turn())[-1]["epoch"]
        except (OSError, TimeoutError, websockets.WebSocketException):
            assert time.monotonic() < deadline, f"no answer to {text!r}"
            await asyncio.sleep(0.2)


def wipe(stack: Stack) -> None:
    """Kill NATS and take its disk away before its keeper starts it again."""
    os.kill(stack.processes()["nats"]["pid"], signal.SIGKILL)
    shutil.rmtree(stack.home / "nats" / "jetstream")


async def test_a_lost_store_comes_back_by_itself_and_goes_on_above_the_old_one(pam: Stack):
    """G3: NATS loses its disk; within seconds messages are answered again, in places that come after all old ones."""
    person = await sign_up(pam.url)
    conversation = str(uuid4())
    before = await ask(person, conversation, "I spent $45 on gas")
    await eventually(lambda: recorded(pam, conversation))
    wipe(pam)
    began = time.monotonic()
    after = await ask(person, conversation, "How much did I spend this month?")
    print(f"answered {time.monotonic() - began:.1f} s after the store was lost")
    assert before < after < JSON_EXACT
    rows = await eventually(lambda: whole(pam, conversation, 4))
    assert [row["role"] for row in rows] == ["user", "assistant"] * 2
    assert "45" in rows[3]["content"]
    async with operator(pam) as connection:
        found = {info.config.name for info in await connection.jetstream().streams_info()}
    assert found >= {stream.name for stream in topology.STREAMS}


async def test_what_is_kept_in_memory_is_there_again_after_a_restart(pam: Stack):
    """G3: a memory stream goes with its server, wholly; clients could resume nothing if nobody made it again."""
    person = await sign_up(pam.url)
    pam.kill("nats")
    await ask(person, str(uuid4()), "I spent $45 on gas")
    async with operator(pam) as connection:
        live = await connection.jetstream().stream_info(topology.LIVE)
    assert live.state.messages > 0


async def test_services_whose_consumers_vanish_are_started_again_on_new_ones(pam: Stack):
    """G1: deleted streams stop nobody for good: services end, their streams are made again, they go on; no loop."""
    person = await sign_up(pam.url)
    async with operator(pam) as connection:
        await connection.jetstream().delete_stream(topology.CONVERSATIONS)
        began = time.monotonic()
        await ask(person, str(uuid4()), "I spent $45 on gas", within=40)
        print(f"answered {time.monotonic() - began:.1f} s after the stream was deleted")
        await eventually(lambda: {state["state"] for state in pam.processes().values()} == {"running"}, within=30)
        restarts = {name: state["restarts"] for name, state in pam.processes().items()}
    assert restarts["nats"] == restarts["gateway"] == 0
    assert max(restarts.values()) <= 2


async def whole(stack: Stack, conversation: str, count: int):
    rows = await recorded(stack, conversation)
    return rows if len(rows) == count else []


async def test_a_full_disk_refuses_visibly_loses_nothing_and_recovers(tmp_path):
    """G1: a disk quota of NATS is used up: messages are refused with a sentence, none is dropped, then it goes on."""
    async with running_stack(tmp_path, PAM_NATS_STORE_MAX=str(QUOTA)) as pam:
        person = await sign_up(pam.url)
        conversation = str(uuid4())
        await ask(person, conversation, "I spent $45 on gas")
        async with operator(pam) as connection:
            first = (await connection.jetstream().stream_info(topology.CONVERSATIONS)).state.first_seq
            refused = await fill(connection)
            assert refused == {"code": 503, "err_code": 10023, "description": "insufficient resources"}
            async with talking(person, conversation) as (wire, _):
                message = await wire.say(conversation, "I spent $7 on gas")
                error = await wire.until("error")
            assert (error["id"], error["temporary"]) == (message, True)
            assert "full" in error["message"]
            state = (await connection.jetstream().stream_info(topology.CONVERSATIONS)).state
            assert state.first_seq == first
            await connection.jetstream().purge_stream(topology.EVENTS)
        await ask(person, conversation, "I spent $7 on gas")
        rows = await eventually(lambda: whole(pam, conversation, 4))
        assert "$52.00" in rows[3]["content"]


async def test_a_turn_that_finds_the_disk_full_goes_on_when_there_is_room(tmp_path):
    """G1: what was acknowledged before the disk was full is answered after: the agent's appends are tried again."""
    async with running_stack(tmp_path, PAM_NATS_STORE_MAX=str(QUOTA)) as pam:
        person = await sign_up(pam.url)
        agent = pam.processes()["agent"]["pid"]
        async with talking(person) as (wire, conversation), operator(pam) as connection:
            os.kill(agent, signal.SIGSTOP)
            await wire.say(conversation, "I spent $45 on gas")
            await wire.until("ack")
            await fill(connection)
            os.kill(agent, signal.SIGCONT)
            await eventually(lambda: any("refused" in line["event"] for line in pam.log_lines("agent")))
            await connection.jetstream().purge_stream(topology.EVENTS)
            assert (await wire.turn())[-1]["event"]["type"] == "RUN_FINISHED"
        rows = await eventually(lambda: whole(pam, conversation, 2))
        assert rows[1]["content"].startswith("Recorded $45.00 for gas")


async def fill(connection) -> dict:
    """Publish events until JetStream refuses one; return its error."""
    while True:
        reply = await connection.request(subjects.event("test", "filled"), bytes(8000), timeout=5)
        error = json.loads(reply.data).get("error")
        if error:
            return error


async def test_a_replayed_message_is_sent_again_once_in_the_member_s_name(stack: Stack):
    """G7: what its agent gave up is another message with an id that follows from the first; its tools work."""
    person = await sign_up(stack.url)
    conversation, failed = str(uuid4()), uuid4()
    letter = letter_of_agent(person, conversation, failed, "I spent $45 on gas")
    async with operator(stack) as connection:
        subject = subjects.dead_letter(topology.CONVERSATIONS, "agent")
        await connection.request(subject, letter.model_dump_json().encode(), timeout=5)

        async def listed():
            return str(letter.id) in (await stack.pamctl("dead-letters", "list", "--json"))[1]

        await eventually(listed)
        async with talking(person, conversation) as (wire, _):
            code, said = await stack.pamctl("dead-letters", "replay", str(letter.id))
            assert (code, said.strip()) == (0, f"{letter.id} is replayed.")
            turn = await wire.turn()
        assert turn[-1]["event"]["type"] == "RUN_FINISHED"
        assert (await stack.pamctl("dead-letters", "replay", str(letter.id)))[0] == 1
        again = letter.model_copy(update={"id": uuid4()})
        await connection.request(subject, again.model_dump_json().encode(), timeout=5)
    letter = again
    await eventually(listed)
    assert (await stack.pamctl("dead-letters", "replay", str(letter.id)))[0] == 0
    rows = await eventually(lambda: whole(stack, conversation, 2))
    sent = uuid5(failed, "replay")
    assert [row["id"] for row in rows] == [sent, answer_id(sent)]
    assert rows[1]["content"].startswith("Recorded $45.00 for gas")
    entries = await log_of(stack, person.user, conversation)
    assert sum(MessageReceived.__name__.encode() in entry.body for entry in entries) == 1


def letter_of_agent(person, conversation: str, message: UUID, text: str) -> DeadLetter:
    """Return what an agent writes of a message that killed it: by then the member's token has expired."""
    said = MessageReceived(id=message, text=text, received_at=utc_now())
    return DeadLetter(
        id=uuid4(),
        stream=topology.CONVERSATIONS,
        consumer="agent",
        subject=subjects.conversation_input(UUID(person.user), UUID(conversation)),
        headers={headers.MESSAGE_ID: "first", headers.IDENTITY: "expired"},
        payload=said.model_dump_json(),
        attempts=3,
        last_error="it died",
        at=utc_now(),
    )


@pytest.fixture
async def forgetful(tmp_path, monkeypatch):
    """A NATS whose streams forget ids at once."""
    hasty = tuple(replace(stream, duplicate_window=timedelta(milliseconds=100)) for stream in topology.STREAMS)
    monkeypatch.setattr(topology, "STREAMS", hasty)
    server = await start_nats(tmp_path / "nats")
    connection = await nats.connect(server.url)
    await provision_nats(connection)
    yield server.url, connection
    await connection.close()
    await server.stop()


async def test_a_relay_killed_before_its_commit_publishes_again_and_that_counts_once(
    forgetful, databases, keys, person, tmp_path, administrator
):
    """G4: the outbox is published at least once, also after JetStream forgot the ids; whoever reads it counts once."""
    url, connection = forgetful
    given = {"NATS_URL": url, "POSTGRES_URL": databases["tools-budget"], "IDENTITY_PUBLIC_KEY": keys.public}
    environment = os.environ | {f"PAM_{name}": value for name, value in given.items()}

    async def worker(*command):
        return await spawn([sys.executable, *command], log=tmp_path / "worker.log", env=environment)

    doomed = await worker("-c", DYING_WORKER)
    await eventually(lambda: spent(connection, person))
    async with asyncio.timeout(20):
        assert await doomed.wait() == DIED
    await eventually(lambda: published(connection, 1))
    heir = await worker("-m", "pam_tools_budget.main")
    bodies = await eventually(lambda: published(connection, 2))
    await end(heir, signal.SIGTERM, 20)
    assert {stream: len({body["id"] for body in found}) for stream, found in bodies.items()} == {
        topology.AUDIT: 1,
        topology.EVENTS: 1,
    }
    bus = Bus("persistence", url)
    await bus.connect()
    settings = PersistenceSettings(nats_url=url, postgres_url=databases["persistence"], identity_public_key=keys.public)
    async with serve(bus, settings):

        async def all_recorded():
            info = await connection.jetstream().consumer_info(topology.AUDIT, topology.RECORDER)
            return info.num_pending + info.num_ack_pending == 0

        await eventually(all_recorded)
    await bus.close()
    count = "select count(*) from persistence.security_audit_log where user_id = $1"
    assert await administrator.fetchval(count, person.user) == 1
    assert (await connection.jetstream().stream_info(topology.DEAD_LETTERS)).state.messages == 0


async def spent(connection, person) -> bool:
    """Record an expense; return whether a worker was there to do it."""
    values = {headers.IDENTITY: person.token(), headers.IDEMPOTENCY_KEY: "one"}
    body = json.dumps({"arguments": {"amount": 45, "category": "gas"}}).encode()
    try:
        reply = await connection.request(subjects.tool("budget", "create_expense"), body, headers=values, timeout=5)
    except nats.errors.NoRespondersError:
        return False
    return json.loads(reply.data)["outcome"] == "ok"


async def published(connection, times: int):
    """Return the bodies in AUDIT and EVENTS once each is there so many times."""
    found = {}
    for stream in (topology.AUDIT, topology.EVENTS):
        state = (await connection.jetstream().stream_info(stream)).state
        places = range(state.first_seq, state.last_seq + 1)
        messages = [await connection.jetstream().get_msg(stream, place) for place in places]
        found[stream] = [json.loads(message.data) for message in messages]
    return found if all(len(bodies) == times for bodies in found.values()) else None


async def test_with_three_nodes_the_answer_goes_on_when_the_log_s_leader_is_killed(tmp_path):
    """G1: `--nats-nodes 3`: every service finds another node by itself, and none has to be started again for it."""
    async with running_stack(tmp_path, PAM_NATS_NODES="3") as pam:
        person = await sign_up(pam.url)
        conversation = str(uuid4())
        await ask(person, conversation, "I spent $45 on gas")
        password, nodes = pam.secret("nats", "pamctl"), [name for name in pam.processes() if name.startswith("nats-")]
        urls = [f"nats://pamctl:{password}@127.0.0.1:{pam.processes()[node]['port']}" for node in nodes]
        connection = await nats.connect(urls)
        reply = await connection.request(f"$JS.API.STREAM.INFO.{topology.CONVERSATIONS}", timeout=5)
        await connection.close()
        leader = json.loads(reply.data)["cluster"]["leader"]
        pam.kill(leader)
        began = time.monotonic()
        await ask(person, conversation, "I spent $7 on gas")
        print(f"answered {time.monotonic() - began:.1f} s after {leader} was killed")
        rows = await eventually(lambda: whole(pam, conversation, 4))
        assert "$52.00" in rows[3]["content"]
        restarts = {name: state["restarts"] for name, state in pam.processes().items()}
        assert restarts == dict.fromkeys(restarts, 0) | {leader: 1}
