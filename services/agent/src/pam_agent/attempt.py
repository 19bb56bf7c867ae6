"""Run one attempt in this process alone: ``python -m pam_agent.attempt``, the errand as JSON on standard input."""

import asyncio
import os
import sys

from pam_agent.errand import Errand
from pam_agent.isolation import COULD_NOT_TRY, OWNED_BY_ANOTHER
from pam_agent.ledger import FencedError
from pam_agent.main import crew_of
from pam_agent.service import SERVICE
from pam_agent.settings import AgentSettings
from pam_agent.turn import Turn
from pam_shared.bus.connection import Bus
from pam_shared.config import load
from pam_shared.runtime import run_once


async def attempt(bus: Bus, settings: AgentSettings) -> int:
    """Answer the message that standard input names and return the exit code. The end of the input ends the attempt."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    errand = Errand.model_validate_json(await reader.readline())
    answering = asyncio.create_task(_answer(bus, settings, errand))
    orphaned = asyncio.create_task(reader.read())
    await asyncio.wait({answering, orphaned}, return_when=asyncio.FIRST_COMPLETED)
    if not answering.done():
        # Nobody is left to hear what becomes of it; the log's fence makes any end a safe one.
        os._exit(COULD_NOT_TRY)
    orphaned.cancel()
    return answering.result()


async def _answer(bus: Bus, settings: AgentSettings, errand: Errand) -> int:
    async with crew_of(bus, settings) as (crew, views):
        view = views.of(errand.user, errand.conversation)
        await view.refresh()
        try:
            if view.state.settled(errand.sequence):
                return 0
            await Turn(crew, view, errand).run()
        except FencedError:
            return OWNED_BY_ANOTHER
        finally:
            view.unfollow()
    return 0


def main() -> None:
    """Answer one message and end."""
    settings = load(AgentSettings)
    sys.exit(run_once(SERVICE.name, settings, lambda bus: attempt(bus, settings)))


if __name__ == "__main__":
    main()
