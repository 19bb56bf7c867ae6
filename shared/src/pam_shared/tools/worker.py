"""A tool worker's chassis: give it a package of tools and it serves them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import ModuleType

from pydantic import Field

from pam_shared.bus.audit import AuditTrail
from pam_shared.bus.connection import Bus
from pam_shared.bus.discovery import Advertisement
from pam_shared.bus.requests import Responder
from pam_shared.bus.revocations import Revocations
from pam_shared.config import load
from pam_shared.identity import Verifier, VerifyingSettings
from pam_shared.postgres.pool import open_pool
from pam_shared.runtime import run
from pam_shared.service import WORKER_PREFIX, ServiceSpec
from pam_shared.tools.declaration import find_tools
from pam_shared.tools.outbox import OutboxRelay
from pam_shared.tools.receiver import Desk, Receiver

DRAIN_FOR = 20.0


class WorkerSettings(VerifyingSettings):
    """What a tool worker needs to know. A worker with settings of its own subclasses this."""

    postgres_url: str = Field(description="The worker's own login: postgresql://pam_budget:…@host:port/pam.")


def run_worker(spec: ServiceSpec, tools: ModuleType, description: str) -> None:
    """Run a worker until it is told to stop."""
    settings = load(WorkerSettings)
    run(spec.name, settings, lambda bus: serve_tools(bus, settings, tools, description))


@asynccontextmanager
async def serve_tools(
    bus: Bus, settings: WorkerSettings, tools: ModuleType, description: str
) -> AsyncIterator[Advertisement]:
    """Serve every tool of the package on the bus; leaving drains: no call taken is lost."""
    pool = await open_pool(settings.postgres_url, bus.service)
    revocations = Revocations(bus)
    desk = Desk(
        service=bus.service,
        pool=pool,
        verifier=Verifier(settings.identity_public_key, revocations.sessions),
        relay=OutboxRelay(bus, pool),
        audit=AuditTrail(bus),
    )
    responder = Responder(bus, queue=bus.service)
    advertisement = Advertisement(bus, description, queue=bus.service)
    for tool in find_tools(tools):
        manifest = tool.manifest(bus.service.removeprefix(WORKER_PREFIX))
        responder.answer(manifest.subject, Receiver(tool, manifest, desk))
        advertisement.tools.append(manifest)
    async with AsyncExitStack() as ending:
        ending.push_async_callback(pool.close)
        for part in (revocations, desk.relay, desk.audit):
            await part.start()
            ending.push_async_callback(part.stop)
        await bus.start()
        ending.push_async_callback(responder.drain, DRAIN_FOR)
        await advertisement.start()
        ending.push_async_callback(advertisement.stop)
        yield advertisement
