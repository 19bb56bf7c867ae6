"""A worker that follows events: each applied once, in order, with what it causes; a member who leaves is forgotten."""

from uuid import uuid4

import pytest

from pam_shared.bus.log_reader import LogReader
from pam_shared.clock import utc_now
from pam_shared.contracts import headers, subjects, topology
from pam_shared.contracts.events import DeadLetter, EventEnvelope, MemberDeleted
from pam_shared.identity import CALL
from pam_shared.postgres.pool import member_transaction, open_pool
from pam_shared.testing.tool_bench import ToolBench
from pam_shared.tools import queries
from pam_shared.tools.caller import OnBehalfOf
from pam_shared.tools.colleagues import OverTheBus
from pam_shared.tools.member_records import ROWS_IN_A_PAGE
from pam_shared.tools.worker import run_worker
from shared.tests.diary import SERVICE, tools
from shared.tests.diary.follows.sight_seen import sight_seen
from shared.tests.diary.tools.read_notes import read_notes
from shared.tests.diary.tools.write_note import write_note
from tests.harness.waiting import eventually

SIGHT_SEEN = subjects.event("walk", "sight_seen")


@pytest.fixture
async def pool(diary_url):
    pool = await open_pool(diary_url, SERVICE.name)
    yield pool
    await pool.close()


@pytest.fixture
def member(pool, person):
    return ToolBench(pool, person.identity())


@pytest.fixture
def happened(bus):
    """Publish an event as another worker's outbox would; ``id`` is the event's, ``message`` the publication's."""

    async def publish(subject, person, data, event=None):
        envelope = EventEnvelope(id=event or uuid4(), user=person.user, occurred_at=utc_now(), data=data)
        body = envelope.model_dump_json().encode()
        await bus.publish(topology.EVENTS, subject, body, {headers.MESSAGE_ID: str(uuid4())})

    return publish


async def texts(member):
    return (await member.run(read_notes)).texts


async def test_events_are_applied_in_order(diary, member, person, happened):
    """R-D3: what other services did is known here, without reading their tables."""
    sights = [f"sight {number}" for number in range(30)]
    for sight in sights:
        await happened(SIGHT_SEEN, person, {"sight": sight, "more than is needed": 1})
    await eventually(lambda: _has(member, 30))
    assert await texts(member) == sights


async def test_an_event_published_twice_is_applied_once(diary, member, person, happened):
    """G4: also when JetStream has forgotten its id."""
    event = uuid4()
    for _ in range(3):
        await happened(SIGHT_SEEN, person, {"sight": "a moose"}, event)
    await happened(SIGHT_SEEN, person, {"sight": "the end"})
    await eventually(lambda: _has(member, 2))
    assert await texts(member) == ["a moose", "the end"]


async def test_an_event_of_another_shape_becomes_a_dead_letter_and_the_next_is_applied(
    diary, member, person, happened, bus
):
    """G7: what cannot be read is kept for people."""
    await happened(SIGHT_SEEN, person, {"sight": ["not", "a", "text"]})
    await happened(SIGHT_SEEN, person, {"sight": "a lake"})
    await eventually(lambda: _has(member, 1))
    reader = LogReader(bus, topology.DEAD_LETTERS)
    await reader.start()
    entries = await reader.read(subjects.dead_letter(topology.EVENTS, SERVICE.name))
    await reader.stop()
    letters = [DeadLetter.model_validate_json(entry.body) for entry in entries]
    assert any(str(person.user) in letter.payload for letter in letters)


async def test_what_an_event_causes_is_told_in_the_same_transaction(member):
    """G4: the effect, the key and the event out are one."""
    caused = await member.follow(sight_seen, {"sight": "a bear"})
    assert [event.text for event in caused] == ["a bear"]
    async with member.context() as ctx:
        assert await queries.take_outbox(ctx.db, 1000)


async def test_a_member_who_leaves_is_forgotten_and_nobody_else(diary, pool, new_person, happened):
    """R-D7: every row with a member's id goes, in every worker."""
    leaving, staying = (ToolBench(pool, new_person().identity()) for _ in range(2))
    for bench in (leaving, staying):
        await bench.run(write_note, text="mine")
    await happened(subjects.event(MemberDeleted.domain, MemberDeleted.name), leaving.identity, {})
    await eventually(lambda: _has(leaving, 0, exactly=True))
    assert await texts(staying) == ["mine"]


async def test_all_a_worker_holds_of_a_member_is_handed_out_page_by_page(diary, bus, pool, new_person):
    """R-D7, R-D6: everything of the one who asks, nothing of anybody else."""
    asking, other = new_person(), new_person()
    wanted = [f"note {number}" for number in range(2 * ROWS_IN_A_PAGE + 1)]
    async with member_transaction(pool, asking.user) as db:
        insert = "insert into notes (user_id, text, stars) values ($1, $2, 3)"
        await db.executemany(insert, [(asking.user, text) for text in wanted])
    await ToolBench(pool, other.identity()).run(write_note, text="secret")
    colleagues = OverTheBus(bus, OnBehalfOf(asking.token(audience=CALL), key=""))
    assert [row["text"] for row in (await colleagues.records("diary"))["notes"]] == wanted
    assert await colleagues.records("nowhere") is None


async def test_a_table_without_members_is_not_handed_out(member):
    """G6: the function that passes row-level security answers for members' tables alone."""
    async with member.context() as ctx:
        with pytest.raises(Exception, match="holds no rows of members"):
            await queries.member_rows(ctx.db, "inbox", 0, 1)


def test_a_worker_that_follows_what_it_does_not_name_does_not_start(monkeypatch):
    """R-T7: provisioning knows only what the service names; an event nobody delivers would be missed in silence."""
    nothing = SERVICE.__class__(SERVICE.name, SERVICE.module, SERVICE.schema, SERVICE.migrations, ())
    with pytest.raises(TypeError, match=r"walk\.sight_seen"):
        run_worker(nothing, tools, "Notes.")


async def _has(member, count, *, exactly=False):
    found = len(await texts(member))
    return found == count if exactly else found >= count
