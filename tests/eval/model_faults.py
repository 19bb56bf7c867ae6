"""What a member sees when the model fails, measured: ``python -m tests.eval.model_faults`` prints the table.

A real agent on a real NATS server; the Messages API is scripted to fail.
"""

import logging
import tempfile
from pathlib import Path

import structlog
import uvloop
from nats.aio.client import Client

from pam_agent.main import serve
from pam_agent.settings import AgentSettings
from pam_shared.embedded.nats import start_nats
from pam_shared.service import installed_services
from pam_shared.testing.messages_api import messages_api
from pamctl.provisioning import provision_nats
from tests.eval.troubles import QUESTION, TROUBLES, Trouble
from tests.eval.visitor import Seen, Visitor, connected


async def seen_in(trouble: Trouble, nats: str, **settings: float) -> Seen:
    """Return what a member sees who speaks to an agent whose model has this trouble."""
    async with messages_api(trouble.scenes()) as api, connected("visitor", nats) as bus:
        visitor = Visitor(bus)
        await visitor.remember(trouble.earlier_turns, trouble.earlier_text)
        given = {"nats_url": nats, "ANTHROPIC_API_KEY": "key", "ANTHROPIC_BASE_URL": api.url, "unasked_allowance": 1000}
        async with connected("agent", nats) as own, serve(own, AgentSettings(**given, **settings)):
            return await visitor.ask(QUESTION)


def row(trouble: Trouble, seen: Seen) -> str:
    """Return a line of the table."""
    text = " ".join(seen.text.split())
    shown = text if len(text) < 150 else f"{text[:70]} […] {text[-70:]}"
    first = "-" if seen.first_text is None else f"{seen.first_text:.2f}"
    ended = "-" if seen.ended is None else f"{seen.ended:.2f}"
    banners = " ".join(seen.banners) or "-"
    return f"| {trouble.name} | {first} | {ended} | {seen.mode} | {banners} | {shown} |"


async def main() -> None:
    """Go through all troubles with the settings an agent has, and print what was seen."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as folder:
        server = await start_nats(Path(folder))
        try:
            connection = Client()
            await connection.connect(server.url)
            await provision_nats(connection, services=installed_services())
            await connection.close()
            print("| the model | first text, s | end, s | last word by | banner | what the member reads |")
            print("|---|---|---|---|---|---|")
            for trouble in TROUBLES:
                print(row(trouble, await seen_in(trouble, server.url)), flush=True)
        finally:
            await server.stop()


if __name__ == "__main__":
    uvloop.run(main())
