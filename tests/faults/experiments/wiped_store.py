"""15: NATS loses its disk. What was recorded is still known, and what is new stands above it."""

import asyncio
import shutil
import time
from random import Random

from tests.faults.diary import Joined, Said
from tests.faults.fault import LOST, ORDER, Defence, Fault, Figure, Outcome, Plan, Violation
from tests.faults.keeping import kept
from tests.faults.member import Client
from tests.faults.world import World

ANSWERED_WITHIN = 10.0
RECORDED_WITHIN = 10.0
POLL = 0.1
COUNT = "select count(*) from persistence.pam_messages"
HISTORY = 30
"""Turns the model is told of at the most."""


async def run(world: World, rng: Random) -> Outcome:
    """Wipe the store in a quiet moment, with one agent started anew, and with half the clients coming back then."""
    clients = await world.talks()
    await world.chat(clients)
    before = {client.conversation: list(client.diary.said.values()) for client in clients}
    await _all_recorded(world)
    async with kept(world.stack):
        wiped = time.monotonic()
        await _wipe(world, clients[::2])
        await world.chat(clients, messages=1 if world.size.short else world.size.messages)
    after = [said for said in world.said if not said.only_recorded]
    violations = [violation for client in clients for violation in _untold(world, client, before[client.conversation])]
    violations += [violation for client in clients[::2] for violation in _unexplained(client, wiped)]
    return Outcome([Figure("longest answer", max(said.answered_in for said in after), ANSWERED_WITHIN)], violations)


async def _all_recorded(world: World) -> None:
    """Wait until PostgreSQL has every message and its answer. Raises TimeoutError."""
    database = await world.stack.administrator()
    try:
        async with asyncio.timeout(RECORDED_WITHIN):
            while await database.fetchval(COUNT) < 2 * len(world.said):  # noqa: ASYNC110 - tables tell nobody
                await asyncio.sleep(POLL)
    finally:
        await database.close()


async def _wipe(world: World, leaving: list[Client]) -> None:
    nats, agent = world.stack.nats, world.stack.of("agent")[0]
    await nats.kill()
    await agent.kill()  # One agent knows no more than what is on record.
    shutil.rmtree(world.stack.home.path / nats.name / "jetstream")
    for said in world.said:
        said.only_recorded = said.finished.is_set()
    for client in leaving:
        client.drop()
    await nats.start()


def _untold(world: World, client: Client, before: list[Said]) -> list[Violation]:
    """The first message after the wipe must come to the model with the answers before it."""
    first = next(said for said in client.diary.said.values() if not said.only_recorded)
    told = world.model.told.get(first.ask.mark, set())
    known = {said.ask.mark for said in before[-HISTORY:]}
    if known <= told:
        return []
    return [Violation(LOST, f"with {first.ask.mark} the model was told of {len(known & told)} of {len(known)} answers")]


def _unexplained(client: Client, wiped: float) -> list[Violation]:
    """Who comes back with a position must be told by a snapshot that it is gone."""
    joined = [step for step in client.diary.story if isinstance(step, Joined) and step.at > wiped]
    if joined and joined[0].explicit:
        return []
    how = "resumed as if nothing had happened" if joined else "never joined again"
    return [Violation(ORDER, f"the client of {client.talk} {how}")]


FAULT = Fault(
    15,
    "JetStream store wiped",
    run,
    (Defence("first_sequence", "LO"), Defence("recall", "L")),
    Plan(agents=2, workers=1),
)
