"""7: agents are killed before the first token, in mid-text, in mid-tool, and after the last token before the ack."""

import asyncio
import time
from random import Random

from tests.faults.fault import Defence, Fault, Figure, Outcome, Plan
from tests.faults.member import Client
from tests.faults.world import World, until

ENDED_WITHIN = 10.0
GATHERED_WITHIN = 8.0
MOMENTS = ("before", "middle", "tool", "last")


async def run(world: World, rng: Random) -> Outcome:
    """At each moment, with every conversation held there, kill two of three agents; two come back a little later."""
    clients = await world.talks()
    await world.watchers(clients[::2])
    longest = 0.0
    for _ in range(max(1, world.size.messages // len(MOMENTS))):
        for moment in MOMENTS:
            longest = max(longest, await _kill_at(moment, world, clients, rng))
    return Outcome([Figure("longest from kill to end", longest, ENDED_WITHIN)])


async def _kill_at(moment: str, world: World, clients: list[Client], rng: Random) -> float:
    """Return the seconds from the kill to the end of the last turn that was running."""
    agents = world.stack.of("agent")
    _hold(moment, world)
    said = [await client.say() for client in clients]
    await _until_held(moment, world, clients, len(said))
    killed = time.monotonic()
    if moment == "last":
        _let_go(moment, world)
        await asyncio.sleep(rng.uniform(0, 0.03))
    victims = rng.sample(agents, 2)
    await asyncio.gather(*(agent.kill() for agent in victims))
    _let_go(moment, world)
    await asyncio.gather(*(agent.start() for agent in victims), world.answers(said))
    return max((message.finished_at or killed + 60) - killed for message in said)


def _hold(moment: str, world: World) -> None:
    if moment in world.model.gates:
        world.model.gates[moment].shut()
    else:
        for worker in world.stack.of("tools-budget"):
            worker.pause()


def _let_go(moment: str, world: World) -> None:
    if moment in world.model.gates:
        world.model.gates[moment].open()
    else:
        for worker in world.stack.of("tools-budget"):
            worker.resume()


async def _until_held(moment: str, world: World, clients: list[Client], count: int) -> None:
    if moment in world.model.gates:
        await until(lambda: world.model.gates[moment].waiting >= count, GATHERED_WITHIN)
        return
    # In mid-tool: the calls lie with the stopped workers.
    await until(lambda: all(client.diary.calling for client in clients), GATHERED_WITHIN)


FAULT = Fault(
    7,
    "agent kill -9 at four moments of a turn",
    run,
    (Defence("redelivery", "L"), Defence("inbox", "D")),
    Plan(agents=3, workers=1),
)
