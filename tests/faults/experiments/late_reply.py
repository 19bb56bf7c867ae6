"""11: a tool's reply comes when nobody waits for it any more."""

from random import Random

from tests.faults.fault import Defence, Fault, Figure, Outcome, Plan
from tests.faults.world import World

ANSWERED_WITHIN = 10.0


async def run(world: World, rng: Random) -> Outcome:
    """Let the worker hold the reply of every first call back until its caller has called again."""
    clients = await world.talks()
    await world.chat(clients, messages=max(1, world.size.messages // 3), ahead=0)
    return Outcome([Figure("longest answer", world.longest_answer, ANSWERED_WITHIN)])


FAULT = Fault(
    11,
    "tool times out, its reply comes late",
    run,
    (Defence("inbox", "D"),),
    Plan(agents=1, gateways=1, workers=1, mishaps=(("tools-budget-1", "reply_late"),)),
)
