"""21: an answer is stopped at each moment, from another device, twice, and by somebody whose it is not."""

import asyncio
import time
from collections.abc import Sequence
from random import Random

from tests.faults.diary import Said
from tests.faults.fault import FOREIGN, LOST, Defence, Fault, Figure, Outcome, Plan, Violation
from tests.faults.member import Client, Member
from tests.faults.model import STOPPED
from tests.faults.world import World, until

ENDED_WITHIN = 2.0
GATHERED_WITHIN = 8.0
REFUSED = "conversation_not_found"
UNANSWERED = 60.0


async def run(world: World, rng: Random) -> Outcome:
    """Hold every conversation at a moment, cancel all of them, and measure the longest way to the end."""
    clients = await world.talks()
    tabs = await world.watchers(clients)
    rounds = [
        await _queued(world, clients),
        await _in_text(world, clients, clients, times=1),
        await _in_text(world, clients, clients, times=2),
        await _in_text(world, clients, tabs, times=1),
        await _in_tool(world, clients),
    ]
    await _after_the_end(world, clients)
    found = await _by_a_stranger(world, clients)
    return Outcome([Figure("longest from cancel to end", max(rounds), ENDED_WITHIN)], found)


async def _queued(world: World, clients: Sequence[Client]) -> float:
    """Cancel what waits behind a turn that does not go on."""
    gate = world.model.gates["middle"]
    gate.shut()
    running = [await client.say() for client in clients]
    await until(lambda: gate.waiting >= len(clients), GATHERED_WITHIN)
    waiting = [await client.say(mode=STOPPED) for client in clients]
    await _acked(waiting)
    longest = await _cancel(world, clients, waiting)
    gate.open()
    await world.answers(running)
    return longest


async def _in_text(world: World, clients: Sequence[Client], who: Sequence[Client], times: int) -> float:
    gate = world.model.gates["middle"]
    gate.shut()
    said = [await client.say(mode=STOPPED) for client in clients]
    await until(lambda: gate.waiting >= len(clients), GATHERED_WITHIN)
    longest = await _cancel(world, who, said, times)
    gate.open()
    return longest


async def _in_tool(world: World, clients: Sequence[Client]) -> float:
    workers = world.stack.of("tools-budget")
    for worker in workers:
        worker.pause()
    said = [await client.say(mode=STOPPED) for client in clients]
    await until(lambda: all(client.diary.calling for client in clients), GATHERED_WITHIN)
    longest = await _cancel(world, clients, said)
    for worker in workers:
        worker.resume()
    return longest


async def _after_the_end(world: World, clients: Sequence[Client]) -> None:
    said = [await client.say() for client in clients]
    await world.answers(said)
    for client, message in zip(clients, said, strict=True):
        await client.cancel(client.conversation, message.id)


async def _by_a_stranger(world: World, clients: Sequence[Client]) -> list[Violation]:
    """Let somebody else cancel while an answer is written: it goes on, and the stranger is told nothing of it."""
    stranger = world.client(Member(world.signer))
    await world.connect([stranger])
    said = [await client.say() for client in clients]
    await _acked(said)
    for client, message in zip(clients, said, strict=True):
        await stranger.cancel(client.conversation, message.id)
    await world.answers(said)
    await until(lambda: len(stranger.diary.errors) >= len(clients), ENDED_WITHIN)
    codes = [frame["code"] for frame in stranger.diary.errors]
    wrong = [code for code in codes if code not in {REFUSED, "rate_limited"}]
    if not codes or wrong:
        return [Violation(FOREIGN, f"a stranger's cancel was answered with {wrong or 'nothing'}")]
    return [
        Violation(LOST, f"{message.ask.mark} was stopped by a stranger")
        for client, message in zip(clients, said, strict=True)
        if client.diary.ends.get(message.id) != "success"
    ]


async def _acked(said: Sequence[Said]) -> None:
    async with asyncio.timeout(GATHERED_WITHIN):
        await asyncio.gather(*(message.acked.wait() for message in said))


async def _cancel(world: World, who: Sequence[Client], said: Sequence[Said], times: int = 1) -> float:
    """Cancel each message and return the seconds to the last end."""
    asked = time.monotonic()
    for _ in range(times):
        for client, message in zip(who, said, strict=True):
            await client.cancel(client.conversation, message.id)
    await world.answers(said)
    return max((message.finished_at or asked + UNANSWERED) - asked for message in said)


FAULT = Fault(
    21,
    "cancel at six moments, and by a stranger",
    run,
    (Defence("hearing", "L"),),
    Plan(agents=2, gateways=2, workers=1),
)
