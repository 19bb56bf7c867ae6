"""Who is running, as the services protocol of NATS tells it."""

import json
from uuid import uuid4

import pytest
from nats.aio.client import Client

from pam_shared.bus import discovery
from pam_shared.bus.connection import Bus
from pam_shared.bus.discovery import Advertisement, Directory, record_of
from pam_shared.contracts import subjects
from pam_shared.contracts.tools import ToolManifest
from tests.harness.waiting import eventually


def manifest(name, version=1, aliases=()):
    return ToolManifest(
        name=name, domain="d", version=version, title=name, description="It does.", aliases=list(aliases),
        input_schema={}, output_schema={}, effect="read", timeout=1, roles={"member"},
    )  # fmt: skip


@pytest.fixture
def name():
    """A name no other service has."""
    return f"s{uuid4().hex}"


@pytest.fixture
async def directory(bus):
    directory = Directory(bus)
    await directory.start()
    yield directory
    await directory.stop()


@pytest.fixture
def impatient(monkeypatch):
    """Rounds that take tenths of seconds."""
    monkeypatch.setattr(discovery, "REFRESH_EVERY", 0.2)
    monkeypatch.setattr(discovery, "LISTEN_FOR", 0.1)
    monkeypatch.setattr(discovery, "FORGET_AFTER", 0.9)


@pytest.fixture
async def foreign(nats):
    """A service somebody else wrote, which answers INFO with what it is given."""
    client = Client()
    await client.connect(nats)

    async def serve(body):
        async def reply(message):
            await message.respond(body if isinstance(body, bytes) else json.dumps(body).encode())

        await client.subscribe("$SRV.INFO", cb=reply)
        await client.flush()

    yield serve
    await client.close()


def ids(directory, name):
    return [record.id for record in directory.services if record.name == name]


async def test_a_service_that_comes_is_there_and_one_that_goes_is_gone(connect, directory, name):
    """R-T7: at once, by what it says itself; the next round is seconds away."""
    advertisement = Advertisement(await connect(name), "It does.", tools=[manifest(f"t_{name}", aliases=[f"a_{name}"])])
    await advertisement.start()
    await eventually(lambda: ids(directory, name) == [advertisement.id], within=1)
    assert directory.resolve(f"t_{name}") == directory.resolve(f"a_{name}") == advertisement.tools[0]
    await advertisement.stop()
    await eventually(lambda: ids(directory, name) == [], within=1)
    assert directory.resolve(f"t_{name}") is None


async def test_who_was_there_before_is_asked(connect, bus, name):
    """R-T7: a directory that starts later knows them by the time it has started."""
    instances = [Advertisement(await connect(name), "It does.", lambda: {"mode": "rules"}) for _ in range(2)]
    for instance in instances:
        await instance.start()
    directory = Directory(bus)
    await directory.start()
    assert sorted(ids(directory, name)) == sorted(instance.id for instance in instances)
    records = [record for record in directory.services if record.name == name]
    assert [(record.description, record.metadata) for record in records] == [("It does.", {"mode": "rules"})] * 2
    await instances[0].stop()
    await eventually(lambda: ids(directory, name) == [instances[1].id], within=1)
    await directory.stop()


async def test_of_two_versions_the_newer_is_called(connect, directory, name):
    """R-T7: two versions at once work, in whichever order they come, and the older one is there when the newer goes."""
    tool = f"t_{name}"
    running = []
    for version in (1, 2, 1):
        advertisement = Advertisement(await connect(name), "It does.", tools=[manifest(tool, version)])
        await advertisement.start()
        running.append(advertisement)
    await eventually(lambda: len(ids(directory, name)) == 3, within=1)
    assert directory.resolve(tool).version == 2
    await running[1].stop()
    await eventually(lambda: directory.resolve(tool).version == 1, within=1)


async def test_who_dies_without_a_word_is_forgotten(impatient, nats, connect, bus, name):
    """R-T7: a killed process cannot say goodbye; three silent rounds are enough, and the living stay."""
    directory = Directory(bus)
    await directory.start()
    dying = Bus(name, nats)
    await dying.connect()
    await Advertisement(dying, "Killed.").start()
    living = Advertisement(await connect(name), "Alive.")
    await living.start()
    await eventually(lambda: len(ids(directory, name)) == 2, within=1)
    await dying.close()
    await eventually(lambda: ids(directory, name) == [living.id], within=5)
    assert all(record.id in directory._seen for record in directory._read.values())
    await directory.stop()


async def test_a_service_changes_what_it_says_of_itself(impatient, connect, bus, name):
    """R-A4: the mode an agent is in is the one it told last."""
    mode = {"mode": "claude"}
    directory = Directory(bus)
    await directory.start()
    await Advertisement(await connect(name), "It does.", lambda: mode).start()
    await eventually(lambda: ids(directory, name), within=1)
    mode["mode"] = "rules"
    told = lambda: [record.metadata for record in directory.services if record.name == name]  # noqa: E731
    await eventually(lambda: told() == [{"mode": "rules"}], within=3)
    await directory.stop()


async def test_somebody_elses_service_is_listed_without_tools(foreign, bus, name):
    """R-T7: whoever speaks the protocol may live here; what has no manifest of ours is no tool of ours."""
    endpoints = [{"name": "add", "subject": "math.add", "queue_group": "q", "metadata": {"unit": "none"}}]
    await foreign({"id": "1", "name": name, "version": "1.0.0", "metadata": {}, "endpoints": endpoints})
    directory = Directory(bus)
    await directory.start()
    assert ids(directory, name) == ["1"]
    assert "add" not in directory.tools
    await directory.stop()


@pytest.mark.unit
@pytest.mark.parametrize(
    "endpoint",
    [
        {"name": "add", "subject": "math.add"},
        {"name": "add", "subject": "math.add", "metadata": {}},
        {"name": "add", "subject": "math.add", "metadata": None},
    ],
    ids=["no metadata", "empty metadata", "null metadata, as services in Go have it"],
)
def test_an_endpoint_without_metadata_is_read(endpoint):
    """R-T7: the protocol's other implementations leave metadata out, empty or null."""
    info = {"id": "1", "name": "math", "version": "1.0.0", "metadata": None, "endpoints": [endpoint]}
    record = record_of(json.dumps(info).encode())
    assert (record.name, record.tools, record.metadata) == ("math", [], {})


@pytest.mark.unit
@pytest.mark.parametrize("info", [b"", b"{}", b"[]", b"null", b"\xff", b'{"id": 1, "name": "x"}', b'{"id": "1"}'])
def test_what_is_no_description_is_refused_as_one(info):
    """R-T7: one kind of error, whatever was sent."""
    with pytest.raises((ValueError, KeyError, TypeError)):
        record_of(info)


@pytest.mark.parametrize("nonsense", [b"not json", b"{}", b"[]", b'{"id": "1", "name": "x", "endpoints": [{}, 7]}'])
async def test_nonsense_hides_nobody(foreign, connect, bus, name, nonsense):
    """R-T7: a service that describes itself badly costs the others nothing."""
    await foreign(nonsense)
    directory = Directory(bus)
    await directory.start()
    await bus.nats.publish(subjects.SERVICE_WITHDRAWN, nonsense)
    advertisement = Advertisement(await connect(name), "It does.")
    await advertisement.start()
    await eventually(lambda: ids(directory, name) == [advertisement.id], within=1)
    await advertisement.stop()
    await eventually(lambda: ids(directory, name) == [], within=1)
    await directory.stop()
