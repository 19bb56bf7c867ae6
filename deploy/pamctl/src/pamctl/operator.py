"""The operator's own connection to NATS."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pam_shared.bus.connection import Bus
from pamctl.home import OPERATOR, Home
from pamctl.settings import PamctlSettings


@asynccontextmanager
async def connected(settings: PamctlSettings) -> AsyncIterator[Bus]:
    """Connect to the NATS that PAM_NATS_URL names, else to the one of a running `pamctl up`."""
    bus = Bus(OPERATOR, settings.nats_url or Home(settings.home).nats_url())
    await bus.connect()
    try:
        yield bus
    finally:
        await bus.close()
