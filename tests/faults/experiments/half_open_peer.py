"""6: a peer vanishes without a word: its connection looks alive, and nothing arrives any more."""

import asyncio
import time
from random import Random

from tests.faults.fault import Defence, Fault, Figure, Outcome, Plan
from tests.faults.proxy import Proxy
from tests.faults.world import World, within

FOUND_WITHIN = 35.0
FOUND_WITHIN_SHORT = 7.0
FAST_PINGS = (("PAM_PING_INTERVAL", "3"), ("PAM_PING_TIMEOUT", "2"))


async def run(world: World, rng: Random) -> Outcome:
    """Connect through a proxy that then swallows everything, and wait until the gateway gives the connections up."""
    bound = FOUND_WITHIN_SHORT if world.size.short else FOUND_WITHIN
    gateway = world.stack.of("gateway")[0]
    proxy = Proxy("127.0.0.1", gateway.port)
    await proxy.start()
    try:
        clients = await world.talks(urls=[f"ws://127.0.0.1:{proxy.port}", *world.stack.gateway_urls])
        await world.chat(clients, messages=1)
        proxy.half_open = True
        began = time.monotonic()
        links = list(proxy.links)
        found = await within(bound * 1.2, asyncio.gather(*(link.closed_by_server.wait() for link in links)))
        seconds = time.monotonic() - began
    finally:
        await proxy.stop()
    await world.chat(clients, messages=1)
    return Outcome([Figure(f"{len(links)} dead peers found in", seconds if found else bound * 2, bound)])


FAULT = Fault(
    6,
    "half-open peer",
    run,
    (Defence("pings", "T"),),
    Plan(agents=1, gateways=1, workers=1),
    Plan(agents=1, gateways=1, workers=1, environment=(("gateway", FAST_PINGS),)),
)
