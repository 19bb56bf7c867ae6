"""The tables every worker begins with: a key belongs to one tool, and the relay outlives whatever happens to it."""

import json
from uuid import UUID, uuid4

import pytest

from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import headers, subjects, topology
from pam_shared.contracts.tools import ToolReply
from pam_shared.errors import ConflictError
from pam_shared.postgres.pool import open_pool, transaction
from pam_shared.tools import queries
from shared.tests.diary import SERVICE
from tests.harness.waiting import eventually

RELAY_RIGHT = "execute on function diary.take_outbox(integer) {} pam_diary"


@pytest.fixture
async def pool(diary_url):
    pool = await open_pool(diary_url, SERVICE.name)
    yield pool
    await pool.close()


async def call(pool, user: UUID, key: str, tool: str, reply: dict):
    """Make a call as a worker does, and return the reply of an earlier one."""
    async with transaction(pool) as db:
        earlier = await queries.claim_call(db, user, key, tool)
        if earlier is None:
            await queries.finish_call(db, key, reply, [])
        return earlier


async def test_a_key_answers_with_its_own_tool_s_reply_and_never_with_another_s(pool):
    """G4: a key used for another tool is refused; the same member's other keys and other members are not concerned."""
    user = uuid4()
    assert await call(pool, user, "one", "write_note", {"n": 1}) is None
    assert await call(pool, user, "one", "write_note", {"n": 2}) == {"n": 1}
    with pytest.raises(ConflictError) as refused:
        await call(pool, user, "one", "erase_note", {"n": 3})
    assert refused.value.problem.code == "idempotency_key_reused"
    assert await call(pool, user, "two", "erase_note", {"n": 4}) is None
    assert await call(pool, uuid4(), "one", "erase_note", {"n": 5}) is None


async def test_a_caller_is_told_that_the_key_was_another_tool_s(diary, pool, bus, person):
    """G4: the reply is a refusal with the reason, and nothing was done."""
    await call(pool, person.user, "one", "erase_note", {"n": 1})
    reply = await write(bus, person, "one")
    assert reply.error.code == "idempotency_key_reused"
    assert (await write(bus, person, "two")).data["notes"] == 1


async def test_the_relay_goes_on_after_an_error_nobody_foresaw(diary, bus, person, administrator):
    """G1: whatever PostgreSQL says to it, the relay tries again; what is in the outbox is published in the end."""
    await administrator.execute(f"revoke {RELAY_RIGHT.format('from')}")
    try:
        await write(bus, person, "one")
        left = "select count(*) from diary.outbox where user_id = $1"
        await eventually(lambda: relay_complained(administrator))
        assert await administrator.fetchval(left, person.user) > 0
    finally:
        await administrator.execute(f"grant {RELAY_RIGHT.format('to')}")
    reader = LogReader(bus, topology.EVENTS)
    await reader.start()

    async def announced():
        entries = await reader.read(subjects.event("diary", "note_written"))
        return [entry for entry in entries if str(person.user).encode() in entry.body]

    assert len(await eventually(announced)) == 1
    await reader.stop()


async def write(bus, person, key: str) -> ToolReply:
    values = {headers.IDENTITY: person.token(), headers.IDEMPOTENCY_KEY: key}
    body = json.dumps({"arguments": {"text": "a note"}}).encode()
    return ToolReply.model_validate_json(await bus.request(subjects.tool("diary", "write_note"), body, values))


async def relay_complained(administrator) -> bool:
    """Whether a relay's transaction was refused and rolled back by now."""
    rolled_back = "select xact_rollback from pg_stat_database where datname = current_database()"
    before = await administrator.fetchval(rolled_back)
    await eventually(lambda: more_than(administrator, rolled_back, before))
    return True


async def more_than(administrator, question: str, before: int) -> bool:
    return await administrator.fetchval(question) > before
