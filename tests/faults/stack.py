"""The real processes of one PAM, each with a handle: servers, then any number of instances of each service."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg

from pam_shared.bus.connection import Bus
from pam_shared.embedded.processes import choose_port
from pam_shared.service import ServiceSpec, installed_services
from pamctl.environment import service_environment
from pamctl.home import NATS, Home, ProcessState
from pamctl.provisioning import provision_all
from pamctl.servers import nats_url, postgres_url, replicas, servers_to_start
from pamctl.settings import PamctlSettings
from pamctl.stream_keeper import StreamKeeper
from tests.faults.disk import Disk, mounted
from tests.faults.fault import Plan
from tests.faults.links import Links, linked
from tests.faults.processes import Server, Service
from tests.faults.proxy import Proxy
from tests.faults.storage import provisioned_without, settings_without
from tests.harness.stack import NO_CEILINGS

ROOT = Path(__file__).absolute().parents[2]
EVERYWHERE = {
    "PAM_TRACES": "none",
    "ANTHROPIC_API_KEY": "x",
    "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
} | NO_CEILINGS


class Stack:
    """A running PAM. ``services`` are by name and number: ``agent-1``, ``gateway-2``."""

    def __init__(self, home: Home, plan: Plan, model_url: str, altered: Sequence[str]) -> None:
        self.home = home
        self.plan = plan
        self.settings = PamctlSettings(home=home.path, **dict(plan.nats) | settings_without(altered))
        self.servers: dict[str, Server] = {}
        self.services: dict[str, Service] = {}
        self.proxy: Proxy | None = None
        self.disk: Disk
        self.links: Links
        self.streams: StreamKeeper
        self._altered = tuple(altered)
        self._model_url = model_url
        self._specs = {spec.name: spec for spec in installed_services()}
        self._database_urls: dict[str, str] = {}

    async def start(self) -> None:
        """Start everything; return when all is ready."""
        begins = servers_to_start(self.home, self.settings, list(self._specs))
        self.servers = {name: Server(name, begin) for name, begin in begins.items()}
        await asyncio.gather(*(server.start() for server in self.servers.values()))
        self._write_down_nodes()
        self._database_urls = await provision_all(self.home, self.settings, list(self._specs.values()))
        await self._keep_streams()
        await self._switch_off()
        await self._start_proxy()
        self.services = {service.name: service for service in self._planned()}
        await asyncio.gather(*(service.start() for service in self.services.values()))

    async def stop(self) -> None:
        """Kill everything: nothing of it is needed any more."""
        if hasattr(self, "streams"):
            await self.streams.stop()
        processes = [*self.services.values(), *self.servers.values()]
        await asyncio.gather(*(process.end() for process in processes if hasattr(process, "process")))
        if self.proxy:
            await self.proxy.stop()

    def of(self, service: str) -> list[Service]:
        """Return every instance of a service."""
        return [one for name, one in self.services.items() if name.rpartition("-")[0] == service]

    @property
    def gateway_urls(self) -> list[str]:
        """Where the gateways answer WebSockets."""
        return [f"ws://127.0.0.1:{gateway.port}" for gateway in self.of("gateway")]

    @property
    def nats(self) -> Server:
        """The NATS server."""
        return self.servers["nats"]

    @property
    def nodes(self) -> list[Server]:
        """Every NATS server, by its number."""
        return [server for name, server in self.servers.items() if name.startswith(NATS)]

    @property
    def operator_url(self) -> str:
        """The operator's NATS."""
        return nats_url(self.home, self.settings)

    async def administrator(self) -> asyncpg.Connection:
        """Return a connection that sees every row."""
        return await asyncpg.connect(postgres_url(self.home, self.settings), timeout=10)

    def _write_down_nodes(self) -> None:
        """Tell the home where its NATS servers answer, as ``pamctl up`` does."""
        ports = json.loads((self.home.path / "ports.json").read_text())
        self.home.write_processes(
            ProcessState(node.name, node.pid, ports[node.name], "running", 0, "") for node in self.nodes
        )

    async def _keep_streams(self) -> None:
        """Make what a NATS server lost again when it is back, as ``pamctl up`` does."""
        self.streams = StreamKeeper(self.operator_url, replicas(self.home, self.settings), print)
        await self.streams.start()

    async def _switch_off(self) -> None:
        """Take away the defences that PostgreSQL holds."""
        for statement in (STATEMENTS[name] for name in self._altered if name in STATEMENTS):
            connection = await self.administrator()
            await connection.execute(statement)
            await connection.close()

    async def _start_proxy(self) -> None:
        if self.plan.proxied:
            self.proxy = Proxy("127.0.0.1", int(self.operator_url.rpartition(":")[2]))
            await self.proxy.start()

    def _planned(self) -> list[Service]:
        plan = self.plan
        counts = {
            "agent": plan.agents,
            "gateway": plan.gateways,
            "tools-budget": plan.workers,
            "persistence": plan.persistence,
        }
        return [
            self._service(self._specs[name], number) for name, many in counts.items() for number in range(1, many + 1)
        ]

    def _service(self, spec: ServiceSpec, number: int) -> Service:
        name = f"{spec.name}-{number}"
        port = choose_port() if spec.name == "gateway" else 0
        settings = self.settings.model_copy(update={"port": port or self.settings.port})
        environment = service_environment(
            spec, self.home, settings, database_url=self._database_urls.get(spec.name), metrics_port=choose_port()
        )
        environment |= EVERYWHERE | {"ANTHROPIC_BASE_URL": self._model_url}
        environment |= dict(dict(self.plan.environment).get(spec.name, ()))
        if self.proxy and spec.name in self.plan.proxied:
            environment["PAM_NATS_URL"] = self._through_proxy(environment["PAM_NATS_URL"])
        altered = [*self._altered_of(spec.name), *(what for who, what in self.plan.mishaps if who == name)]
        return Service(name, spec.module, environment, self.home.log(name), altered=altered, port=port)

    def _altered_of(self, service: str) -> list[str]:
        return [name for name in self._altered if service in HOLDERS.get(name, ())]

    def _through_proxy(self, url: str) -> str:
        return f"{url.rpartition(':')[0]}:{self.proxy.port}"


HOLDERS = {
    "fence": {"agent"},
    "deduplication": {"gateway", "agent"},
    "inbox": {"tools-budget"},
    "resume": {"gateway"},
    "redelivery": {"agent"},
    "ack_before_write": {"gateway"},
    "order": {"agent"},
    "fast_failure": {"agent"},
    "recording_again": {"persistence"},
    "local_limits": {"gateway"},
    "drain": {"gateway"},
    "whole_replies": {"agent"},
    "bounded_queue": {"gateway"},
    "pings": {"gateway"},
    "hearing": {"agent"},
    "isolation": {"agent"},
    "recall": {"agent"},
}
"""Which services hold a defence of ``without``."""

STATEMENTS = {"unique_rows": "alter table persistence.pam_messages drop constraint pam_messages_pkey"}
"""Defences that PostgreSQL holds, and how they are taken away."""


@asynccontextmanager
async def running(
    home: Path, plan: Plan, model_url: str, altered: Sequence[str] = ()
) -> AsyncIterator[tuple[Stack, Bus]]:
    """Run a stack for as long as the block, with a connection of the operator's; kill all of it at the end."""
    place = Home(home)
    async with AsyncExitStack() as ending:
        ending.enter_context(place.owned())
        ending.enter_context(provisioned_without(altered))
        stack = Stack(place, plan, model_url, altered)
        if plan.disk:
            stack.disk = ending.enter_context(mounted(home / "nats.img", home / NATS))
        if plan.links:
            stack.links = await ending.enter_async_context(linked(place))
        ending.push_async_callback(stack.stop)
        await stack.start()
        bus = Bus("faults", stack.operator_url)
        await bus.connect()
        ending.push_async_callback(bus.close)
        yield stack, bus
