"""22: some messages kill whoever answers them, each time."""

import asyncio
from random import Random

from tests.faults.fault import LOST, Defence, Fault, Figure, Outcome, Plan, Violation
from tests.faults.model import POISON
from tests.faults.world import World, until

POISONS = 3
ANSWERED_WITHIN = 60.0
"""Seconds: two deaths and their redeliveries, then a process of its own, while neighbours are suspects too."""
BURIED_WITHIN = 5.0
LOOK_EVERY = 0.2
AGENTS = 3


async def run(world: World, rng: Random) -> Outcome:
    """Poison a few conversations in the middle, start every agent that dies again, and count the dead letters."""
    world.patience *= 2
    clients = await world.talks()
    victims = rng.sample(clients, min(POISONS, len(clients)))
    messages = min(4, world.size.messages)
    reviving = asyncio.create_task(_revive(world))
    try:
        for number in range(messages):
            for client in clients:
                await client.say(mode=POISON if client in victims and number == messages // 2 else "-")
        await world.answers(world.said)
        letters = await _letters(world, len(victims))
    finally:
        reviving.cancel()
    found = [] if letters == len(victims) else [Violation(LOST, f"{letters} dead letters of {len(victims)} poisons")]
    return Outcome([Figure("longest answer", world.longest_answer, ANSWERED_WITHIN)], found)


async def _revive(world: World) -> None:
    while True:
        await asyncio.sleep(LOOK_EVERY)
        dead = [agent for agent in world.stack.of("agent") if not agent.alive]
        await asyncio.gather(*(agent.start() for agent in dead))


async def _letters(world: World, wanted: int) -> int:
    """Return how many dead letters of the agents are on record, waiting a little for them."""
    database = await world.stack.administrator()
    count = "select count(*) from persistence.message_dead_letter_queue where consumer = 'agent'"
    found = 0

    async def look() -> None:
        nonlocal found
        while (found := await database.fetchval(count)) < wanted:  # noqa: ASYNC110 - a table tells nobody
            await asyncio.sleep(LOOK_EVERY)

    looking = asyncio.create_task(look())
    await until(looking.done, BURIED_WITHIN)
    looking.cancel()
    await database.close()
    return found


FAULT = Fault(
    22,
    "messages that kill their agent each time",
    run,
    (Defence("isolation", "L"),),
    Plan(
        agents=AGENTS,
        gateways=1,
        workers=1,
        mishaps=tuple((f"agent-{number}", "die_of_poison") for number in range(1, AGENTS + 1)),
    ),
)
