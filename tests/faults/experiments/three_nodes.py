"""16: of three NATS nodes one is lost with its disk, one is cut off from the others, two are stopped."""

import asyncio
import json
import shutil
import time
from random import Random
from typing import Any

import psutil
from nats.errors import Error as NatsError

from pam_shared.contracts import topology
from tests.faults.diary import Said
from tests.faults.fault import LOST, Defence, Fault, Figure, Outcome, Plan, Violation
from tests.faults.member import Client
from tests.faults.processes import Server, Service
from tests.faults.world import World, until, within

ACCEPTED_WITHIN = 10.0
ANSWERED_WITHIN = 30.0
CUT_FOR = 20.0
CUT_FOR_SHORT = 6.0
STOPPED_FOR = 12.0
STOPPED_FOR_SHORT = 4.0
LEADER_WITHIN = 20.0
CURRENT_WITHIN = 20.0
POLL = 0.1


async def run(world: World, rng: Random) -> Outcome:
    """Do to the nodes, one after the other, what most of them must stand, and what they need not."""
    clients = await world.talks()
    lost = await _lose_leader(world, clients)
    await _until_current(world)
    cut = await _cut_leader_off(world, clients)
    await _until_current(world)
    back, violations = await _stop_two(world, clients, rng)
    await _until_current(world)
    figures = [
        Figure("leader lost: accepts after", lost, ACCEPTED_WITHIN),
        Figure("cut off: after", cut, ACCEPTED_WITHIN),
        Figure("two stopped: after", back, ACCEPTED_WITHIN),
        Figure("longest answer", world.longest_answer, ANSWERED_WITHIN),
    ]
    return Outcome(figures, violations)


async def _lose_leader(world: World, clients: list[Client]) -> float:
    """Kill the log's leader in the middle of answers, for good: it comes back with an empty disk."""
    node = await _leader(world)
    first = await _say(clients)
    await within(world.patience, asyncio.gather(*(message.acked.wait() for message in first[::2])))
    await node.kill()
    seconds, said = await _accepted_again(clients)
    shutil.rmtree(world.stack.home.path / node.name / "jetstream")
    await node.start()
    await world.answers([*first, *said])
    return seconds


async def _cut_leader_off(world: World, clients: list[Client]) -> float:
    """Let the log's leader see nobody but its clients; with one gateway at least among the others."""
    node = await _leader(world)
    while all(_attached(gateway, node) for gateway in world.stack.of("gateway")):
        await _ask(world, f"STREAM.LEADER.STEPDOWN.{topology.CONVERSATIONS}")
        node = await _leader(world)
    number = world.stack.nodes.index(node) + 1
    first = await _say(clients)
    world.stack.links.cut_off(number)
    cut = time.monotonic()
    seconds, said = await _accepted_again(clients)
    await asyncio.sleep(max(0.0, cut + (CUT_FOR_SHORT if world.size.short else CUT_FOR) - time.monotonic()))
    world.stack.links.mend(number)
    await world.answers([*first, *said])
    return seconds


async def _stop_two(world: World, clients: list[Client], rng: Random) -> tuple[float, list[Violation]]:
    """Leave one node alone: it must not say yes to anything."""
    stopped = rng.sample(world.stack.nodes, 2)
    for node in stopped:
        node.pause()
    said = await _say(clients)
    await asyncio.sleep(STOPPED_FOR_SHORT if world.size.short else STOPPED_FOR)
    lies = [Violation(LOST, f"{message.ask.mark} was acknowledged by one node") for message in said if message.acked_at]
    for node in stopped:
        node.resume()
    began = time.monotonic()
    await until(lambda: any(message.acked_at for message in said), ACCEPTED_WITHIN * 2)
    seconds = time.monotonic() - began
    await world.answers(said)
    return seconds, lies


async def _say(clients: list[Client]) -> list[Said]:
    return list(await asyncio.gather(*(client.say() for client in clients)))


async def _accepted_again(clients: list[Client]) -> tuple[float, list[Said]]:
    """Say something new and return the seconds until the first of it is accepted."""
    said = await _say(clients)
    return await until(lambda: any(message.acked_at for message in said), ACCEPTED_WITHIN * 2), said


async def _leader(world: World) -> Server:
    """Return the node that leads the log. Raises TimeoutError when none does."""
    async with asyncio.timeout(LEADER_WITHIN):
        while True:
            name = (await _cluster(world)).get("leader")
            if name:
                return world.stack.servers[name]
            await asyncio.sleep(POLL)


async def _until_current(world: World) -> None:
    """Wait until every copy of the log has all of it, for a while."""
    end = time.monotonic() + CURRENT_WITHIN
    while time.monotonic() < end:
        cluster = await _cluster(world)
        if cluster.get("leader") and all(
            copy["current"] and not copy.get("lag") for copy in cluster.get("replicas", ())
        ):
            return
        await asyncio.sleep(POLL)


async def _cluster(world: World) -> dict[str, Any]:
    """Return what is known of the log's copies; nothing while nobody answers."""
    return (await _ask(world, f"STREAM.INFO.{topology.CONVERSATIONS}")).get("cluster", {})


async def _ask(world: World, what: str) -> dict[str, Any]:
    try:
        return json.loads((await world.bus.nats.request(f"$JS.API.{what}", timeout=1)).data)
    except (NatsError, TimeoutError, OSError):
        return {}


def _attached(service: Service, node: Server) -> bool:
    """Whether a service's NATS connection is to this node."""
    ends = psutil.Process(service.pid).net_connections("tcp4")
    here = {end.laddr.port for end in psutil.Process(node.pid).net_connections("tcp4") if end.status == "LISTEN"}
    return any(end.raddr and end.raddr.port in here for end in ends)


FAULT = Fault(
    16,
    "three nodes: leader lost, one cut off, two stopped",
    run,
    (Defence("replicas", "L"), Defence("ack_before_write", "L")),
    Plan(agents=2, workers=1, nats=(("nats_nodes", "3"),), links=True),
)
