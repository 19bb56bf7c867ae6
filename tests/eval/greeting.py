"""What "hi" costs while what PAM knows of a member is slow to come: ``python -m tests.eval.greeting`` prints the table.

A real agent on a real NATS server, all ten sources of the context offered, three of them as slow as they once were:
one after the other they had kept a greeting back for 64 s.
"""

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import structlog
import uvloop
from nats.aio.client import Client
from nats.aio.msg import Msg

from pam_agent.context.sources import SOURCES
from pam_agent.main import serve
from pam_agent.settings import AgentSettings
from pam_shared.bus.connection import Bus
from pam_shared.bus.discovery import Advertisement
from pam_shared.contracts.tools import Outcome, ToolReply
from pam_shared.embedded.nats import start_nats
from pam_shared.service import installed_services
from pam_shared.testing.messages_api import Reply, Say, Scene, messages_api
from pamctl.catalogue import installed_workers
from pamctl.provisioning import provision_nats
from tests.eval.visitor import Visitor, connected

SLOW = {"profile": 15.0, "travel": 30.0, "community": 10.0}
"""Seconds the look-ups of profile, trips and friends once took."""
MEMBERS = 9
HELLO = [Scene(pattern=".*", replies=[Reply(blocks=[Say(text="Hello! How is life on the road?")])])]
ANSWER = ToolReply(outcome=Outcome.OK, data={}).model_dump_json().encode()


@dataclass(frozen=True)
class Greeted:
    """Seconds from "hi" to the first word, for a member nobody knows yet and for the same member again: medians."""

    cold: float
    warm: float


async def greeted(nats: str, slow: Mapping[str, float]) -> Greeted:
    """Greet some members, each twice, with these sources slowed."""
    cold, warm = [], []
    async with AsyncExitStack() as ending:
        api = await ending.enter_async_context(messages_api(HELLO))
        worker = await ending.enter_async_context(connected("tools-account", nats))
        await ending.enter_async_context(_offering(worker, slow))
        own = await ending.enter_async_context(connected("agent", nats))
        given = {"nats_url": nats, "ANTHROPIC_API_KEY": "key", "ANTHROPIC_BASE_URL": api.url, "unasked_allowance": 1000}
        await ending.enter_async_context(serve(own, AgentSettings(**given)))
        bus = await ending.enter_async_context(connected("visitor", nats))
        for _ in range(MEMBERS):
            visitor = Visitor(bus)
            cold.append((await visitor.ask("hi")).first_text or 0.0)
            warm.append((await visitor.ask("hi")).first_text or 0.0)
    return Greeted(median(cold), median(warm))


@asynccontextmanager
async def _offering(bus: Bus, slow: Mapping[str, float]) -> AsyncIterator[None]:
    """Answer for every source of the context, for some of them slowly."""
    manifests = {tool.name: tool for worker in installed_workers() for tool in worker.tools}
    answering: set[asyncio.Task[None]] = set()

    async def answer(message: Msg, after: float) -> None:
        await asyncio.sleep(after)
        await message.respond(ANSWER)

    for source in SOURCES:

        async def on(message: Msg, after: float = slow.get(source.name, 0.0)) -> None:
            task = asyncio.create_task(answer(message, after))
            answering.add(task)
            task.add_done_callback(answering.discard)

        await bus.nats.subscribe(source.subject, cb=on)
    advertisement = Advertisement(bus, "Sources.", tools=[manifests[source.tool] for source in SOURCES])
    await advertisement.start()
    yield
    await advertisement.stop()
    for task in answering:
        task.cancel()


async def main() -> None:
    """Print the table."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as folder:
        server = await start_nats(Path(folder))
        try:
            connection = Client()
            await connection.connect(server.url)
            await provision_nats(connection, services=installed_services())
            await connection.close()
            print('| sources | "hi" cold, s | warm, s |\n|---|---|---|')
            for name, slow in (("all quick", {}), ("profile 15 s, trips 30 s, friends 10 s", SLOW)):
                found = await greeted(server.url, slow)
                print(f"| {name} | {found.cold:.3f} | {found.warm:.3f} |", flush=True)
        finally:
            await server.stop()


if __name__ == "__main__":
    uvloop.run(main())
