"""13: the NATS server is killed and started again and again, with publishes on the way to it."""

import asyncio
from random import Random

from tests.faults.fault import Defence, Fault, Figure, Outcome, Plan
from tests.faults.world import World

KILLS = 5
KILLS_SHORT = 2
STOPPED_FOR = 0.1
ANSWERED_WITHIN = 30.0


async def run(world: World, rng: Random) -> Outcome:
    """Kill NATS under load. It is stopped a moment before, so that something is always on the way and never arrives."""
    clients = await world.talks()
    await world.watchers(clients[::2])
    nats = world.stack.nats
    async with world.during(world.chat(clients)):
        for _ in range(KILLS_SHORT if world.size.short else KILLS):
            await asyncio.sleep(rng.uniform(0.5, 2.0))
            nats.pause()
            said = [await client.say(tool=False) for client in clients]
            await asyncio.sleep(STOPPED_FOR)
            await nats.kill()
            await asyncio.sleep(rng.uniform(0, 0.5))
            await nats.start()
            await world.answers(said)
    return Outcome([Figure("longest answer", world.longest_answer, ANSWERED_WITHIN)])


FAULT = Fault(
    13,
    "nats-server kill -9 and restart x 5 under load",
    run,
    (Defence("ack_before_write", "L"),),
    Plan(agents=2, workers=1),
)
