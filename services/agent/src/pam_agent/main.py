"""Run the agent."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

from pam_agent.live import Live
from pam_agent.mind import Mind
from pam_agent.ownership import Hold, Ownership
from pam_agent.router import Rules
from pam_agent.service import SERVICE
from pam_agent.settings import AgentSettings
from pam_agent.toolbox import Toolbox
from pam_agent.turn import Crew, Turn
from pam_agent.view import View, Views
from pam_shared.bus.connection import Bus
from pam_shared.bus.consumers import Consumer
from pam_shared.bus.discovery import Advertisement, Directory
from pam_shared.bus.log_reader import LogReader
from pam_shared.config import load
from pam_shared.contracts import topology
from pam_shared.contracts.conversation import TurnFinished
from pam_shared.runtime import run
from pam_shared.tools.caller import ToolCaller

DRAIN_FOR = 20.0


@asynccontextmanager
async def serve(bus: Bus, settings: AgentSettings) -> AsyncIterator[None]:
    """Answer messages until left."""
    writer = uuid4().hex[:8]
    reader = LogReader(bus, topology.CONVERSATIONS)
    directory = Directory(bus)
    minds = _minds(settings)
    crew = Crew(bus, writer, minds, Toolbox(directory, ToolCaller(bus)), settings)
    ownership = Ownership(
        bus,
        Views(bus, reader, writer),
        lambda view, hold: _run_turn(crew, view, hold),
        lambda view, finished: _say_again(bus, view, finished),
        slots=settings.slots,
        parked=settings.parked_max,
        ack_wait=topology.AGENT.ack_wait.total_seconds(),
    )
    deliveries = Consumer(bus, topology.CONVERSATIONS, topology.AGENT.name, ownership.accept)
    advertisement = Advertisement(bus, "The turn: one message, one answer.", lambda: {"mode": minds[0].mode})
    async with AsyncExitStack() as ending:
        for mind in minds:
            ending.push_async_callback(mind.close)
        await reader.start()
        ending.push_async_callback(reader.stop)
        await directory.start()
        ending.push_async_callback(directory.stop)
        await ownership.start()
        ending.push_async_callback(ownership.drain, DRAIN_FOR)
        await bus.start()
        await deliveries.start()
        ending.push_async_callback(deliveries.stop)
        await advertisement.start()
        ending.push_async_callback(advertisement.stop)
        yield


async def _run_turn(crew: Crew, view: View, hold: Hold) -> None:
    await Turn(crew, view, hold).run()


async def _say_again(bus: Bus, view: View, finished: TurnFinished) -> None:
    await Live(bus, view.user, view.id, finished.turn).finish(finished)


def _minds(settings: AgentSettings) -> list[Mind]:
    """Return who answers: the model, the second model, and the rules as the last and always available."""
    minds: list[Mind] = []
    if settings.anthropic_api_key:
        # The SDK takes a second to import: who answers by rules does not wait for it.
        from pam_agent.claude import Claude, open_client  # noqa: PLC0415

        client = open_client(settings.anthropic_api_key, settings.anthropic_base_url)
        models = (settings.model, settings.second_model)
        minds += [Claude(client, model, settings.max_tokens, settings.first_token_within) for model in models]
    return [*minds, Rules()]


def main() -> None:
    """Run until told to stop."""
    settings = load(AgentSettings)
    run(SERVICE.name, settings, lambda bus: serve(bus, settings))


if __name__ == "__main__":
    main()
