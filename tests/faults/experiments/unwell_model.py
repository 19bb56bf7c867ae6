"""20: the model refuses, breaks off, falls silent, and talks nonsense."""

from random import Random

from tests.faults.fault import Defence, Fault, Figure, Outcome, Plan
from tests.faults.world import World

MODES = ("429", "529", "error", "cut", "reset", "silence", "malformed", "duplicates")
ANSWERED_WITHIN = 40.0
"""Seconds: all of a conversation's messages are sent at once, and silence is ten of them."""


async def run(world: World, rng: Random) -> Outcome:
    """Let every conversation meet every way in which a model goes wrong, each in an order of its own."""
    clients = await world.talks()
    for client in clients:
        for mode in rng.sample(MODES, len(MODES)):
            await client.say(mode=mode)
    await world.answers(world.said)
    return Outcome([Figure("longest answer", world.longest_answer, ANSWERED_WITHIN)])


FAULT = Fault(
    20,
    "model: 429, 529, error, cut, silence, nonsense",
    run,
    (Defence("whole_replies", "O"),),
    Plan(agents=1, gateways=1, workers=1),
)
