"""One row that PostgreSQL's driver cannot even encode must not stop the record of everybody else."""

from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from pam_persistence.main import serve
from pam_persistence.settings import PersistenceSettings
from pam_shared.bus.connection import Bus
from pam_shared.clock import utc_now
from pam_shared.contracts import headers, subjects, topology
from pam_shared.contracts.events import AuditEvent, DeadLetter
from tests.harness.waiting import eventually


@pytest.fixture
def serving(nats, databases, keys):
    settings = PersistenceSettings(
        nats_url=nats, postgres_url=databases["persistence"], identity_public_key=keys.public, linger=0.2
    )

    @asynccontextmanager
    async def running():
        bus = Bus("persistence", nats)
        await bus.connect()
        try:
            async with serve(bus, settings):
                yield
        finally:
            await bus.close()

    return running


def audit_event(**about) -> AuditEvent:
    return AuditEvent(id=uuid4(), at=utc_now(), service="test", action="tool.create_expense", outcome="failed", **about)


async def put(bus, stream, subject, model):
    await bus.publish(stream, subject, model.model_dump_json().encode(), {headers.MESSAGE_ID: str(model.id)})


@pytest.mark.parametrize(
    "parameters", [{"amount": 10**30}, {"note": "a\x00b"}, {"note": "x" * 100_000}, {"a": [{}] * 50}]
)
async def test_an_audit_event_with_odd_arguments_keeps_its_neighbours(
    empty_streams, serving, bus, administrator, parameters
):
    """R-S6: whatever a member puts into a call, the audit trail goes on: here and for everybody after them."""
    before, odd, after = audit_event(), audit_event(parameters=parameters), audit_event()
    for event in (before, odd, after):
        await put(bus, topology.AUDIT, subjects.audit("test"), event)

    async def recorded():
        rows = await administrator.fetch(
            "select id from persistence.security_audit_log where id = any($1::uuid[])", [before.id, after.id]
        )
        return len(rows) == 2

    async with serving():
        await eventually(recorded, within=5)
        later = audit_event()
        await put(bus, topology.AUDIT, subjects.audit("test"), later)
        sql = "select count(*) from persistence.security_audit_log where id = $1"
        await eventually(lambda: administrator.fetchval(sql, later.id), within=5)


async def test_a_dead_letter_with_an_odd_number_keeps_its_neighbours(empty_streams, serving, bus, administrator):
    """G7: the dead letters themselves are recorded, whatever one of them says."""
    letters = [
        DeadLetter(
            id=uuid4(),
            stream="TEST",
            consumer="test",
            subject="pam.test",
            headers={},
            payload="{}",
            attempts=attempts,
            last_error="",
            at=utc_now(),
        )
        for attempts in (1, 2**40, 1)
    ]
    for letter in letters:
        await put(bus, topology.DEAD_LETTERS, subjects.dead_letter("TEST", "test"), letter)
    wanted = [letters[0].id, letters[2].id]

    async def recorded():
        sql = "select id from persistence.message_dead_letter_queue where id = any($1::uuid[])"
        return len(await administrator.fetch(sql, wanted)) == 2

    async with serving():
        await eventually(recorded, within=5)
