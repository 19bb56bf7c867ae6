"""1: a client's connection breaks in the middle of an answer, and it resumes where it was."""

import asyncio
from random import Random

from tests.faults.fault import Defence, Fault, Figure, Outcome, Plan
from tests.faults.member import Client
from tests.faults.world import World, percentile

RESUMED_WITHIN = 0.3


async def run(world: World, rng: Random) -> Outcome:
    """Break connections in mid-answer all the time, on two devices of each member."""
    clients = await world.talks()
    everyone = [*clients, *await world.watchers(clients)]
    async with world.during(world.chat(clients)) as talking:
        await asyncio.gather(*(_keep_dropping(client, rng, talking) for client in everyone))
    waits = [away.ended - away.called for client in everyone for away in client.diary.absences if away.ended]
    return Outcome([Figure(f"{len(waits)} resumed, p99", percentile(waits, 0.99), RESUMED_WITHIN)], struck=len(waits))


async def _keep_dropping(client: Client, rng: Random, talking: asyncio.Task[None]) -> None:
    while not talking.done():
        await asyncio.sleep(rng.uniform(0.2, 1.5))
        if client.connected and client.diary.running:
            client.drop()


FAULT = Fault(
    1,
    "client drops mid-stream, resumes",
    run,
    (Defence("resume", "O"),),
    Plan(agents=1, workers=1),
)
