"""3: a gateway is killed with all its sockets, and another one is there."""

import asyncio
from random import Random

from tests.faults.fault import Defence, Fault, Figure, Outcome, Plan
from tests.faults.world import World, percentile

SOCKETS = 500
SOCKETS_SHORT = 60
RESUMED_WITHIN = 5.0
SHARE = 0.99
TOKENS = 60


async def run(world: World, rng: Random) -> Outcome:
    """Kill the gateway that everybody is at while they talk, and start it again while they are at the other one."""
    doomed = world.stack.of("gateway")[0]
    urls = world.stack.gateway_urls
    sockets = SOCKETS_SHORT if world.size.short else SOCKETS
    clients = await world.talks(sockets, urls=urls)
    talking = clients[: world.size.conversations]
    async with world.during(world.chat(talking, tokens=TOKENS)):
        await asyncio.sleep(rng.uniform(0.5, 1.5))
        at_doomed = [client for client in clients if client.connected and client.url == urls[0]]
        await doomed.kill()
        await asyncio.sleep(RESUMED_WITHIN)
        await doomed.start()
    waits = [
        away.ended - away.began if away.ended else 60.0 for client in at_doomed for away in client.diary.absences[:1]
    ]
    return Outcome([Figure(f"{len(waits)} sockets, {SHARE:.0%} resumed in", percentile(waits, SHARE), RESUMED_WITHIN)])


FAULT = Fault(
    3,
    "gateway kill -9 with 500 sockets, second one up",
    run,
    (Defence("resume", "O"),),
    Plan(agents=1, workers=1),
)
