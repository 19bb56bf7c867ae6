"""One world: agents, members, a worker and a network, all drawn from a seed, run until everything has come to rest."""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from pam_shared.bus import connection, log_reader
from pam_shared.contracts import topology
from tests.simulation import faults, invariants
from tests.simulation.agents import Fleet, draw_settings
from tests.simulation.clock import Loop, Process, StuckError, running
from tests.simulation.defences import DEFENCES
from tests.simulation.invariants import LiveRules, LogRules
from tests.simulation.log import Server, Stored
from tests.simulation.members import Member
from tests.simulation.network import Broker, Client
from tests.simulation.seams import Lines, Patch, patched, surroundings
from tests.simulation.tools import Worker
from tests.simulation.viewers import Viewer

TROUBLED_FOR = 10.0
REST_WITHIN = 90.0
STOPPED_WITHIN = 30.0
LOOK_EVERY = 0.25
DUPLICATE_WINDOW = 3.0
BLOWS_MAX = 3


@dataclass
class World:
    """Everything there is. ``violations`` is empty unless a guarantee was broken; ``trace`` tells what happened."""

    seed: int
    troubled: bool = True
    loop: Loop = field(default_factory=Loop)
    violations: list[str] = field(default_factory=list)
    trace: list[tuple[float, str, str]] = field(default_factory=list)
    clients: dict[str, Client] = field(default_factory=dict)
    struck: list[asyncio.Task[None]] = field(default_factory=list)
    over: bool = False

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.server = Server(self.loop, topology.STREAMS, window=DUPLICATE_WINDOW)
        self.server.stored = self._stored
        self.consumer = self.server.consume(topology.CONVERSATIONS, topology.AGENT)
        self.weather = faults.draw_weather(self.random, troubled=self.troubled)
        self.server.stale = self.weather.staleness
        self.log = LogRules(self.complain, self.loop.time, troubled=self.troubled)
        self.live = LiveRules(self.complain, self.log)
        self.malice = self.random.choice((0.0, 0.03, 0.1)) if self.troubled else 0.0
        self.blows = BLOWS_MAX
        self.trouble = self.random.choice((0.0, 0.1, 0.3)) if self.troubled else 0.0
        self.fleet = Fleet(self, draw_settings(self.random, troubled=self.troubled))
        self.batch = self.random.choice((3, 8, 256))
        self.worker = Worker(self.connect("worker"), self.loop, self.random, lambda: self.trouble / 2)
        self.member = Member(self)
        self.viewer = Viewer(self, self.member.user)

    def run(self, without: str | None = None) -> list[str]:
        """Live through it, with one defence switched off if named; return what was broken."""
        off = DEFENCES[without](self) if without else []
        gc.disable()
        try:
            with patched([*self._patches(), *off]):
                self._run()
        finally:
            gc.enable()
        return self.violations

    def _run(self) -> None:
        try:
            self.loop.run(self._live())
        except StuckError as error:
            self.complain(str(error))
        for context in self.loop.errors:
            self.complain(f"unseen: {context.get('message')}: {context.get('exception')!r}")
        self.over = True
        self.loop.bury([*self.fleet.processes, self.viewer.process])

    def tell(self, who: str, what: str) -> None:
        """Add a line to the trace."""
        self.trace.append((self.loop.time(), who, what))

    def complain(self, what: str) -> None:
        """A guarantee is broken."""
        if self.over:
            return
        self.violations.append(what)
        self.tell("CHECKER", what)

    def connect(self, name: str, process: Process | None = None) -> Client:
        """Connect somebody to the server."""
        client = self.clients[name] = Client(name, self.loop, self.server, self.weather, process)
        return client

    def new_id(self) -> UUID:
        """Return a version 4 id that the seed determines."""
        return UUID(int=self.random.getrandbits(128), version=4)

    def strike(self, blow: Coroutine[Any, Any, None]) -> None:
        """Let a blow fall, and take its course."""
        self.struck.append(self.loop.create_task(blow))

    @property
    def at_rest(self) -> bool:
        """Whether every message has its end, nothing waits to be acknowledged, and clients have seen it all."""
        turns = [told for talk in self.log.talks.values() for told in talk.turns.values()]
        seen = next(self.viewer.faults(self.log.talks), None) is None
        return seen and self.consumer.idle and all(told.finished for told in turns)

    async def _live(self) -> None:
        await self.worker.start()
        await self.loop.create_task(self.viewer.start(), context=self.viewer.process.context())
        for _ in range(self.random.choice((2, 2, 3))):
            self.fleet.start()
        struck = self.loop.create_task(faults.strike(self, TROUBLED_FOR if self.troubled else 0.0))
        said = [self.loop.create_task(one) for one in self.member.conversations()]
        await asyncio.gather(*said, struck)
        self.malice = 0.0
        await faults.recovered(self)
        self.tell("world", "calms down")
        self.weather.calm()
        self.trouble = 0.0
        await self._rest()
        await self.fleet.stop(STOPPED_WITHIN)
        for problem in self.viewer.faults(self.log.talks):
            self.complain(problem)
        found = invariants.at_the_end(
            self.log, self.live, self.member.accepted, self.worker.effects, idle=self.consumer.idle
        )
        for problem in found:
            self.complain(problem)

    async def _rest(self) -> None:
        until = self.loop.time() + REST_WITHIN
        while not self.at_rest:
            if self.loop.time() > until:
                self.tell("world", "does not come to rest")
                return
            await asyncio.sleep(LOOK_EVERY)

    def _stored(self, stream: str, entry: Stored) -> None:
        body = entry.message.body.decode()
        self.tell(stream, f"{entry.sequence} {entry.message.subject[-20:]} [{entry.id[-40:]}] {body[:300]}")
        invariants.stored_in(stream, self.log, self.live, entry)
        faults.provoke(self)

    def _patches(self) -> list[Patch]:
        def broker(_url: object, **given: Callable[..., object]) -> Broker:
            return Broker(self.clients[running()], **given)

        return [
            *surroundings(self.loop, self.new_id, Lines(self._line, self.complain)),
            (connection, "NatsBroker", broker),
            (log_reader, "BATCH", self.batch),
            *self.fleet.patches(),
        ]

    def _line(self, text: str) -> None:
        self.tell(running(), text)
