"""10: a tool worker dies after its effect and before its reply."""

import asyncio
from random import Random

from tests.faults.fault import Defence, Fault, Figure, Outcome, Plan
from tests.faults.world import World, until

MISHAP = "die_after_effect"
ENDED_WITHIN = 15.0
"""Seconds: a call waits four for its answer, three times, before it is given up."""
ROUNDS = 3


async def run(world: World, rng: Random) -> Outcome:
    """Let one of two workers die at its first effect, again and again, while everybody talks."""
    mortal = world.stack.services["tools-budget-1"]
    deaths = 0
    clients = await world.talks()
    async with world.during(world.chat(clients)) as talking:
        while deaths < ROUNDS:
            await until(lambda: talking.done() or not mortal.alive, world.patience)
            if mortal.alive:
                break
            deaths += 1
            await (mortal.start() if deaths < ROUNDS else mortal.start_without(MISHAP))
            await asyncio.sleep(rng.uniform(0, 0.5))
    return Outcome([Figure(f"{deaths} deaths, longest answer", world.longest_answer, ENDED_WITHIN)], struck=deaths)


FAULT = Fault(
    10,
    "tool worker killed after the effect, before the reply",
    run,
    (Defence("inbox", "D"),),
    Plan(agents=1, gateways=1, workers=2, mishaps=(("tools-budget-1", MISHAP),)),
)
