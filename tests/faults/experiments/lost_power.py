"""14: the machine of the NATS server loses power, with publishes on the way to it; what was not synced is gone."""

import asyncio
from random import Random

from tests.faults.fault import Defence, Fault, Figure, Outcome, Plan
from tests.faults.member import Client
from tests.faults.world import World, within

CUTS = 3
CUTS_SHORT = 1
ANSWERED_WITHIN = 30.0


async def run(world: World, rng: Random) -> Outcome:
    """Cut the power under load, some times. The streams themselves are older than the first cut by far."""
    world.stack.disk.sync()
    clients = await world.talks()
    await world.watchers(clients[::2])
    promised = 0
    async with world.during(world.chat(clients)):
        for _ in range(CUTS_SHORT if world.size.short else CUTS):
            await asyncio.sleep(rng.uniform(1.0, 2.5))
            said = [await client.say(tool=False) for client in clients]
            await within(world.patience, asyncio.gather(*(message.acked.wait() for message in said[::2])))
            promised += await _lose_power(world, clients)
            await world.answers(said)
    return Outcome([Figure(f"{promised} acked before, longest answer", world.longest_answer, ANSWERED_WITHIN)])


async def _lose_power(world: World, clients: list[Client]) -> int:
    """Return how many messages were acknowledged when the power went."""
    nats, disk = world.stack.nats, world.stack.disk
    nats.pause()  # What it would acknowledge between the cut and its end would have no power either.
    disk.lose_power()
    await nats.kill()
    promised = sum(said.acked_at is not None for client in clients for said in client.diary.said.values())
    disk.reboot()
    await nats.start()
    return promised


FAULT = Fault(
    14,
    "nats loses power and all that was not synced",
    run,
    (Defence("sync", "L"),),
    Plan(agents=2, workers=1, nats=(("nats_sync", "always"),), disk=True),
)
