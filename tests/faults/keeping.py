"""Starting services again that end by themselves, as ``pamctl up`` does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pam_shared.errors import PamError
from pam_shared.tasks import end
from tests.faults.processes import Service, StartError
from tests.faults.stack import Stack

LOOK_EVERY = 0.1


@asynccontextmanager
async def kept(stack: Stack) -> AsyncIterator[None]:
    """Keep every service running for as long as the block."""
    tasks = [asyncio.create_task(_keep(stack, service)) for service in stack.services.values()]
    try:
        yield
    finally:
        await end(tasks)


async def _keep(stack: Stack, service: Service) -> None:
    while True:
        await asyncio.sleep(LOOK_EVERY)
        if service.alive:
            continue
        try:
            await stack.streams.provision()
            await service.start()
        except (PamError, StartError):
            continue  # What it stands on is not there yet.
