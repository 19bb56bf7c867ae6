"""A tool worker's chassis: give it a package of tools and it serves them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from types import ModuleType
from typing import Any

from pydantic import Field

from pam_shared.bus.audit import AuditTrail
from pam_shared.bus.connection import Bus
from pam_shared.bus.discovery import Advertisement
from pam_shared.bus.requests import Responder
from pam_shared.bus.revocations import Revocations
from pam_shared.config import load
from pam_shared.contracts import subjects
from pam_shared.identity import Verifier, VerifyingSettings
from pam_shared.postgres.pool import open_pool
from pam_shared.runtime import run
from pam_shared.service import WORKER_PREFIX, ServiceSpec
from pam_shared.tools.declaration import find_tools
from pam_shared.tools.following import Following, find_followers
from pam_shared.tools.member_records import hand_out
from pam_shared.tools.outbox import OutboxRelay
from pam_shared.tools.receiver import Desk, Receiver

DRAIN_FOR = 20.0


class WorkerSettings(VerifyingSettings):
    """What a tool worker needs to know. A worker with settings of its own subclasses this."""

    postgres_url: str = Field(description="The worker's own login: postgresql://pam_budget:…@host:port/pam.")
    postgres_connections: int = Field(6, ge=1, le=50, description="How many at most; 50 suffice for all services.")


OpenResources = Callable[[Any], AbstractAsyncContextManager[object]]
"""Opens what a worker's tools need besides the database, given its settings; leaving closes it."""


def run_worker(
    spec: ServiceSpec,
    tools: ModuleType,
    description: str,
    *,
    settings: type[WorkerSettings] = WorkerSettings,
    resources: OpenResources | None = None,
) -> None:
    """Run a worker until it is told to stop. ``tools`` find what ``resources`` opened in their context.

    Raises TypeError when the events the spec names are not those the worker's package ``follows`` has functions for.
    """
    followed = {follower.event for follower in find_followers(tools)}
    if followed != set(spec.follows):
        raise TypeError(f"{spec.name} says it follows {sorted(spec.follows)} and has functions for {sorted(followed)}.")
    known = load(settings)
    run(spec.name, known, lambda bus: serve_tools(bus, known, tools, description, resources))


@asynccontextmanager
async def serve_tools(
    bus: Bus,
    settings: WorkerSettings,
    tools: ModuleType,
    description: str,
    resources: OpenResources | None = None,
) -> AsyncIterator[Advertisement]:
    """Serve every tool of the package on the bus; leaving drains: no call taken is lost."""
    domain = bus.service.removeprefix(WORKER_PREFIX)
    async with AsyncExitStack() as ending:
        opened = await ending.enter_async_context(resources(settings)) if resources else None
        pool = await open_pool(settings.postgres_url, bus.service, settings.postgres_connections)
        ending.push_async_callback(pool.close)
        revocations = Revocations(bus)
        desk = Desk(
            bus=bus,
            pool=pool,
            verifier=Verifier(settings.identity_public_key, revocations.sessions),
            relay=OutboxRelay(bus, pool),
            audit=AuditTrail(bus),
            resources=opened,
        )
        responder = Responder(bus, queue=bus.service)
        advertisement = Advertisement(bus, description, queue=bus.service)
        for tool in find_tools(tools):
            manifest = tool.manifest(domain)
            responder.answer(manifest.subject, Receiver(tool, manifest, desk))
            advertisement.tools.append(manifest)
        responder.answer(subjects.member_records(domain), hand_out(pool, desk.verifier))
        following = Following(bus, pool, desk.relay, find_followers(tools))
        for part in (revocations, desk.relay, desk.audit):
            await part.start()
            ending.push_async_callback(part.stop)
        await bus.start()
        await following.start()
        ending.push_async_callback(following.stop)
        ending.push_async_callback(responder.drain, DRAIN_FOR)
        await advertisement.start()
        ending.push_async_callback(advertisement.stop)
        yield advertisement
