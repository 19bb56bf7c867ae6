"""5: one reader takes a byte a second, among many."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from statistics import median

from tests.faults.diary import Said
from tests.faults.fault import Defence, Fault, Figure, Outcome, Plan
from tests.faults.member import Client
from tests.faults.processes import Service
from tests.faults.proxy import Proxy
from tests.faults.world import World, percentile

FAST = 200
ROUNDS = 8
FAST_SHORT = 30
SLOWER_BY = 1.1
SLOWER_BY_SHORT = 3.0
"""A p99 of so few is their worst."""
FLOOD = {"tool": False, "tokens": 64, "width": 8192, "delay": 0}
"""Half a megabyte an answer: a few fill what the kernel and the queue may hold."""
ENDLESS = (("PAM_TOKENS_TOLD", "1000000000"), ("PAM_TOKENS_MAX", "1000000000"))
"""The scripted model reads whatever there is: it is the answers' length that is tried, not the model's."""
FLOODS = 32
FLOODS_SHORT = 14
GROWTH_MAX = 32.0
LET_GO_WITHIN = 15.0
"""Seconds of long answers; the kernel alone keeps four megabytes of them for a reader."""
LET_GO = "pam_slow_clients_total"
APART = 0.03
"""Seconds between two of the others' messages: about half of what one agent and one gateway can answer here."""
POLL = 0.25


async def run(world: World, rng: Random) -> Outcome:
    """Measure everybody's first text beside a talk of long answers with one reader more: a quick one, then a slow one.

    In turns, with a talk of its own each time, and the median of all rounds: a single p99 of some hundred differs by a
    tenth from itself, and a talk grows heavier with what was said in it.
    """
    gateway = world.stack.of("gateway")[0]
    clients = await world.talks(FAST_SHORT if world.size.short else FAST)
    beside_quick: list[float] = []
    beside_slow: list[float] = []
    growths: list[float] = []
    watching: asyncio.Task[float] | None = None
    for _ in range(1 if world.size.short else ROUNDS):
        async with _reader(world, gateway, rng, rate=None) as busy:
            beside_quick.append(percentile(await _first_texts(world, clients, busy), 0.99))
        async with _reader(world, gateway, rng, rate=1.0) as busy:
            before = resident(gateway)
            watching = watching or asyncio.create_task(_let_go_after(gateway))
            beside_slow.append(percentile(await _first_texts(world, clients, busy), 0.99))
            growths.append(resident(gateway) - before)
    slower = median(beside_slow) / median(beside_quick)
    return Outcome(
        [
            Figure("others' p99", slower, SLOWER_BY_SHORT if world.size.short else SLOWER_BY, "x"),
            Figure("memory", max(growths), GROWTH_MAX, "MiB"),
            Figure("let go in", await watching, LET_GO_WITHIN),
        ]
    )


@asynccontextmanager
async def _reader(world: World, gateway: Service, rng: Random, rate: float | None) -> AsyncIterator[Client]:
    """Begin a talk that somebody else reads too, at most ``rate`` bytes a second."""
    busy = (await world.talks(1))[0]
    proxy = Proxy("127.0.0.1", gateway.port, receive_buffer=4096)
    await proxy.start()
    reader = Client(busy.member, busy.conversation, [f"ws://127.0.0.1:{proxy.port}"], rng)
    try:
        await reader.start()
        proxy.rate = rate
        yield busy
    finally:
        await reader.stop()
        await proxy.stop()


async def _first_texts(world: World, clients: list[Client], busy: Client) -> list[float]:
    """Return the others' seconds from sending to the first text, while the busy one has its long answers."""
    async with world.during(_flood(world, busy)) as flooding:
        said = [await _say(client) for client in clients]
        while not flooding.done():
            said += [await _say(client) for client in clients]
    await world.answers(said)
    return [(message.first_text_at or message.at + world.patience) - message.at for message in said]


async def _let_go_after(gateway: Service) -> float:
    """Return the seconds until the gateway has told a slow reader to come back later."""
    began = time.monotonic()
    while time.monotonic() - began < 2 * LET_GO_WITHIN and not await gateway.metric(LET_GO):  # noqa: ASYNC110 - asked over HTTP
        await asyncio.sleep(POLL)
    return time.monotonic() - began


async def _say(client: Client) -> Said:
    await asyncio.sleep(APART)
    return await client.say(tool=False, tokens=5)


async def _flood(world: World, busy: Client) -> None:
    """Let the busy one have its answers, one after the other."""
    for _ in range(FLOODS_SHORT if world.size.short else FLOODS):
        await world.answers([await busy.say(**FLOOD)])


def resident(service: Service) -> float:
    """Return a process's resident memory in MiB."""
    lines = Path(f"/proc/{service.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


FAULT = Fault(
    5,
    "one reader at 1 byte/s among 200",
    run,
    (Defence("bounded_queue", "T"),),
    Plan(agents=1, gateways=1, workers=1, environment=(("agent", ENDLESS),)),
)
