"""`pamctl up --nats-nodes 3`: what was acknowledged is on most nodes, and is there whichever of them is lost."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

import psutil
import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError

from deploy.pamctl.tests.supervised import pam, until
from pam_shared.contracts import topology
from tests.harness.waiting import eventually

NODES = {"nats-1", "nats-2", "nats-3"}
SUBJECT = "pam.conversation.member.conversation.in"
ACCEPTS_WITHIN = 25.0
"""Raft waits four to nine seconds before it elects another leader, and does so again where two were proposed."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for all: each test finds what the last one left."""
    return tmp_path_factory.mktemp("cluster") / "home"


@pytest.fixture
async def cluster(folder):
    async with pam(folder, PAM_NATS_NODES="3") as running:
        await running.said("PAM is ready", within=60)
        yield running


@pytest.fixture
async def client(cluster):
    connection = Client()
    servers = cluster.home.nats_url().split(",")
    await connection.connect(servers, max_reconnect_attempts=-1, reconnect_time_wait=0.1, error_cb=ignore)
    yield connection
    await connection.close()


async def publish(client: Client, number: int, timeout: float = 1.0) -> int | None:
    """Publish and return the acknowledged sequence; None when it was refused or nobody answered."""
    try:
        reply = await client.request(SUBJECT, str(number).encode(), timeout=timeout)
    except (NatsError, TimeoutError, OSError):
        return None
    ack = json.loads(reply.data)
    return None if "error" in ack else ack["seq"]


async def until_accepted(client: Client, number: int) -> tuple[int, float]:
    began = time.monotonic()
    while (sequence := await publish(client, number)) is None:
        assert time.monotonic() - began < ACCEPTS_WITHIN, "nothing is accepted"
    return sequence, time.monotonic() - began


async def leader_of(client: Client, stream: str) -> str:
    reply = await client.request(f"$JS.API.STREAM.INFO.{stream}", timeout=5)
    return json.loads(reply.data)["cluster"]["leader"]


async def stored(client: Client, sequences: Iterable[int]) -> dict[int, str]:
    """Return what the stream has at these sequences, once it answers. Raises NotFoundError for one that is lost."""

    async def look() -> dict[int, str] | None:
        try:
            found = [await client.jetstream().get_msg(topology.CONVERSATIONS, sequence) for sequence in sequences]
        except NotFoundError:
            raise
        except (NatsError, TimeoutError):
            return None
        return {message.seq: message.data.decode() for message in found}

    found: dict[int, str] = await eventually(look)
    return found


async def test_every_stream_and_consumer_has_three_copies(cluster, client):
    """Requirement: no node is the only one to have anything; what is in memory has three copies like the rest."""
    assert {state.name for state in cluster.home.read_processes()} >= NODES
    for stream in topology.STREAMS:
        info = json.loads((await client.request(f"$JS.API.STREAM.INFO.{stream.name}", timeout=5)).data)
        assert (info["config"]["num_replicas"], len(info["cluster"]["replicas"])) == (3, 2)
        for consumer in stream.consumers:
            subject = f"$JS.API.CONSUMER.INFO.{stream.name}.{consumer.name}"
            info = json.loads((await client.request(subject, timeout=5)).data)
            assert len(info["cluster"]["replicas"]) == 2


async def test_when_the_leader_is_killed_another_one_accepts_and_nothing_is_lost(cluster, client):
    """Requirement: a killed node costs seconds and no acknowledged message, and is back by itself."""
    acknowledged = {(await until_accepted(client, number))[0]: str(number) for number in range(20)}
    leader = await leader_of(client, topology.CONVERSATIONS)
    killed = cluster.pid_of(leader)
    os.kill(killed, signal.SIGKILL)
    sequence, took = await until_accepted(client, 20)
    print(f"accepted again after {took:.1f} s")
    await cluster.said(f"{leader} ended with code -9; starting it again")
    acknowledged[sequence] = "20"
    assert await stored(client, acknowledged) == acknowledged
    await until(lambda: {state.state for state in cluster.home.read_processes()} == {"running"})
    assert cluster.pid_of(leader) != killed


async def test_with_two_of_three_stopped_nothing_is_acknowledged_and_nothing_is_lost(cluster, client):
    """Requirement: one node alone never says yes; when the others are back, it goes on with all it said yes to."""
    acknowledged = {(await until_accepted(client, number))[0]: str(number) for number in range(20)}
    stopped = [psutil.Process(cluster.pid_of(node)) for node in sorted(NODES)[:2]]
    for process in stopped:
        process.suspend()
    try:
        answers = [await publish(client, number, timeout=1) for number in range(20, 28)]
    finally:
        for process in stopped:
            process.resume()
    assert answers == [None] * len(answers)
    sequence, took = await until_accepted(client, 28)
    print(f"accepted again after {took:.1f} s")
    acknowledged[sequence] = "28"
    assert await stored(client, acknowledged) == acknowledged


async def test_two_nodes_killed_at_once_come_back_by_themselves(cluster, client):
    """Requirement: what most nodes lose at once is on their disks."""
    acknowledged = {(await until_accepted(client, number))[0]: str(number) for number in range(20)}
    for node in sorted(NODES)[1:]:
        os.kill(cluster.pid_of(node), signal.SIGKILL)
    sequence, took = await until_accepted(client, 20)
    print(f"accepted again after {took:.1f} s")
    acknowledged[sequence] = "20"
    assert await stored(client, acknowledged) == acknowledged


async def test_a_stranger_cannot_join_the_cluster(cluster):
    """Requirement: the ports the nodes meet on are for those who know the cluster's secret."""
    port = json.loads((cluster.home.path / "ports.json").read_text())["nats-1-route"]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b'CONNECT {"name":"nats-9","cluster":"pam","user":"route","pass":"guessed","server_id":"X"}\r\nPING\r\n'
    )
    async with asyncio.timeout(5):
        said = await reader.read()
    writer.close()
    assert b"Authorization Violation" in said


async def ignore(_: Exception) -> None:
    pass
