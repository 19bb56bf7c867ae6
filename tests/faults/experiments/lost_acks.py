"""9: three agents, messages sent ahead in every conversation, and some of the acknowledgements lost."""

import asyncio
from random import Random

from tests.faults.fault import Defence, Fault, Figure, Outcome, Plan
from tests.faults.nats_stream import AckLoss
from tests.faults.world import World

LOST = 0.02
LOST_SHORT = 0.2
AHEAD = 0.8
RECONNECTED = 1.0
ANSWERED_WITHIN = 20.0


async def run(world: World, rng: Random) -> Outcome:
    """Talk far ahead of the answers while the agents' acks get lost on the way."""
    lost: list[bytes] = []
    share = LOST_SHORT if world.size.short else LOST
    proxy = world.stack.proxy
    proxy.filtering = lambda: AckLoss(rng, share, lost)
    proxy.cut()
    await asyncio.sleep(RECONNECTED)
    clients = await world.talks()
    await world.watchers(clients[::2])
    await world.chat(clients, ahead=AHEAD)
    return Outcome(
        [Figure(f"{len(lost)} acks lost, longest answer", world.longest_answer, ANSWERED_WITHIN)], struck=len(lost)
    )


FAULT = Fault(
    9,
    "three agents, interleaved messages, acks lost",
    run,
    (Defence("order", "O"),),
    Plan(agents=3, workers=1, proxied=frozenset({"agent"})),
)
