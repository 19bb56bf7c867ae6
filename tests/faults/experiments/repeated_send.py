"""2: acks are lost, and each message is sent five times over two gateways."""

import asyncio
from random import Random

from tests.faults.fault import Defence, Fault, Figure, Outcome, Plan
from tests.faults.member import Client
from tests.faults.world import World

COPIES = 5


async def run(world: World, rng: Random) -> Outcome:
    """Send each message from two devices of its member, at two gateways, all copies within a moment."""
    first, second = world.stack.gateway_urls
    pairs = []
    for client in await world.talks(urls=[first]):
        other = world.client(client.member, client.conversation, urls=[second])
        pairs.append((client, other))
    await world.connect([other for _, other in pairs])
    await asyncio.gather(*(_talk(world, client, other, rng) for client, other in pairs))
    said = [message for client, _ in pairs for message in client.diary.said.values()]
    new = [message.accepted_anew for message in said]
    return Outcome([Figure(f"{len(new)} messages, most acks as new", max(new), 1, "")])


async def _talk(world: World, client: Client, other: Client, rng: Random) -> None:
    for _ in range(world.size.messages):
        said = await client.say()
        # One message, two devices: the acks of both count for it.
        other.diary.said[said.id] = said
        for _ in range(COPIES - 1):
            await asyncio.sleep(rng.choice((0, 0, 0.01, 0.1)))
            await rng.choice((client, other)).send(said)
        await world.answers([said])


FAULT = Fault(
    2,
    "ack lost, send repeated 5 x over two gateways",
    run,
    (Defence("deduplication", "D"),),
    Plan(agents=1, workers=1),
)
