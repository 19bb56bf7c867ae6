"""Resident memory: the idle stack, and the gateway per idle connection."""

import asyncio
import time
from contextlib import AsyncExitStack
from types import TracebackType

import orjson
import psutil
import websockets
from websockets.typing import Subprotocol

from tests.bench.whole_turn import sign_up
from tests.harness.stack import Stack

MIB = 1024 * 1024
PER_MEMBER = 5


def resident(pid: int) -> int:
    """Return the private and shared memory of a process and its children; what they share is counted once each."""
    process = psutil.Process(pid)
    return sum(one.memory_full_info().pss for one in [process, *process.children(recursive=True)])


def idle_stack(stack: Stack) -> dict[str, float]:
    """Return MiB per process, the supervisor included."""
    pids = {name: state["pid"] for name, state in stack.processes().items()}
    sizes = {name: resident(pid) / MIB for name, pid in pids.items()}
    sizes["pamctl"] = psutil.Process(stack.process.pid).memory_full_info().pss / MIB
    return sizes


async def per_connection(stack: Stack, connections: int) -> float:
    """Return KiB of the gateway per connection that said hello and is silent."""
    gateway = stack.processes()["gateway"]["pid"]
    room = asyncio.Semaphore(4)

    async def account() -> dict:
        async with room:
            return await sign_up(stack.url)

    accounts = await asyncio.gather(*(account() for _ in range(connections // PER_MEMBER)))
    await settle(gateway)
    before = psutil.Process(gateway).memory_full_info().uss
    async with AsyncExitStack() as sockets:
        for account_of in accounts:
            for _ in range(PER_MEMBER):
                await sockets.enter_async_context(silent(stack.url, account_of))
        await settle(gateway)
        after = psutil.Process(gateway).memory_full_info().uss
    return (after - before) / 1024 / connections


def silent(url: str, account: dict) -> "_Silent":
    return _Silent(f"{url.replace('http', 'ws', 1)}/ws/chat/{account['user']['id']}", account["access_token"])


class _Silent:
    """A connection that says hello and nothing else."""

    def __init__(self, address: str, token: str) -> None:
        self._connect = websockets.connect(
            address, subprotocols=[Subprotocol("pam.v1")], compression=None, ping_interval=None
        )
        self._token = token

    async def __aenter__(self) -> None:
        socket = await self._connect.__aenter__()
        await socket.send(orjson.dumps({"type": "hello", "token": self._token}).decode())
        await socket.recv()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connect.__aexit__(kind, error, trace)


async def settle(pid: int, seconds: float = 2.0) -> None:
    """Wait until a process has been calm for a moment."""
    process = psutil.Process(pid)
    end = time.monotonic() + 30
    while time.monotonic() < end:
        before = sum(process.cpu_times()[:2])
        await asyncio.sleep(seconds)
        if sum(process.cpu_times()[:2]) - before < 0.1 * seconds:
            return
