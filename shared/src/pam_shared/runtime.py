"""Running a service: telemetry up, signals heard, work drained, process ended with an honest exit code."""

import asyncio
import gc
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

import uvloop

from pam_shared.bus.connection import Bus
from pam_shared.config import ServiceSettings
from pam_shared.errors import PamError
from pam_shared.telemetry.logs import log, setup_logs
from pam_shared.telemetry.metrics import serve_metrics
from pam_shared.telemetry.traces import setup_traces

COLLECT_AFTER = 20_000
"""Allocations between two rounds of the garbage collector's youngest generation."""

Result = TypeVar("Result")

Serve = Callable[[Bus], AbstractAsyncContextManager[object]]
"""Builds the service on a connected bus; leaving it drains. It starts the bus itself, once all is subscribed."""


def run(name: str, settings: ServiceSettings, serve: Serve) -> None:
    """Run a service until SIGTERM or SIGINT (exit 0), or until it cannot go on (exit 1)."""
    serve_metrics(settings.metrics_host, settings.metrics_port)
    _spare_the_collector()
    _in_telemetry(name, settings, _serve(name, settings, serve))


def run_once(name: str, settings: ServiceSettings, work: Callable[[Bus], Awaitable[int]]) -> int:
    """Do one piece of work of a service on a connection of its own, and return what it returns."""
    return _in_telemetry(name, settings, _work(name, settings, work))


def _in_telemetry(name: str, settings: ServiceSettings, running: Coroutine[Any, Any, Result]) -> Result:
    setup_logs(name, settings.log_level, settings.log_format)
    provider = setup_traces(name, settings.traces)
    try:
        return uvloop.run(running)
    except PamError as error:
        log.error("the service stops", reason=str(error))
        sys.exit(1)
    finally:
        if provider:
            provider.shutdown()


async def _work(name: str, settings: ServiceSettings, work: Callable[[Bus], Awaitable[int]]) -> int:
    bus = Bus(name, settings.nats_url)
    try:
        await bus.connect()
        return await work(bus)
    finally:
        await bus.close()


def _spare_the_collector() -> None:
    """Keep what was imported out of the garbage collector's rounds, and make the rounds rarer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 50)


async def _serve(name: str, settings: ServiceSettings, serve: Serve) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    bus = Bus(name, settings.nats_url)
    try:
        await bus.connect()
        async with serve(bus):
            log.info("ready")
            await _until_either(stop, bus.failed)
            log.info("draining")
        if bus.failed.done():
            bus.failed.result()
    finally:
        await bus.close()


async def _until_either(stop: asyncio.Event, failed: asyncio.Future[None]) -> None:
    stopped = asyncio.create_task(stop.wait())
    either: set[asyncio.Future[Any]] = {stopped, failed}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
