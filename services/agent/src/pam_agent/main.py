"""Run the agent."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

from pam_agent.circuits import Circuits
from pam_agent.context.contexts import Contexts
from pam_agent.context.retrieval import Reach
from pam_agent.costs.purse import Purse
from pam_agent.crew import Crew
from pam_agent.isolation import FRUITLESS_MAX, Isolation, MessageFatalError
from pam_agent.live import Live
from pam_agent.mind import Mind, is_model
from pam_agent.ownership import Hold, Ownership
from pam_agent.rules import Rules
from pam_agent.service import SERVICE
from pam_agent.settings import AgentSettings
from pam_agent.summaries import Summaries
from pam_agent.toolbox import Toolbox
from pam_agent.turn import Turn
from pam_agent.view import View, Views
from pam_shared.bus.connection import Bus
from pam_shared.bus.consumers import Consumer
from pam_shared.bus.dead_letters import write_letter
from pam_shared.bus.discovery import Advertisement, Directory
from pam_shared.bus.log_reader import LogReader
from pam_shared.config import load
from pam_shared.contracts import topology
from pam_shared.contracts.conversation import TurnFinished
from pam_shared.runtime import run
from pam_shared.tools.caller import ToolCaller

DRAIN_FOR = 20.0


@asynccontextmanager
async def crew_of(bus: Bus, settings: AgentSettings) -> AsyncIterator[tuple[Crew, Views]]:
    """Bring together what turns share."""
    writer = uuid4().hex[:8]
    reader = LogReader(bus, topology.CONVERSATIONS)
    directory = Directory(bus)
    circuits, minds = Circuits(bus), _minds(settings)
    contexts = Contexts(bus, Reach(directory.offering, circuits.breaker))
    purse = Purse.of(bus, settings, settings.turn_within)
    models = [mind for mind in reversed(minds) if is_model(mind)]
    summaries = Summaries(models, purse)
    toolbox = Toolbox(directory, ToolCaller(bus), circuits.breaker)
    crew = Crew(bus, writer, minds, toolbox, settings, contexts, summaries, purse)
    bus.on_reconnect(crew.repeat)
    async with AsyncExitStack() as ending:
        for mind in crew.minds:
            ending.push_async_callback(mind.close)
        if models:
            await purse.start()
            ending.push_async_callback(purse.stop)
        ending.push_async_callback(summaries.close)
        for part in (reader, directory, circuits, contexts):
            await part.start()
            ending.push_async_callback(part.stop)
        yield crew, Views(bus, reader, writer)


@asynccontextmanager
async def serve(bus: Bus, settings: AgentSettings) -> AsyncIterator[None]:
    """Answer messages until left."""
    async with AsyncExitStack() as ending:
        crew, views = await ending.enter_async_context(crew_of(bus, settings))
        isolation = Isolation(bus, settings.turn_within)
        ownership = Ownership(
            bus,
            views,
            lambda view, hold: _run_turn(crew, isolation, view, hold),
            lambda view, finished: _say_again(bus, view, finished),
            slots=settings.slots,
            parked=settings.parked_max,
            ack_wait=topology.AGENT.ack_wait.total_seconds(),
        )
        deliveries = Consumer(bus, topology.CONVERSATIONS, topology.AGENT.name, ownership.accept)
        mode = crew.minds[0].mode
        advertisement = Advertisement(bus, "The turn: one message, one answer.", lambda: {"mode": mode})
        await ownership.start()
        ending.push_async_callback(ownership.drain, DRAIN_FOR)
        await bus.start()
        for part in (deliveries, advertisement):
            await part.start()
            ending.push_async_callback(part.stop)
        yield


async def _run_turn(crew: Crew, isolation: Isolation, view: View, hold: Hold) -> None:
    """Run the turn here; one whose attempts died again and again in a process of its own, or not at all."""
    errand, record = hold.errand, view.state.turn_at(hold.sequence)
    if record.fruitless < FRUITLESS_MAX or record.cancelled:
        await Turn(crew, view, errand).run()
        return
    survivor = await isolation.survived(errand)
    await view.refresh()
    if not survivor and record.finished is None:
        fatal = MessageFatalError()
        await write_letter(crew.bus, hold.delivery, fatal)
        await Turn(crew, view, errand).run(doom=fatal.problem)


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
