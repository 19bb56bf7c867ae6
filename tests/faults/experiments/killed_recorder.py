"""18: persistence dies between COMMIT and ack."""

import asyncio
from random import Random

from tests.faults.fault import Defence, Fault, Figure, Outcome, Plan
from tests.faults.world import World

MISHAP = "die_after_commit"
DEATHS = 2
DIES_WITHIN = 30.0
ANSWERED_WITHIN = 5.0


async def run(world: World, rng: Random) -> Outcome:
    """Let the recorder die after its first commit, twice, while everybody talks."""
    recorder = world.stack.services["persistence-1"]
    clients = await world.talks()
    deaths = 0
    async with world.during(world.chat(clients)):
        while deaths < DEATHS:
            await recorder.ended(within=DIES_WITHIN)
            deaths += 1
            await asyncio.sleep(rng.uniform(0, 0.3))
            await (recorder.start() if deaths < DEATHS else recorder.start_without(MISHAP))
    # Of what was sent ahead an answer waits for those before it: that is no delay by the deaths.
    return Outcome([Figure(f"{deaths} deaths, longest turn", world.longest_turn, ANSWERED_WITHIN)], struck=deaths)


FAULT = Fault(
    18,
    "persistence killed between COMMIT and ack",
    run,
    (Defence("unique_rows", "D"),),
    Plan(agents=1, gateways=1, workers=1, mishaps=(("persistence-1", MISHAP),)),
)
