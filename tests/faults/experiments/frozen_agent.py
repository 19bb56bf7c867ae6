"""8: an agent is stopped for longer than JetStream waits for it, and then goes on as if nothing had been."""

import asyncio
import time
from random import Random

from tests.faults.fault import Defence, Fault, Figure, Outcome, Plan
from tests.faults.member import Client
from tests.faults.processes import Service
from tests.faults.world import World, until

ENDED_WITHIN = 12.0
HELD_WITHIN = 8.0
REFUSED = "another agent has this turn"
REFUSED_WITHIN = 3.0
ROUNDS = 3


async def run(world: World, rng: Random) -> Outcome:
    """Stop two of three agents in mid-text, let the third take their turns over and end them, and let them go on."""
    clients = await world.talks()
    agents = world.stack.of("agent")
    longest = 0.0
    for _ in range(1 if world.size.short else ROUNDS):
        longest = max(longest, await _freeze(world, rng.sample(agents, 2), clients))
        await asyncio.sleep(REFUSED_WITHIN)
    refused = sum(agent.said(REFUSED) for agent in agents)
    return Outcome(
        [Figure(f"{refused} turns refused to zombies, longest takeover", longest, ENDED_WITHIN)], struck=refused
    )


async def _freeze(world: World, victims: list[Service], clients: list[Client]) -> float:
    """Return the seconds from the stop to the end of the last turn."""
    gate = world.model.gates["middle"]
    gate.shut()
    said = [await client.say() for client in clients]
    await until(lambda: gate.waiting >= len(said), HELD_WITHIN)
    for agent in victims:
        agent.pause()
    stopped = time.monotonic()
    gate.open()
    await world.answers(said)
    for agent in victims:
        agent.resume()
    return max((message.finished_at or stopped + 60) - stopped for message in said)


FAULT = Fault(
    8,
    "agent SIGSTOP longer than ack_wait, then SIGCONT",
    run,
    (Defence("fence", "D"),),
    Plan(agents=3, gateways=1, workers=1),
)
