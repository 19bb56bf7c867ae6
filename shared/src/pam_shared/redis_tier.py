"""The cache's tier that all processes share: Redis or Valkey, with a short deadline, left alone while it is away."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import uuid4

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

from pam_shared.errors import AwayError
from pam_shared.tasks import end
from pam_shared.telemetry.logs import log

ANSWER_WITHIN = 0.1
CONNECTIONS = 8
LEFT_ALONE = 2.0
"""Seconds without a question after one that was not answered: nobody else pays its deadline."""
GENERATION_KEPT = 86_400
"""Seconds. A generation that is forgotten, or evicted, costs a miss: the next one differs from all before."""
MOST_OWED = 100_000


class RedisTier:
    """Entries and generations. A scope's generation is a random word; entries of another word are worth nothing."""

    def __init__(self, url: str, prefix: str) -> None:
        pool: Any = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=ANSWER_WITHIN,
            socket_timeout=ANSWER_WITHIN,
            socket_connect_timeout=ANSWER_WITHIN,
        )
        self._redis: Any = Redis(connection_pool=pool)  # Any: its types cannot say that answers are bytes here
        self._prefix = prefix
        self._away_until = 0.0
        self._owed: set[str] = set()
        self._repaying: asyncio.Task[None] | None = None

    async def read(self, name: str) -> bytes | None:
        """Return an entry. Raises AwayError."""
        async with self._asking():
            entry: bytes | None = await self._redis.get(self._prefix + name)
        return entry

    async def read_scoped(self, name: str, scope: str) -> tuple[bytes | None, str]:
        """Return an entry and its scope's generation, which begins here if there is none. Raises AwayError."""
        if self._owed:
            raise AwayError("What was invalidated while Redis was away is still to be told.")
        async with self._asking():
            entry, generation = await self._redis.mget(self._prefix + name, self._generation(scope))
            if generation is None:
                begun = uuid4().hex
                known = await self._redis.set(self._generation(scope), begun, ex=GENERATION_KEPT, nx=True, get=True)
                generation = known or begun.encode()
        return entry, generation.decode()

    async def write(self, name: str, entry: bytes, seconds: float) -> None:
        """Keep an entry so long, if Redis is there."""
        with suppress(AwayError):
            async with self._asking():
                await self._redis.set(self._prefix + name, entry, px=max(1, int(seconds * 1000)))

    async def renew(self, scope: str) -> None:
        """Begin a new generation: at once, or as soon as Redis is there again; until then nothing scoped is read."""
        try:
            await self._renew(scope)
        except AwayError:
            if len(self._owed) < MOST_OWED:
                self._owed.add(scope)
            if self._repaying is None or self._repaying.done():
                self._repaying = asyncio.create_task(self._repay())

    async def stop(self) -> None:
        """Close the connections."""
        if self._repaying:
            await end([self._repaying])
        await self._redis.aclose()
        await self._redis.connection_pool.disconnect()

    async def _repay(self) -> None:
        while self._owed:
            await asyncio.sleep(LEFT_ALONE)
            with suppress(AwayError):
                for scope in tuple(self._owed):
                    await self._renew(scope)
                    self._owed.discard(scope)

    async def _renew(self, scope: str) -> None:
        async with self._asking():
            await self._redis.set(self._generation(scope), uuid4().hex, ex=GENERATION_KEPT)

    def _generation(self, scope: str) -> str:
        return f"{self._prefix}generation:{scope}"

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        if time.monotonic() < self._away_until:
            raise AwayError("Redis is away.")
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                yield
        except (RedisError, OSError, TimeoutError) as error:
            self._away_until = time.monotonic() + LEFT_ALONE
            log.warning("the shared cache is away", error=repr(error))
            raise AwayError("Redis did not answer.") from error
