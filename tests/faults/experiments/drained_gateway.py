"""4: a gateway is told to go, under load."""

import asyncio
from random import Random

from pam_shared.contracts.frames import CloseCode
from tests.faults.fault import LOST, Defence, Fault, Figure, Outcome, Plan, Violation
from tests.faults.visible import errors_seen, rude_endings
from tests.faults.world import World

EXIT_WITHIN = 30.0


async def run(world: World, rng: Random) -> Outcome:
    """SIGTERM one gateway while everybody who is there talks; its members go to the other one."""
    leaving, _ = world.stack.of("gateway")
    clients = await world.talks(urls=world.stack.gateway_urls)
    async with world.during(world.chat(clients)):
        await asyncio.sleep(rng.uniform(0.3, 1.0))
        code, seconds = await leaving.terminate(EXIT_WITHIN * 2)
        await leaving.start()
    found = [*errors_seen(clients), *rude_endings(clients, CloseCode.DRAIN)]
    if code:
        found.append(Violation(LOST, f"the gateway ended with code {code}"))
    return Outcome([Figure("exit", seconds, EXIT_WITHIN)], found)


FAULT = Fault(
    4,
    "gateway SIGTERM under load",
    run,
    (Defence("drain", "L"),),
    Plan(agents=1, workers=1),
)
