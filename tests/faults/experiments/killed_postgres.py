"""17: PostgreSQL is killed, and stays away for a while."""

import asyncio
import time
from random import Random

from tests.faults.fault import Defence, Fault, Figure, Outcome, Plan
from tests.faults.world import World, percentile

AWAY = 30.0
AWAY_SHORT = 6.0
ANSWERED_WITHIN = 5.0


async def run(world: World, rng: Random) -> Outcome:
    """Talk while PostgreSQL is away, in known and in new conversations; all is recorded when it is back."""
    known = await world.talks()
    await world.chat(known, messages=1)
    postgres = world.stack.servers["postgres"]
    await postgres.kill()
    end = time.monotonic() + (AWAY_SHORT if world.size.short else AWAY)
    fresh = await world.talks()
    before = len(world.said)
    await world.chat([*known, *fresh], messages=max(1, world.size.messages // 2), tool=False)
    waits = sorted(message.answered_in for message in world.said)
    await asyncio.sleep(max(0.0, end - time.monotonic()))
    await postgres.start()
    what = f"{len(world.said) - before} answered while it was away, p99"
    return Outcome([Figure(what, percentile(waits, 0.99), ANSWERED_WITHIN)])


FAULT = Fault(
    17,
    "postgres kill -9, 30 s away",
    run,
    (Defence("recording_again", "L"),),
    Plan(agents=1, workers=1),
)
