"""Keeping the topology in NATS: what a server lost with its memory or its disk is made again by itself."""

import asyncio
from collections.abc import Callable
from typing import cast

from nats.aio.client import Client
from nats.errors import Error as NatsError

from pam_shared.errors import PamError, UnavailableError
from pam_shared.tasks import end
from pamctl.streams import PATIENCE, provision_nats_at

RECONNECT_WAIT = cast("int", 0.25)  # seconds; a float, whatever the annotation says


class StreamKeeper:
    """Provisions NATS again after each loss of its connection. ``say`` gets a line for people when that fails.

    A stream in memory goes with its server, and any stream with a lost disk; services cannot make them. ``url`` may be
    several with commas between.
    """

    def __init__(self, url: str, replicas: int, say: Callable[[str], None]) -> None:
        self._url = url
        self._replicas = replicas
        self._say = say
        self._one_at_a_time = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self.nats = Client()

    async def start(self) -> None:
        """Connect, and keep what is there from now on. Raises UnavailableError when NATS does not answer."""
        try:
            await self.nats.connect(
                self._url.split(","),
                max_reconnect_attempts=-1,
                reconnect_time_wait=RECONNECT_WAIT,
                reconnected_cb=self._on_reconnected,
                error_cb=_ignore,
            )
        except (OSError, NatsError) as error:
            raise UnavailableError(f"NATS does not answer ({error}): start it, or correct PAM_NATS_URL.") from error

    async def stop(self) -> None:
        """Stop provisioning and disconnect."""
        await end(self._tasks)
        if self.nats.is_connected or self.nats.is_reconnecting:
            await self.nats.close()

    async def provision(self, patience: float = 0.0) -> None:
        """Make what is missing; quick when nothing is. Raises as ``provision_nats_at``."""
        async with self._one_at_a_time:
            await provision_nats_at(self._url, self._replicas, patience)

    async def _on_reconnected(self) -> None:
        task = asyncio.create_task(self._mend())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _mend(self) -> None:
        try:
            await self.provision(PATIENCE)
        except PamError as error:
            self._say(f"NATS may lack streams: {error} Run `pamctl provision`.")


async def _ignore(_: Exception) -> None:
    """The connection comes back by itself; who keeps NATS running speaks of it."""
