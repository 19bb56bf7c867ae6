"""23: the disk of JetStream is full. New messages are refused before their members' eyes; it goes on by itself."""

import asyncio
import json
import time
from itertools import chain, repeat
from random import Random

from pam_shared.contracts import subjects, topology
from tests.faults.diary import Said
from tests.faults.fault import LOST, Defence, Fault, Figure, Outcome, Plan, Violation
from tests.faults.member import Client
from tests.faults.world import World, until

QUOTA = 24 << 20
QUOTA_SHORT = 4 << 20
PIECES = (8000, 800, 80)
"""Bytes of what fills the disk, so that the smallest message finds no room in the end."""
FILLING = subjects.event("test", "filled")
REFUSED_WITHIN = 8.0
FULL_FOR = 8.0
FULL_FOR_SHORT = 2.0
ANSWERED_WITHIN = 10.0


async def run(world: World, rng: Random) -> Outcome:
    """Fill the disk with what nobody needs while members talk, let them go on, then take it away again."""
    clients = await world.talks()
    await world.watchers(clients[::2])
    async with world.during(world.chat(clients)):
        await asyncio.sleep(rng.uniform(0.5, 1.5))
        await _fill(world)
        said = [(client, await client.say(tool=False)) for client in clients]
        messages = [message for _, message in said]
        await until(lambda: all(message.errors or message.acked_at for message in messages), REFUSED_WITHIN)
        await asyncio.sleep(FULL_FOR_SHORT if world.size.short else FULL_FOR)
        refused = [message for message in messages if message.errors]
        violations = [violation for client, message in said for violation in _unseen(client, message)]
        await world.bus.jetstream.purge_stream(topology.EVENTS, subject=FILLING)
        room = time.monotonic()
        await world.answers(messages)
    longest = max((message.finished_at or room + 60) - room for message in messages)
    what = f"{len(refused)} of {len(messages)} refused; with room again the last one answered in"
    return Outcome([Figure(what, longest, ANSWERED_WITHIN)], violations, struck=len(refused))


async def _fill(world: World) -> None:
    """Publish until there is no room for the smallest piece."""
    for size in chain(PIECES, repeat(PIECES[-1], 3)):
        while "error" not in await _publish(world, size):
            pass


async def _publish(world: World, size: int) -> dict[str, object]:
    reply = await world.bus.nats.request(FILLING, bytes(size), timeout=5)
    return json.loads(reply.data)


def _unseen(client: Client, message: Said) -> list[Violation]:
    """A message that found no room is refused, for now, to its member's face."""
    frames = [frame for frame in client.diary.errors if frame.get("id") == str(message.id)]
    if message.acked_at is None and not frames:
        return [Violation(LOST, f"{message.ask.mark} was neither accepted nor refused while the disk was full")]
    return [
        Violation(LOST, f"{message.ask.mark} was refused for good: {frame['code']}")
        for frame in frames
        if not frame["temporary"]
    ]


FAULT = Fault(
    23,
    "disk full for JetStream",
    run,
    (Defence("ack_before_write", "L"),),
    Plan(agents=2, workers=1, nats=(("nats_store_max", QUOTA),)),
    Plan(agents=2, workers=1, nats=(("nats_store_max", QUOTA_SHORT),)),
)
