"""A tool call through toolbox, NATS and worker, beside raw request-reply of the same size and beside the bare SQL."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import nats

from pam_agent.circuits import Circuits
from pam_agent.toolbox import Toolbox
from pam_shared.bus.connection import Bus
from pam_shared.bus.discovery import Directory
from pam_shared.bus.requests import with_deadline
from pam_shared.contracts.conversation import ToolUseBlock
from pam_shared.contracts.identity import Identity, Role
from pam_shared.contracts.tools import ToolCall
from pam_shared.identity import CALL, Signer
from pam_shared.tools.caller import OnBehalfOf, ToolCaller
from tests.bench.report import Timing, measured, median
from tests.harness.stack import Stack

PURE = ("convert_units", {"value": 10, "from_unit": "mi", "to_unit": "km"})
WITH_SQL: tuple[str, dict] = ("get_spending_summary", {})
ALONE, TOGETHER, IN_FLIGHT, ROUNDS = 500, 5000, 50, 4
RAW = "bench.echo"

Call = Callable[[], Awaitable[object]]


async def tool_calls(stack: Stack) -> str:
    """Measure on a running stack and return the table."""
    bus = Bus("bench", stack.nats_url)
    await bus.connect()
    directory = Directory(bus)
    await directory.start()
    toolbox = Toolbox(directory, ToolCaller(bus), Circuits(bus).breaker)
    caller = Caller(toolbox, stack.identity_private_key)
    try:
        payload = await caller.payload(*PURE)
        async with raw(stack.nats_url, *payload) as plain, bare_sql(stack, caller.user) as sql:
            calls = {
                "raw nats-py request-reply": plain,
                f"{PURE[0]}, no SQL": lambda: caller.call(*PURE),
                "the bare SQL": sql,
                f"{WITH_SQL[0]}, with SQL": lambda: caller.call(*WITH_SQL),
            }
            runs: dict[str, list[Timing]] = {name: [] for name in calls}
            for _ in range(ROUNDS):
                for name, call in calls.items():
                    runs[name].append(await timed(call))
    finally:
        await directory.stop()
        await bus.close()
    return table({name: median(timings) for name, timings in runs.items()})


class Caller:
    """One member, calling through the agent's toolbox."""

    def __init__(self, toolbox: Toolbox, private_key: str) -> None:
        self.user = uuid4()
        self._toolbox = toolbox
        identity = Identity(
            user=self.user, roles=frozenset({Role.MEMBER}), session=uuid4(), expires_at=int(time.time()) + 3000
        )
        self._token = Signer(private_key).sign(identity, CALL)

    async def call(self, tool: str, arguments: dict) -> None:
        """Call a tool. Raises AssertionError when it does not succeed."""
        key = str(uuid4())
        use = ToolUseBlock(id=key, name=tool, input=arguments)
        reply = await self._toolbox.call(use, OnBehalfOf(self._token, key, "UTC"), within=10)
        assert reply.success, reply.message

    async def payload(self, tool: str, arguments: dict) -> tuple[bytes, dict[str, str], int]:
        """Return a request's body and headers, and the bytes of the reply."""
        who = OnBehalfOf(self._token, str(uuid4()), "UTC")
        reply = await self._toolbox.call(ToolUseBlock(id="1", name=tool, input=arguments), who, within=10)
        body = ToolCall(arguments=arguments).model_dump_json().encode()
        return body, with_deadline(who.headers(), 10), len(reply.model_dump_json(exclude_none=True))


@asynccontextmanager
async def raw(url: str, body: bytes, headers: dict[str, str], reply: int):
    """Yield a call of nats-py alone with that body and those headers, to a process of its own."""
    command = (sys.executable, "-m", "tests.bench.echo", "--url", url, "--subject", RAW, "--size", str(reply))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    connection = await nats.connect(url)
    try:
        await process.stdout.readline()
        yield lambda: connection.request(RAW, body, timeout=10, headers=headers)
    finally:
        await connection.close()
        process.terminate()
        await process.wait()


@asynccontextmanager
async def bare_sql(stack: Stack, user: UUID):
    """Yield what the tool asks PostgreSQL, with the worker's own login and nothing around it."""
    port = stack.processes()["postgres"]["port"]
    password = stack.secret("postgres", "tools-budget")
    pool = await asyncpg.create_pool(
        f"postgresql://pam_budget:{password}@127.0.0.1:{port}/postgres", min_size=6, max_size=6
    )

    async def ask() -> None:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("select set_config('pam.member', $1, true)", str(user))
            await connection.fetch(
                "select category, sum(amount), count(*) from expenses"
                " where date between current_date - 30 and current_date group by category"
            )
            await connection.execute(
                "insert into financial_audit_log (user_id, operation, inputs, result) values ($1, 'bench', '{}', '{}')",
                user,
            )

    yield ask
    await pool.close()


async def timed(call: Call) -> Timing:
    """Measure one at a time, then many at once."""
    for _ in range(50):
        await call()
    latencies = []
    for _ in range(ALONE):
        started = time.perf_counter()
        await call()
        latencies.append(time.perf_counter() - started)

    async def several() -> None:
        for _ in range(TOGETHER // IN_FLIGHT):
            await call()

    started = time.perf_counter()
    await asyncio.gather(*(several() for _ in range(IN_FLIGHT)))
    return measured(latencies, TOGETHER, time.perf_counter() - started)


def table(timings: dict[str, Timing]) -> str:
    """Return the figures and how they stand to their limits."""
    plain, pure, sql, stored = timings.values()
    rows = [f"{name:34}{one.p50:9.2f}{one.p99:9.2f}{one.per_second:15.0f}" for name, one in timings.items()]
    aim = 2 * sql.p50 + 1.5
    return "\n".join(
        [
            f"{'a tool call':34}{'p50 ms':>9}{'p99 ms':>9}{'calls/s at 50':>15}",
            *rows,
            f"    at 1 in flight: {plain.p50 / pure.p50:.2f}x of raw without SQL; aim >= 0.25x",
            f"    at {IN_FLIGHT} in flight: {pure.per_second / plain.per_second:.2f}x of raw without SQL; aim >= 0.25x",
            f"    with SQL: p50 {stored.p50:.2f} ms; aim <= {aim:.2f} ms (2x the bare SQL + 1.5 ms)",
        ]
    )
