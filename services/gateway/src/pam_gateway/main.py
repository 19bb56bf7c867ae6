"""Run the gateway."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass

import uvicorn

from pam_gateway.acceptance import Acceptance
from pam_gateway.accounts import Accounts
from pam_gateway.app import create_app
from pam_gateway.catalogue import Catalogue
from pam_gateway.http.desk import Desk
from pam_gateway.http.mcp import McpEndpoint
from pam_gateway.http.problems import Door
from pam_gateway.limits import Limits
from pam_gateway.live_feed import LiveFeed
from pam_gateway.protocols import RequestProtocol, SocketProtocol
from pam_gateway.replay import Replay
from pam_gateway.service import SERVICE
from pam_gateway.settings import GatewaySettings
from pam_gateway.sockets.chat import Hall
from pam_gateway.sockets.registry import Registry
from pam_shared.bus.audit import AuditTrail
from pam_shared.bus.connection import Bus
from pam_shared.bus.discovery import Advertisement, Directory
from pam_shared.bus.log_reader import LogReader
from pam_shared.bus.revocations import Revocations
from pam_shared.config import load
from pam_shared.contracts import topology
from pam_shared.errors import UnavailableError
from pam_shared.identity import Signer, Verifier
from pam_shared.postgres.pool import Pool, open_pool
from pam_shared.runtime import run
from pam_shared.tools.caller import ToolCaller
from pam_shared.tools.outbox import OutboxRelay


@dataclass(frozen=True)
class Parts:
    """What has to be started before anybody is served."""

    revocations: Revocations
    audit: AuditTrail
    directory: Directory
    live: LogReader
    log: LogReader
    registry: Registry
    outbox: OutboxRelay


class Server(uvicorn.Server):
    """Uvicorn without its own signal handlers: the service is told to stop in one place."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


@asynccontextmanager
async def serve(bus: Bus, settings: GatewaySettings) -> AsyncIterator[None]:
    """Serve clients until left."""
    pool = await open_pool(settings.postgres_url, bus.service)
    revocations, audit, directory = Revocations(bus), AuditTrail(bus), Directory(bus)
    live, log = LogReader(bus, topology.LIVE), LogReader(bus, topology.CONVERSATIONS)
    registry, outbox = Registry(settings), OutboxRelay(bus, pool, inbox=False)
    desk = _desk(bus, settings, pool, Parts(revocations, audit, directory, live, log, registry, outbox))
    hall = Hall(settings, desk.verifier, desk.acceptance, desk.replay, desk.feed, desk.limits, directory, registry)
    advertisement = Advertisement(bus, "The edge: sign-in, WebSocket and HTTP.")
    mcp = McpEndpoint(desk)
    server = _server(Door(create_app(desk, hall, mcp), settings.body_max), settings)
    async with AsyncExitStack() as ending:
        ending.push_async_callback(pool.close)
        for part in (revocations, audit, outbox, live, log, directory, registry):
            await part.start()
            ending.push_async_callback(part.stop)
        await bus.start()
        await mcp.start()
        ending.push_async_callback(mcp.stop)
        serving = asyncio.create_task(server.serve())
        serving.add_done_callback(lambda task: _ended(bus, server, task))
        ending.push_async_callback(_finish, server, serving, settings.drain_for)
        ending.push_async_callback(registry.drain)
        await advertisement.start()
        ending.push_async_callback(advertisement.stop)
        yield


async def _finish(server: Server, serving: asyncio.Task[None], within: float) -> None:
    """Let requests that are being answered end."""
    server.should_exit = True
    await asyncio.wait({serving}, timeout=within)


def _desk(bus: Bus, settings: GatewaySettings, pool: Pool, parts: Parts) -> Desk:
    signer = Signer(settings.identity_private_key)
    acceptance = Acceptance(bus, parts.log, signer, settings)
    return Desk(
        settings=settings,
        bus=bus,
        pool=pool,
        verifier=Verifier(settings.identity_public_key, parts.revocations.sessions),
        accounts=Accounts(pool, signer, parts.revocations, parts.audit, parts.outbox, settings),
        acceptance=acceptance,
        replay=Replay(bus, parts.live, parts.log, acceptance),
        feed=LiveFeed(bus),
        limits=Limits(settings.redis_url, on=settings.rate_limits == "on"),
        directory=parts.directory,
        registry=parts.registry,
        catalogue=Catalogue(parts.directory, ToolCaller(bus), acceptance.call_token, settings.answer_within),
    )


def _ended(bus: Bus, server: Server, task: asyncio.Task[None]) -> None:
    """A server that ends by itself, because its port is taken, ends the service."""
    if not server.should_exit and not task.cancelled() and not bus.failed.done():
        bus.failed.set_exception(task.exception() or UnavailableError("The web server ended. Is the port taken?"))


def _server(app: Door, settings: GatewaySettings) -> Server:
    return Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http=RequestProtocol,
            ws=SocketProtocol,
            ws_max_size=settings.frame_max,
            ws_per_message_deflate=False,
            ws_ping_interval=settings.ping_interval,
            ws_ping_timeout=settings.ping_timeout,
            lifespan="off",
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=5,
            server_header=False,
        )
    )


def main() -> None:
    """Run until told to stop."""
    settings = load(GatewaySettings)
    run(SERVICE.name, settings, lambda bus: serve(bus, settings))


if __name__ == "__main__":
    main()
