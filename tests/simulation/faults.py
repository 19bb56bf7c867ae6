"""What befalls a world: weather on the network, and blows at drawn moments."""

import asyncio
from random import Random
from typing import TYPE_CHECKING

from pam_shared.contracts import topology
from tests.simulation.agents import REVIVED_AFTER
from tests.simulation.network import SERVER, Client, Weather

if TYPE_CHECKING:
    from tests.simulation.agents import Agent
    from tests.simulation.world import World


def draw_weather(random: Random, *, troubled: bool) -> Weather:
    """Return the network of a world."""
    if not troubled:
        return Weather(random)
    draw = random.choice
    return Weather(
        random,
        slow=draw((0.0, 0.02, 0.1)),
        lost=draw((0.0, 0.02, 0.1)),
        repeated=draw((0.0, 0.05)),
        stale=draw((0.0, 0.1, 0.5)),
    )


def provoke(world: "World") -> None:
    """Now and then a blow falls right after an append: on whoever made it, before it knows."""
    draw = world.random
    victim = next((one for one in world.fleet.agents if one.process.name == world.server.publisher), None)
    if victim is None or not world.blows or draw.random() >= world.malice:
        return
    world.blows -= 1
    blow = draw.choice((_crash, _crash, _freeze, _cut))
    delay = draw.choice((0.0, 0.0, 0.002, 0.02))
    world.loop.call_later(delay, lambda: world.strike(blow(world, victim)), context=SERVER)


async def strike(world: "World", seconds: float) -> None:
    """Let blows fall at drawn moments for so long."""
    draw = world.random
    blows = (_crash, _crash, _freeze, _cut, _restart_server, _stop)
    until = world.loop.time() + seconds
    for _ in range(draw.choice((0, 1, 2, 4)) if seconds else 0):
        await asyncio.sleep(draw.choice((draw.uniform(0, 0.3), draw.uniform(0, seconds / 3))))
        if world.loop.time() < until and world.fleet.agents:
            world.strike(draw.choice(blows)(world, draw.choice(world.fleet.agents)))


async def recovered(world: "World") -> None:
    """Wait until all that was broken is whole again."""
    while pending := [blow for blow in world.struck if not blow.done()]:
        await asyncio.wait(pending)


async def _crash(world: "World", victim: "Agent") -> None:
    """SIGKILL; another starts after a while."""
    if victim.process.alive and victim in world.fleet.agents:
        victim.process.kill()
        await asyncio.sleep(REVIVED_AFTER[1])


async def _freeze(world: "World", victim: "Agent") -> None:
    """SIGSTOP and SIGCONT."""
    if victim.process.frozen:
        return
    world.tell(victim.process.name, "is frozen")
    victim.process.frozen = True
    await asyncio.sleep(world.random.uniform(0.5, 9.0))
    world.tell(victim.process.name, "is thawed")
    world.loop.thaw(victim.process)


async def _cut(world: "World", victim: "Agent") -> None:
    """Its connection is lost and made again, or that of who watches."""
    client = world.random.choice((victim.client, victim.client, world.viewer.client))
    if client.is_connected:
        _lose(world, client)
        await asyncio.sleep(world.random.uniform(0.1, 7.0))
        _mend(world, client)


async def _restart_server(world: "World", _victim: "Agent") -> None:
    """The server is killed and starts again: what was in memory is gone."""
    world.tell("server", "is killed")
    cut = [client for client in world.server.connections if client.is_connected]
    for client in cut:
        _lose(world, client)
    world.server.streams[topology.LIVE].entries.clear()
    await asyncio.sleep(world.random.uniform(0.3, 2.0))
    for client in cut:
        _mend(world, client)


async def _stop(world: "World", victim: "Agent") -> None:
    """SIGTERM: it drains; another takes its place."""
    world.tell(victim.process.name, "is told to stop")
    victim.leave.set()
    await asyncio.sleep(world.random.uniform(0.05, 3.0))
    world.fleet.start()


def _lose(world: "World", client: Client) -> None:
    world.tell(client.name, "is cut off")
    client.cut()


def _mend(world: "World", client: Client) -> None:
    if client in world.server.connections and not client.is_connected:
        world.tell(client.name, "is connected again")
        client.mend()
