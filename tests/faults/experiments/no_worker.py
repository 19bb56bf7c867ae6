"""12: nobody offers the tool, then somebody does again."""

import time
from random import Random

from tests.faults.fault import Defence, Fault, Figure, Outcome, Plan
from tests.faults.world import World, percentile

ANSWERED_WITHIN = 1.0
RECOVERED_WITHIN = 70.0
"""A breaker that is open tries again after a minute."""
QUICK = {"tokens": 5, "delay": 0}


async def run(world: World, rng: Random) -> Outcome:
    """Kill the only worker, measure answers without it, start it, and wait until calls have their effect again."""
    worker = world.stack.services["tools-budget-1"]
    clients = await world.talks()
    await world.chat(clients, messages=1, **QUICK)
    await worker.kill()
    before = set(map(id, world.said))
    await world.chat(clients, messages=2, ahead=0, **QUICK)
    waits = [message.answered_in for message in world.said if id(message) not in before]
    await worker.start()
    recovered = await _until_effect(world)
    return Outcome(
        [
            Figure("answer without it, p99", percentile(waits, 0.99), ANSWERED_WITHIN),
            Figure("recovered in", recovered, RECOVERED_WITHIN),
        ]
    )


async def _until_effect(world: World) -> float:
    """Return the seconds until a call had its effect again."""
    began = time.monotonic()
    database = await world.stack.administrator()
    client = (await world.talks(1))[0]
    try:
        while time.monotonic() - began < RECOVERED_WITHIN:
            await world.chat([client], messages=1, ahead=0, **QUICK)
            if await database.fetchval("select count(*) from budget.expenses where user_id = $1", client.member.user):
                return time.monotonic() - began
        return 2 * RECOVERED_WITHIN
    finally:
        await database.close()


FAULT = Fault(
    12,
    "no worker",
    run,
    (Defence("fast_failure", "T"),),
    Plan(agents=1, gateways=1, workers=1),
)
