"""A whole PAM in one process, on servers of its own: what the scripted conversations are held with."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nats.aio.client import Client

from pam_agent.main import serve as serve_agent
from pam_agent.settings import AgentSettings
from pam_persistence.main import serve as serve_record
from pam_persistence.settings import PersistenceSettings
from pam_shared.bus.connection import Bus
from pam_shared.contracts import topology
from pam_shared.contracts.identity import Identity, Role
from pam_shared.embedded.nats import start_nats
from pam_shared.embedded.postgres import start_postgres
from pam_shared.embedded.valkey import start_valkey
from pam_shared.identity import CALL, Signer
from pam_shared.service import WORKER_PREFIX, ServiceSpec, installed_services
from pam_shared.testing.messages_api import MessagesApi
from pam_shared.tools.worker import OpenResources, WorkerSettings, serve_tools
from pam_tools_account.settings import AccountSettings, shop_terms
from pam_tools_budget.savings import open_guarantee
from pam_tools_budget.settings import BudgetSettings
from pam_tools_trip.external.world import open_world
from pam_tools_trip.samples.server import SampleServer, serve_samples
from pam_tools_trip.settings import TripSettings
from pamctl.provisioning import provision_nats, provision_postgres

QUIET_WITHIN = 20.0
CEILING = 1_000_000
"""Dollars the scripted model may cost: it costs none."""
NEEDS: dict[str, tuple[type[WorkerSettings], OpenResources]] = {
    "tools-account": (AccountSettings, shop_terms),
    "tools-budget": (BudgetSettings, open_guarantee),
    "tools-trip": (TripSettings, open_world),
}
"""Workers with settings and resources of their own."""


@dataclass(frozen=True)
class Servers:
    """Where the servers are, each service's login by its name, and the pair of keys members are known by (PEM)."""

    nats: str
    valkey: str
    logins: dict[str, str]
    private_key: str
    public_key: str


@dataclass(frozen=True)
class Household:
    """The running PAM, as somebody who plays the gateway sees it."""

    bus: Bus
    signer: Signer

    def token(self, user: UUID, turn: UUID | None = None) -> str:
        """Return a member's identity for one turn, as the gateway signs it."""
        until = int(time.time() + 3600)
        who = Identity(user=user, roles=frozenset({Role.MEMBER}), session=uuid4(), expires_at=until, turn=turn)
        return self.signer.sign(who, CALL)

    async def quiet(self) -> None:
        """Wait until every worker has heard of what the others did, as it has when a person has read an answer."""
        async with asyncio.timeout(QUIET_WITHIN):
            calm = 0
            while calm < 2:  # what was just done is told a moment later
                calm = calm + 1 if await self._is_quiet() else 0
                await asyncio.sleep(0.05)

    async def _is_quiet(self) -> bool:
        consumers = await self.bus.jetstream.consumers_info(topology.EVENTS)
        return not any((one.num_pending or 0) + (one.num_ack_pending or 0) for one in consumers)


@asynccontextmanager
async def servers() -> AsyncIterator[Servers]:
    """Start NATS, PostgreSQL and Valkey out of their wheels, provisioned as ``pamctl`` does it."""
    async with AsyncExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory()))
        started = []
        for name, start in (("nats", start_nats), ("postgres", start_postgres), ("valkey", start_valkey)):
            (home := folder / name).mkdir()
            started.append(await start(home))
            ending.push_async_callback(started[-1].stop)
        nats, postgres, valkey = (server.url for server in started)
        services = installed_services()
        connection = Client()
        await connection.connect(nats)
        await provision_nats(connection, services=services)
        await connection.close()
        logins = await provision_postgres(postgres, services, {spec.name: f"of {spec.name}" for spec in services})
        yield Servers(nats, valkey, logins, *_new_keys())


@asynccontextmanager
async def household(model: MessagesApi | None = None) -> AsyncIterator[Household]:
    """Run persistence, every tool worker in a sample world, and an agent; without a ``model`` its rules answer."""
    async with AsyncExitStack() as ending:
        given = await ending.enter_async_context(servers())
        samples = await ending.enter_async_context(serve_samples(SampleServer()))
        await ending.enter_async_context(_recording(given))
        for spec in installed_services():
            if spec.name.startswith(WORKER_PREFIX):
                await ending.enter_async_context(_working(spec, given, samples))
        bus = await ending.enter_async_context(_connected("agent", given.nats))
        key = {"ANTHROPIC_API_KEY": "key" if model else None, "ANTHROPIC_BASE_URL": model and model.url}
        await ending.enter_async_context(serve_agent(bus, AgentSettings(nats_url=given.nats, **key)))
        gateway = await ending.enter_async_context(_connected("gateway", given.nats))
        yield Household(gateway, Signer(given.private_key))


@asynccontextmanager
async def _recording(given: Servers) -> AsyncIterator[None]:
    ceilings = dict.fromkeys(("ceiling_member_day", "ceiling_day", "ceiling_month"), CEILING)
    async with _connected("persistence", given.nats) as bus:
        settings = PersistenceSettings(**_settings("persistence", given), **ceilings)
        async with serve_record(bus, settings):
            yield


@asynccontextmanager
async def _working(spec: ServiceSpec, given: Servers, samples: str) -> AsyncIterator[None]:
    """Run one tool worker."""
    kind, resources = NEEDS.get(spec.name, (WorkerSettings, None))
    world = {"samples_url": samples, "redis_url": given.valkey} if kind is TripSettings else {}
    tools = import_module(f"{spec.module.rpartition('.')[0]}.tools")
    async with _connected(spec.name, given.nats) as bus:
        settings = kind(**_settings(spec.name, given), **world)
        async with serve_tools(bus, settings, tools, spec.name, resources):
            await bus.jetstream.account_info()  # an answer over this connection: its subscriptions are in place
            yield


def _settings(service: str, given: Servers) -> dict[str, Any]:
    return {
        "nats_url": given.nats,
        "postgres_url": given.logins[service],
        "identity_public_key": given.public_key,
    }


@asynccontextmanager
async def _connected(service: str, nats: str) -> AsyncIterator[Bus]:
    bus = Bus(service, nats)
    await bus.connect()
    try:
        yield bus
    finally:
        await bus.close()


def _new_keys() -> tuple[str, str]:
    """Return a new pair, private and public."""
    key = Ed25519PrivateKey.generate()
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()
