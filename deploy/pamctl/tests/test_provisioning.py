"""Provisioning: everything is made in one place, may run again, and gives each service no more than its own."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import asyncpg
import nats
import pytest
from nats.aio.client import Client
from nats.js.errors import NotFoundError

from pam_shared.contracts import topology
from pam_shared.contracts.topology import CONVERSATIONS, EVENTS, REVOKED_SESSIONS, STREAMS, StreamSpec
from pam_shared.embedded.nats import start_nats
from pam_shared.service import ServiceSpec, installed_services
from pamctl.provisioning import ProvisioningError, provision_nats, provision_postgres
from pamctl.stream_keeper import StreamKeeper
from tests.harness.waiting import eventually

MIGRATIONS = Path(__file__).parent / "migrations"
SERVICES = [
    ServiceSpec("tools-first", "first.main", schema="first", migrations=(MIGRATIONS,)),
    ServiceSpec("tools-second", "second.main", schema="second", migrations=(MIGRATIONS,)),
    ServiceSpec("without", "without.main"),
]
PASSWORDS = {"tools-first": "a/b:c@d'e", "tools-second": "second"}


@pytest.fixture
async def connection(tmp_path) -> AsyncIterator[Client]:
    """A NATS of its own for each test: the topology's names are fixed."""
    server = await start_nats(tmp_path)
    connection = await nats.connect(server.url)
    yield connection
    await connection.close()
    await server.stop()


async def test_every_stream_consumer_and_bucket_of_the_topology_is_made(connection):
    """Requirement: services declare nothing; one idempotent step makes all of it."""
    await provision_nats(connection)
    await provision_nats(connection)
    jetstream = connection.jetstream()
    assert {info.config.name for info in await jetstream.streams_info()} == {
        *(stream.name for stream in STREAMS),
        f"KV_{REVOKED_SESSIONS}",
    }
    for stream in STREAMS:
        consumers = {info.name: info.config for info in await jetstream.consumers_info(stream.name)}
        followers = {spec.name for spec in installed_services() if spec.follows and stream.name == EVENTS}
        assert set(consumers) == {consumer.name for consumer in stream.consumers} | followers
        for consumer in stream.consumers:
            found = consumers[consumer.name]
            assert (found.ack_wait, found.max_ack_pending) == (
                consumer.ack_wait.total_seconds(),
                consumer.max_ack_pending,
            )
            assert (found.ack_policy, found.max_deliver, found.filter_subject) == (
                "explicit",
                -1,
                consumer.filter_subject,
            )


async def test_streams_have_the_settings_the_bus_relies_on(connection):
    """Requirement: direct reads, atomic batches where the log is, ages and windows as the topology has them."""
    await provision_nats(connection)
    for stream in STREAMS:
        config = (await connection.jetstream().stream_info(stream.name)).config
        assert config.allow_direct
        assert bool(config.allow_atomic) == (stream.name == CONVERSATIONS)
        assert config.storage == ("memory" if stream.memory else "file")
        assert config.max_age == stream.max_age.total_seconds()
        assert config.duplicate_window == stream.duplicate_window.total_seconds()
        assert config.discard == ("old" if stream.memory else "new")
        assert config.max_bytes == (stream.max_bytes or -1)


async def test_a_bucket_works_with_any_client(connection):
    """Requirement: revoked sessions are a key-value bucket that every client understands."""
    await provision_nats(connection)
    bucket = await connection.jetstream().key_value(REVOKED_SESSIONS)
    await bucket.put("session", b"1")
    await bucket.put("session", b"2")
    assert (await bucket.get("session")).value == b"2"
    assert (await bucket.status()).ttl == timedelta(days=2).total_seconds()


async def test_what_exists_is_brought_up_to_date_and_keeps_its_messages(connection, monkeypatch):
    """Requirement: a changed topology reaches servers that run already, and loses nothing."""
    await provision_nats(connection)
    await connection.jetstream().publish("pam.audit.test", b"1")
    shorter = tuple(
        replace(
            stream,
            max_age=timedelta(days=1),
            consumers=tuple(replace(consumer, max_ack_pending=7) for consumer in stream.consumers),
        )
        for stream in STREAMS
    )
    monkeypatch.setattr(topology, "STREAMS", shorter)
    await provision_nats(connection)
    info = await connection.jetstream().stream_info(topology.AUDIT)
    assert (info.config.max_age, info.state.messages) == (86400, 1)
    consumer = await connection.jetstream().consumer_info(topology.AUDIT, topology.RECORDER)
    assert consumer.config.max_ack_pending == 7


async def test_a_stream_made_anew_goes_on_above_the_one_it_replaces(connection):
    """G3: places in the log only grow, also when the log was lost; and every JSON reader can count that far."""
    await provision_nats(connection)
    jetstream = connection.jetstream()
    old = [(await jetstream.publish("pam.audit.test", b"1")).seq for _ in range(50)][-1]
    await jetstream.delete_stream(topology.AUDIT)
    await asyncio.sleep(0.06)  # a burst is ahead of the clock for as many milliseconds as it has messages
    await provision_nats(connection)
    new = (await jetstream.publish("pam.audit.test", b"1")).seq
    assert old < new < 2**53
    assert abs(new - time.time() * 1000) < 60_000


async def test_a_stream_that_exists_keeps_counting_where_it_was(connection):
    """G3: a stream that was made otherwise is not renumbered."""
    jetstream = connection.jetstream()
    await jetstream.add_stream(name=topology.AUDIT, subjects=["pam.audit.*"])
    await jetstream.publish("pam.audit.test", b"1")
    await provision_nats(connection)
    assert (await jetstream.publish("pam.audit.test", b"2")).seq == 2
    assert (await jetstream.stream_info(topology.AUDIT)).config.discard == "new"


async def test_where_all_is_as_it_should_be_nothing_is_changed(connection):
    """Requirement: it runs at every start and reconnect, so it asks and leaves alone what is right."""
    await provision_nats(connection)
    changes = []

    async def note(message):
        changes.append(message.subject)

    for what in ("STREAM.CREATE.*", "STREAM.UPDATE.*", "CONSUMER.CREATE.>"):
        await connection.subscribe(f"$JS.API.{what}", cb=note)
    await provision_nats(connection)
    await connection.flush()
    assert changes == []
    await connection.jetstream().delete_stream(topology.LIVE)
    await provision_nats(connection)
    await connection.flush()
    assert changes == [f"$JS.API.STREAM.CREATE.{topology.LIVE}"]


async def test_a_keeper_beside_nats_makes_again_what_went_with_its_process(tmp_path):
    """Requirement: where nobody starts NATS for us, `pamctl provision --keep` brings its memory streams back."""
    server = await start_nats(tmp_path)
    said = []
    keeper = StreamKeeper(server.url, 1, said.append)
    await keeper.start()
    await keeper.provision()
    os.kill(server.pid, signal.SIGKILL)
    await server.process.wait()
    server = await start_nats(tmp_path, port=server.port)

    async def live_is_back():
        with suppress(NotFoundError, nats.errors.Error):
            return bool(await keeper.nats.jetstream().stream_info(topology.LIVE))

    await eventually(live_is_back)
    await keeper.stop()
    assert said == []
    await server.stop()


async def test_what_nats_refuses_is_a_sentence(connection, monkeypatch):
    """Requirement: an error names the stream and the server's reason."""
    overlapping = (StreamSpec("ONE", ("same",), timedelta(days=1)), StreamSpec("TWO", ("same",), timedelta(days=1)))
    monkeypatch.setattr(topology, "STREAMS", overlapping)
    with pytest.raises(ProvisioningError, match="NATS refuses the stream TWO: subjects overlap"):
        await provision_nats(connection)


async def test_each_service_logs_in_with_its_own_url(postgres_url):
    """Requirement: a login role and a schema per service; it may run again, and a new password counts."""
    await provision_postgres(postgres_url, SERVICES, PASSWORDS | {"tools-second": "old"})
    urls = await provision_postgres(postgres_url, SERVICES, PASSWORDS)
    assert set(urls) == {"tools-first", "tools-second"}
    for name, role in (("tools-first", "pam_first"), ("tools-second", "pam_second")):
        connection = await asyncpg.connect(urls[name])
        assert await connection.fetchval("select current_user") == role
        assert await connection.fetch("select * from notes") == []
        await connection.close()


@pytest.mark.parametrize(
    "forbidden",
    [
        "select * from second.notes",
        "insert into notes (body) values ('')",
        "create table mine (x int)",
        "create table public.mine (x int)",
        "create schema mine",
        "create temporary table mine (x int)",
        "create role other",
        "set role pam_second",
        "drop table notes",
        "select * from schema_migrations",
        "alter role pam_first bypassrls",
        "select * from pg_authid",
    ],
)
async def test_a_service_may_do_nothing_it_was_not_granted(postgres_url, forbidden):
    """Requirement: default deny: another service's schema, its own definition and the server are out of reach."""
    urls = await provision_postgres(postgres_url, SERVICES, PASSWORDS)
    connection = await asyncpg.connect(urls["tools-first"])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(forbidden)
    await connection.close()


async def test_a_role_that_could_pass_row_level_security_is_refused(postgres_url):
    """Requirement: row-level security holds for every service; a role that could pass it is not taken over."""
    connection = await asyncpg.connect(postgres_url)
    await connection.execute("create role pam_mighty bypassrls")
    mighty = [ServiceSpec("mighty", "mighty.main", schema="mighty")]
    with pytest.raises(ProvisioningError, match="pam_mighty may pass row-level security: drop it"):
        await provision_postgres(postgres_url, mighty, {"mighty": "x"})
    await connection.execute("drop role pam_mighty")
    await connection.close()
