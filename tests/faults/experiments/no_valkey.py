"""19: Valkey dies, comes back, and falls silent."""

import asyncio
from random import Random

from tests.faults.fault import Defence, Fault, Figure, Outcome, Plan
from tests.faults.visible import errors_seen
from tests.faults.world import World, percentile

ACKED_WITHIN = 1.0
EACH = 2.0


async def run(world: World, rng: Random) -> Outcome:
    """Kill Valkey while everybody talks, start it again, stop it, let it go on: no member sees any of it."""
    valkey = world.stack.servers["valkey"]
    clients = await world.talks()
    async with world.during(world.chat(clients)):
        await asyncio.sleep(rng.uniform(0.2, 0.6))
        await valkey.kill()
        await world.chat(clients, messages=1)
        await valkey.start()
        await world.chat(clients, messages=1)
        valkey.pause()
        await world.chat(clients, messages=1)
        valkey.resume()
    acks = [message.acked_at - message.at for message in world.said if message.acked_at]
    return Outcome([Figure("ack p99", percentile(acks, 0.99), ACKED_WITHIN)], errors_seen(clients))


FAULT = Fault(
    19,
    "valkey away",
    run,
    (Defence("local_limits", "L"),),
    Plan(agents=1, workers=1),
)
