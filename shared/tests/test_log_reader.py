"""Reading a stream without a consumer."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from pam_shared.bus.log_reader import BATCH, LogReader
from pam_shared.contracts import headers, subjects, topology


@pytest.fixture
async def reader(bus):
    reader = LogReader(bus, topology.EVENTS)
    await reader.start()
    yield reader
    await reader.stop()


@pytest.fixture
def domain():
    """A domain nobody has told of before."""
    return f"d{uuid4().hex}"


@pytest.fixture
def publish(bus):
    async def publish(subject, body, **values):
        sequence, _ = await bus.publish(topology.EVENTS, subject, body, values)
        return sequence

    return publish


async def test_a_thousand_entries_of_several_subjects_are_read_in_order(reader, publish, domain):
    """G3: nothing missing, nothing twice, oldest first, over several batches."""
    subjects_ = [subjects.event(domain, name) for name in ("began", "went_on", "ended")]
    written = []
    for number in range(1000):
        subject = subjects_[number % 3]
        written.append((await publish(subject, str(number).encode()), subject, str(number).encode()))
    everything = await reader.read(f"pam.event.{domain}.>")
    assert [(entry.sequence, entry.subject, entry.body) for entry in everything] == written
    for subject in subjects_:
        found = [(entry.sequence, entry.subject, entry.body) for entry in await reader.read(subject)]
        assert found == [row for row in written if row[1] == subject]
    start = written[700][0]
    assert [entry.sequence for entry in await reader.read(f"pam.event.{domain}.>", start)] == [
        sequence for sequence, *_ in written[700:]
    ]


@pytest.mark.parametrize("count", [BATCH - 1, BATCH, BATCH + 1])
async def test_a_page_says_whether_it_was_all(reader, publish, domain, count):
    """G3: also where a batch is exactly full."""
    subject = subjects.event(domain, "happened")
    for number in range(count):
        await publish(subject, str(number).encode())
    page = await reader.page(subject, 1)
    assert (len(page.entries), page.whole) == (min(count, BATCH), count <= BATCH)
    assert len(await reader.read(subject)) == count


async def test_an_entry_tells_all_that_was_stored(reader, publish, domain):
    """G4: the message id and the headers are there for whoever repeats or replays it."""
    subject = subjects.event(domain, "happened")
    values = {headers.MESSAGE_ID: "once", headers.REQUEST_ID: "request 1"}
    sequence = await publish(subject, b"\x00 body \xff", **values)
    [entry] = await reader.read(subject)
    assert (entry.sequence, entry.subject, entry.message_id, entry.body) == (
        sequence,
        subject,
        "once",
        b"\x00 body \xff",
    )
    assert entry.headers[headers.REQUEST_ID] == "request 1"
    assert abs(entry.time - datetime.now(UTC)) < timedelta(minutes=1)


async def test_the_last_entry_is_the_newest_of_its_subject(reader, publish, domain):
    """G3: of this subject, whatever came after it on others."""
    mine, other = subjects.event(domain, "mine"), subjects.event(domain, "other")
    for number in range(3):
        await publish(mine, str(number).encode())
    await publish(other, b"later")
    assert (await reader.last(mine)).body == b"2"


async def test_where_nothing_was_written_nothing_is_found(reader, publish, domain):
    """G6: an empty subject is empty, not an error, and shows nobody else's entries."""
    await publish(subjects.event(f"{domain}x", "happened"), b"somebody else's")
    subject = subjects.event(domain, "happened")
    assert await reader.read(subject) == []
    assert await reader.last(subject) is None
    page = await reader.page(subject, 1)
    assert (page.entries, page.whole) == ([], True)


async def test_after_the_end_there_is_nothing(reader, publish, domain):
    """G3: a reader that is up to date is told so."""
    subject = subjects.event(domain, "happened")
    sequence = await publish(subject, b"the only one")
    assert await reader.read(subject, sequence + 1) == []
    assert [entry.body for entry in await reader.read(subject, -5)] == [b"the only one"]


async def test_many_reads_at_once_do_not_mix(reader, publish, domain):
    """G6: every reader gets its own subject's entries over the one inbox they share."""
    names = [subjects.event(domain, f"number_{number}") for number in range(40)]
    for name in names:
        for _ in range(5):
            await publish(name, name.encode())
    found = await asyncio.gather(*(reader.read(name) for name in names))
    assert [[entry.body.decode() for entry in entries] for entries in found] == [[name] * 5 for name in names]
    assert reader._replies == {}
