"""All of PAM as processes of this machine: servers, then services; kept running; stopped in order."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from nats.aio.client import Client
from nats.errors import Error as NatsError

from pam_shared.embedded.processes import (
    PortInUseError,
    ServerStartError,
    answers_ok,
    end,
    is_free,
    spawn,
    tail,
)
from pam_shared.service import ServiceSpec
from pamctl.environment import GATEWAY, SAMPLES, service_environment
from pamctl.home import Home
from pamctl.keeper import Keeper
from pamctl.provisioning import provision_all
from pamctl.reload import Reloader
from pamctl.servers import nats_url, replicas, servers_to_start
from pamctl.settings import PamctlSettings
from pamctl.stream_keeper import StreamKeeper

READY_WITHIN = 60.0
STOPPED_WITHIN = 25.0
HEAD_START = 5.0
ASK_EVERY = 0.05
KILLED = 130


@dataclass
class Service:
    """A running service. ``port`` is the gateway's own; of others, where they serve their metrics."""

    port: int
    process: asyncio.subprocess.Process

    async def stop(self) -> None:
        """Ask it to drain; kill it after 25 seconds."""
        await end(self.process, signal.SIGTERM, STOPPED_WITHIN)


def print_line(line: str) -> None:
    """Print a line for people, at once."""
    print(line, flush=True)


@dataclass
class Supervisor:
    """Runs one PAM: all servers that no URL names, and these services; with ``reload``, anew when files change."""

    home: Home
    settings: PamctlSettings
    services: Sequence[ServiceSpec]
    say: Callable[[str], None] = print_line
    reload: bool = False
    _servers: list[Keeper] = field(default_factory=list)
    _children: list[Keeper] = field(default_factory=list)
    _database_urls: dict[str, str] = field(default_factory=dict)
    _streams: StreamKeeper | None = None
    _reloader: Reloader | None = None
    _killed: bool = False

    async def run(self) -> int:
        """Start everything, keep it running until a signal comes, stop everything; return the exit code.

        A second signal kills what is left. Raises a PamError with its sentence when something does not start; nothing
        is left running then.
        """
        with self.home.owned():
            self._refuse_if_port_is_taken()
            stop = self._hear_signals()
            try:
                await _until(stop, self._start())
            finally:
                await self._stop()
        return KILLED if self._killed else 0

    def _refuse_if_port_is_taken(self) -> None:
        port, host = self.settings.port, self.settings.host
        if not is_free(port, host):
            raise PortInUseError(
                f"Port {port} on {host} is in use: stop what listens there, or start with PORT=<another port>."
            )

    def _hear_signals(self) -> asyncio.Event:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()

        def heard() -> None:
            if stop.is_set():
                self._kill()
            stop.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:
                loop.add_signal_handler(number, heard)
        return stop

    async def _start(self) -> None:
        self.say(self._mind())
        self._say_what_is_outside()
        self._servers = self._server_keepers()
        if self._servers:
            self.say(f"Starting {', '.join(keeper.name for keeper in self._servers)} in {self.home.path}")
        await _all(keeper.start() for keeper in self._servers)
        self._database_urls = await provision_all(self.home, self.settings, self.services)
        streams = self._streams = StreamKeeper(
            nats_url(self.home, self.settings), replicas(self.home, self.settings), self.say
        )
        await streams.start()
        self._children = [self._child(spec, streams) for spec in self.services]
        if self.reload:
            self._reloader = Reloader(zip(self.services, self._children, strict=True), self._provision, self.say)
        self.say(f"Starting {', '.join(spec.name for spec in self.services)}")
        await _all(keeper.start() for keeper in self._children)
        await self._until_all_answer()
        self.say(f"PAM is ready: http://127.0.0.1:{self.settings.port}")
        if self._reloader:
            self._reloader.start()

    async def _provision(self) -> None:
        await provision_all(self.home, self.settings, self.services)

    def _mind(self) -> str:
        if self.settings.anthropic_api_key:
            return "Claude answers: ANTHROPIC_API_KEY is set."
        return "The built-in rules answer: ANTHROPIC_API_KEY is not set, so Claude does not."

    def _say_what_is_outside(self) -> None:
        if self.settings.external == "live":
            self.say("The world outside is live: PAM_EXTERNAL=live.")
        elif any(spec.stands_in for spec in self.services):
            self.home.port(SAMPLES)  # the one it had, if nobody has taken it meanwhile
            self.say("The world outside is a sample, invented and marked so: PAM_EXTERNAL=live asks the real services.")

    def _server_keepers(self) -> list[Keeper]:
        begins = servers_to_start(self.home, self.settings, [spec.name for spec in self.services])
        return [Keeper(name, begin, _at_once, self.say, self._record) for name, begin in begins.items()]

    def _child(self, spec: ServiceSpec, streams: StreamKeeper) -> Keeper:
        metrics_port = self.home.port(f"metrics.{spec.name}")
        environment = service_environment(
            spec,
            self.home,
            self.settings,
            database_url=self._database_urls.get(spec.name),
            metrics_port=metrics_port,
        )
        port = self.settings.port if spec.name == GATEWAY else metrics_port

        async def begin() -> Service:
            command = [sys.executable, "-m", spec.module]
            return Service(port, await spawn(command, log=self.home.log(spec.name), env=environment))

        return Keeper(
            spec.name,
            begin,
            lambda: self._until_answered(spec, streams.nats),
            self.say,
            self._record,
            streams.provision,
        )

    async def _until_answered(self, spec: ServiceSpec, connection: Client) -> None:
        while not await self._answers(spec, connection):  # noqa: ASYNC110 - nobody tells us, so we ask
            await asyncio.sleep(ASK_EVERY)

    async def _answers(self, spec: ServiceSpec, connection: Client) -> bool:
        try:
            reply = await connection.request(f"$SRV.PING.{spec.name}", timeout=1)
            named = json.loads(reply.data)["name"] == spec.name
            return named and (spec.name != GATEWAY or await answers_ok(self.settings.port, "/api/v1/health/ready"))
        except (NatsError, OSError, ValueError):
            return False

    async def _until_all_answer(self) -> None:
        try:
            async with asyncio.timeout(READY_WITHIN):
                await _all(keeper.ready.wait() for keeper in self._children)
        except TimeoutError:
            silent = [keeper.name for keeper in self._children if not keeper.ready.is_set()]
            ends = "\n".join(f"The end of {self.home.log(name)}:\n{tail(self.home.log(name))}" for name in silent)
            raise ServerStartError(f"Not ready after {READY_WITHIN:g} s: {', '.join(silent)}. {ends}") from None

    def _record(self) -> None:
        self.home.write_processes(keeper.state() for keeper in (*self._servers, *self._children))

    async def _stop(self) -> None:
        """End the gateway first, so that nothing new comes in, then the other services, then the servers."""
        self.say("Stopping")
        if self._reloader:
            await self._reloader.stop()
        if self._streams:
            await self._streams.stop()
        first = [keeper for keeper in self._children if keeper.name == GATEWAY]
        edge = asyncio.create_task(_all(keeper.stop() for keeper in first))
        await asyncio.wait([edge], timeout=HEAD_START)
        await _all(keeper.stop() for keeper in self._children if keeper not in first)
        await edge
        for keeper in self._servers:
            await keeper.stop()
        self.home.forget_processes()

    def _kill(self) -> None:
        self._killed = True
        for keeper in (*self._children, *self._servers):
            keeper.kill()


async def _until(stop: asyncio.Event, starting: Coroutine[Any, Any, None]) -> None:
    """Start, then wait for the signal, which may also come while starting."""
    signalled, started = asyncio.create_task(stop.wait()), asyncio.create_task(starting)
    try:
        await asyncio.wait([signalled, started], return_when=asyncio.FIRST_COMPLETED)
        if started.done():
            await started
            await signalled
    finally:
        started.cancel()
        await asyncio.gather(started, return_exceptions=True)


async def _all(steps: Iterable[Coroutine[Any, Any, Any]]) -> None:
    """Do all at once. When one fails the others are cancelled, and its error is raised alone."""
    try:
        async with asyncio.TaskGroup() as group:
            for step in steps:
                group.create_task(step)
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None


async def _at_once() -> None:
    """A server answers when its start returns."""
