"""The agents of a world: PAM's own ``serve``, each in a process that can be killed, frozen and cut off."""

import asyncio
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

import pam_agent.main as agent
from pam_agent import attempt, isolation
from pam_agent.context import contexts
from pam_agent.crew import Crew
from pam_agent.errand import Errand
from pam_agent.ledger import FencedError
from pam_agent.settings import AgentSettings
from pam_shared.bus.connection import Bus
from tests.simulation.clock import PROCESS, Process
from tests.simulation.mind import Scripted
from tests.simulation.network import SERVER, Client
from tests.simulation.seams import InOrder, Patch
from tests.simulation.tools import StandingDirectory

if TYPE_CHECKING:
    from tests.simulation.world import World

REVIVED_AFTER = (0.05, 6.0)
CALM = {"turn_within": 60.0, "slots": 8, "parked_max": 100}


@dataclass(frozen=True)
class Agent:
    """An agent's process, its connection, and how it is told to stop."""

    process: Process
    client: Client
    leave: asyncio.Event


@dataclass
class Fleet:
    """The agents that live; a killed one is followed by another. ``processes`` are all there ever were."""

    world: "World"
    settings: AgentSettings
    agents: list[Agent] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)
    _serving: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def start(self) -> None:
        """Start one more agent."""
        one = self._process(f"agent-{len(self.processes) + 1}")
        one.process.on_death.append(lambda: self._replace(one))
        self.agents.append(one)
        task = self._serving[one.process.name] = self.world.loop.create_task(
            self._serve(one), context=one.process.context()
        )
        task.add_done_callback(self._ended)

    async def stop(self, within: float) -> None:
        """Tell all to stop. A task that outlives its agent is a fault."""
        agents = list(self.agents)
        for one in agents:
            one.leave.set()
        if agents:
            await asyncio.wait([self._serving[one.process.name] for one in agents], timeout=within)
        for one in agents:
            for task in one.process.unfinished:
                self.world.complain(f"a task outlives {one.process.name}: {task.get_coro()!r}")

    def patches(self) -> list[Patch]:
        """Return what stands in for the agent's surroundings: minds, discovery, context and the child process."""
        return [
            (agent, "Crew", lambda *given: Crew(*given, speaking=InOrder())),
            (agent, "Directory", StandingDirectory),
            (contexts, "SOURCES", ()),
            (agent, "_minds", self._minds),
            (isolation.Isolation, "survived", lambda one, errand: self._survived(errand, one._within)),
        ]

    def _process(self, name: str) -> Agent:
        world = self.world
        world.tell(name, "starts")
        process = Process(name)
        self.processes.append(process)
        client = world.connect(name, process)
        process.on_death.append(lambda: client.close(losing=world.random.random() < 0.5))
        process.on_death.append(lambda: world.tell(name, "is killed"))
        return Agent(process, client, asyncio.Event())

    def _replace(self, one: Agent) -> None:
        self._gone(one)
        self.world.loop.call_later(self.world.random.uniform(*REVIVED_AFTER), self.start, context=SERVER)

    def _gone(self, one: Agent) -> None:
        if one in self.agents:
            self.agents.remove(one)

    async def _serve(self, one: Agent) -> None:
        bus = Bus("agent", "simulated")
        await bus.connect()
        async with agent.serve(bus, self.settings):
            await one.leave.wait()
        await bus.close()
        self.world.tell(one.process.name, "has stopped")
        self._gone(one)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if error := task.exception():
            self.world.complain(f"unexpected: an agent ends with {error!r}")

    def _minds(self, _settings: AgentSettings) -> list[Scripted]:
        world, process = self.world, PROCESS.get()
        kill = process.kill if process else lambda: None
        return [
            Scripted(mode, world.random, lambda: world.trouble, kill, world.complain) for mode in ("claude", "rules")
        ]

    async def _survived(self, errand: Errand, within: float) -> bool:
        """Stand in for an attempt in a process of its own: another of ours, which dies with its parent."""
        parent = PROCESS.get()
        child = self._process(f"{parent.name if parent else ''}-child-{len(self.processes)}")
        ended = self.world.loop.create_future()
        child.process.on_death.append(lambda: ended.done() or ended.set_result(None))
        if parent is not None:
            parent.on_death.append(child.process.kill)
        self.world.loop.create_task(self._attempt(errand, ended), context=child.process.context())
        code = None
        try:
            async with asyncio.timeout(within):
                code = await ended
        except TimeoutError:
            pass
        finally:
            child.process.kill()
        if code == isolation.OWNED_BY_ANOTHER:
            raise FencedError
        return code == 0

    async def _attempt(self, errand: Errand, ended: asyncio.Future[int | None]) -> None:
        bus = Bus("agent", "simulated")
        await bus.connect()
        code = await attempt._answer(bus, self.settings, errand)
        await bus.close()
        ended.set_result(code)


def draw_settings(random: Random, *, troubled: bool) -> AgentSettings:
    """Return settings that make everything scarce, or, where nothing is troubled, enough of all."""
    scarce = {
        "turn_within": random.choice((6.0, 12.0, 60.0)),
        "slots": random.choice((1, 2, 8)),
        "parked_max": random.choice((1, 4)),
    }
    history = {"history_turns": random.choice((1, 2, 30)), "verbatim_turns": 1}
    return AgentSettings(steps_max=4, **history, **(scarce if troubled else CALM))
