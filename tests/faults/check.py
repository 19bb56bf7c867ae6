"""After an experiment: wait for quiet, then compare clients, log, LIVE, PostgreSQL and effects."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable

from nats.errors import Error as NatsError

from pam_shared.bus.connection import Bus
from pam_shared.contracts import topology
from tests.faults.at_client import broken_at_client
from tests.faults.evidence import Key, gather
from tests.faults.fault import LOST, Violation
from tests.faults.member import Client
from tests.faults.on_record import broken_on_record
from tests.faults.stack import Stack

POLL = 0.1
CLIENTS_WITHIN = 3.0
"""Seconds clients get to hear the rest once the servers are at rest."""


async def check(stack: Stack, bus: Bus, clients: list[Client], within: float) -> list[Violation]:
    """Return every violation in the conversations of these clients.

    The servers must be at rest within so many seconds.
    """
    found = [Violation(LOST, sentence) for sentence in await _until_quiet(bus, clients, within)]
    talks: defaultdict[Key, list[Client]] = defaultdict(list)
    for client in clients:
        talks[client.member.user, client.conversation].append(client)
    database = await stack.administrator()
    try:
        records = await gather(bus, database, list(talks))
    finally:
        await database.close()
    for key, devices in talks.items():
        said = {message.id: message for device in devices for message in device.diary.said.values()}
        found += broken_on_record(records[key], said)
        acked = [message for message in said.values() if message.acked_at is not None]
        for device in devices:
            found += broken_at_client(device.diary, records[key], acked)
    return found


async def _until_quiet(bus: Bus, clients: list[Client], within: float) -> Iterable[str]:
    """Wait until no consumer has anything left, then until clients have heard it; return what did not come to rest."""
    end = time.monotonic() + within
    restless = ["nothing was asked yet"]
    while restless and time.monotonic() < end:
        restless = [line for name in (topology.AGENT.name, topology.RECORDER) for line in await _left(bus, name)]
        await asyncio.sleep(POLL)
    end = time.monotonic() + CLIENTS_WITHIN
    while any(_waits(client) for client in clients) and time.monotonic() < end:  # noqa: ASYNC110 - all, not one
        await asyncio.sleep(POLL)
    return restless


async def _left(bus: Bus, consumer: str) -> list[str]:
    try:
        info = await bus.jetstream.consumer_info(topology.CONVERSATIONS, consumer)
    except (NatsError, TimeoutError) as error:
        return [f"the consumer {consumer} could not be asked: {error!r}"]
    waiting, unacked = info.num_pending or 0, info.num_ack_pending or 0
    if not waiting and not unacked:
        return []
    return [f"the consumer {consumer} did not come to rest: {waiting} waiting, {unacked} unacknowledged"]


def _waits(client: Client) -> bool:
    return any(not said.finished.is_set() for said in client.diary.said.values())
