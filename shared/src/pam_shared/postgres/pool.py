"""Connections to PostgreSQL, and transactions in which only one member's rows are there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Any, Self, TypeAlias, cast
from uuid import UUID

import asyncpg
import orjson

from pam_shared.errors import UnavailableError
from pam_shared.telemetry.logs import log

Connection: TypeAlias = asyncpg.Connection
Pool: TypeAlias = asyncpg.Pool
Record: TypeAlias = asyncpg.Record

POOL_MAX = 8
ACQUIRE_TIMEOUT = 3.0
COMMAND_TIMEOUT = 5.0
CONNECT_FOR = 30.0
AGAIN_AFTER = 0.5

AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    OSError,
    TimeoutError,
)
"""What asyncpg raises while the database cannot be asked."""


async def open_pool(url: str, service: str, most: int = POOL_MAX) -> Pool:
    """Connect, ``most`` times at once, waiting up to half a minute for a database that is still starting.

    Raises UnavailableError when it does not come, asyncpg's own errors when it refuses the credentials.
    """
    deadline = asyncio.get_running_loop().time() + CONNECT_FOR
    while True:
        try:
            return await _create(url, service, most)
        except AWAY as error:
            if asyncio.get_running_loop().time() > deadline:
                raise UnavailableError("PostgreSQL does not answer. Is PAM_POSTGRES_URL right?") from error
            log.warning("waiting for PostgreSQL", error=repr(error))
            await asyncio.sleep(AGAIN_AFTER)


async def _create(url: str, service: str, most: int) -> Pool:
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=most,
        timeout=ACQUIRE_TIMEOUT,
        command_timeout=COMMAND_TIMEOUT,
        init=_prepare,
        server_settings={"application_name": f"pam-{service}", "timezone": "UTC"},
        reset=_leave_as_it_is,
    )


async def _leave_as_it_is(_connection: Connection) -> None:
    """Skip asyncpg's reset query: nothing of ours outlives its transaction."""


async def _prepare(opened: Connection) -> None:
    for kind in ("jsonb", "json"):
        await opened.set_type_codec(kind, encoder=_encode, decoder=orjson.loads, schema="pg_catalog", format="text")


def _encode(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()


@asynccontextmanager
async def connection(pool: Pool) -> AsyncIterator[Connection]:
    """Lend a connection on which each statement is a transaction of its own.

    Raises UnavailableError while the database is away.
    """
    try:
        async with pool.acquire(timeout=ACQUIRE_TIMEOUT) as lent:
            yield lent
    except AWAY as error:
        raise UnavailableError("I can't reach my records right now. Please try again in a moment.") from error


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """Run the block in one transaction.

    Raises UnavailableError while the database is away; nothing of the block has happened then, unless the connection
    broke during COMMIT, which is why effects carry idempotency keys.
    """
    async with connection(pool) as lent, lent.transaction():
        yield lent


@asynccontextmanager
async def member_transaction(pool: Pool, user: UUID) -> AsyncIterator[Connection]:
    """Run the block in one transaction in which row-level security shows only this member's rows."""
    async with transaction(pool) as lent:
        await lent.execute("select set_config('pam.member', $1, true)", str(user))
        yield lent


class MemberRecords:
    """One member's rows, in a transaction that begins with the first statement: who asks nothing holds no connection.

    ``release`` commits and gives the connection back, until the next statement: for the time one waits for others.
    It has a connection's ``fetch``, ``fetchrow``, ``fetchval``, ``execute`` and ``executemany``, one at a time.
    """

    def __init__(self, pool: Pool, user: UUID) -> None:
        self._pool = pool
        self._user = user
        self._held = AsyncExitStack()
        self._connection: Connection | None = None
        self._one_at_a_time = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._held.__aexit__(kind, error, trace)

    async def release(self) -> None:
        """Commit what was done and hold nothing."""
        async with self._one_at_a_time:
            await self._held.aclose()
            self._connection = None

    async def fetch(self, query: str, *args: Any) -> list[Record]:
        """Return every row."""
        return cast("list[Record]", await self._do("fetch", query, *args))

    async def fetchrow(self, query: str, *args: Any) -> Record | None:
        """Return the first row."""
        return cast("Record | None", await self._do("fetchrow", query, *args))

    async def fetchval(self, query: str, *args: Any) -> Any:
        """Return the first value of the first row."""
        return await self._do("fetchval", query, *args)

    async def execute(self, query: str, *args: Any) -> str:
        """Run a statement and return its status."""
        return cast("str", await self._do("execute", query, *args))

    async def executemany(self, query: str, args: Any) -> None:
        """Run a statement for each of many arguments."""
        await self._do("executemany", query, args)

    async def _do(self, method: str, *args: Any) -> Any:
        async with self._one_at_a_time:
            if self._connection is None:
                self._connection = await self._held.enter_async_context(member_transaction(self._pool, self._user))
            return await getattr(self._connection, method)(*args)
