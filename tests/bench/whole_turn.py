"""The same turn through everything: from a client's ``send`` to ``RUN_FINISHED``."""

import argparse
import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import httpx
import orjson
import uvloop
import websockets
from uuid_utils import uuid7
from websockets.typing import Subprotocol

from tests.bench.report import Timing, measured
from tests.bench.sdk_alone import TEXT

OPEN_AT_ONCE = 12


class Member:
    """One member with one socket and some conversations opened beforehand."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket
        self._conversations: list[str] = []

    async def prepare(self, count: int) -> None:
        """Open so many new conversations, closing the old ones."""
        for conversation in self._conversations:
            await self._put({"type": "close", "conversation": conversation})
        self._conversations = [str(uuid4()) for _ in range(count)]
        for conversation in self._conversations:
            await self._put({"type": "open", "conversation": conversation})
            await self._until('"opened"')

    async def turn(self, number: int) -> float:
        """Say it in a conversation of its own; return the seconds to the end of the turn."""
        frame = {"type": "send", "id": str(uuid7()), "conversation": self._conversations[number], "text": TEXT}
        started = time.perf_counter()
        await self._put(frame)
        await self._until('"RUN_FINISHED"')
        return time.perf_counter() - started

    async def _put(self, frame: dict) -> None:
        await self._socket.send(orjson.dumps(frame).decode())

    async def _until(self, mark: str) -> None:
        async with asyncio.timeout(60):
            while mark not in (text := await self._socket.recv()):
                if '"error"' in text[:20] or '"RUN_ERROR"' in text:
                    raise RuntimeError(text)


async def sign_up(url: str) -> dict:
    """Make an account; hashing takes its time, so a few at once only."""
    credentials = {"email": f"bench-{uuid4().hex}@example.com", "password": "a long enough one"}
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        response = await http.post("/api/v1/auth/register", json=credentials)
    response.raise_for_status()
    return response.json()


@asynccontextmanager
async def members(url: str, count: int) -> AsyncIterator[list[Member]]:
    """Connect so many members."""
    room = asyncio.Semaphore(4)

    async def one() -> dict:
        async with room:
            return await sign_up(url)

    accounts = await asyncio.gather(*(one() for _ in range(count)))
    async with AsyncExitStack() as stack:
        connected = []
        for account in accounts:
            address = f"{url.replace('http', 'ws', 1)}/ws/chat/{account['user']['id']}"
            socket = await stack.enter_async_context(
                websockets.connect(address, subprotocols=[Subprotocol("pam.v1")], compression=None, ping_interval=None)
            )
            await socket.send(orjson.dumps({"type": "hello", "token": account["access_token"]}).decode())
            await socket.recv()
            connected.append(Member(socket))
        yield connected


async def run(url: str, alone: int, together: int, in_flight: int) -> Timing:
    """Measure one at a time, then many at once."""
    async with members(url, in_flight) as people:
        each = together // in_flight
        latencies = []
        await asyncio.gather(*(person.prepare(1) for person in people))
        for person in people[:20]:
            await person.turn(0)
        for start in range(0, alone, OPEN_AT_ONCE):
            person = people[start // OPEN_AT_ONCE % len(people)]
            await person.prepare(min(OPEN_AT_ONCE, alone - start))
            latencies += [await person.turn(number) for number in range(min(OPEN_AT_ONCE, alone - start))]
        await asyncio.gather(*(person.prepare(each) for person in people))

        async def several(person: Member) -> None:
            for number in range(each):
                await person.turn(number)

        print("begin", flush=True)
        started = time.perf_counter()
        await asyncio.gather(*(several(person) for person in people))
        seconds = time.perf_counter() - started
        print("end", flush=True)
    return measured(latencies, together, seconds)


def main() -> None:
    """Measure; print ``begin`` and ``end`` around the crowd, then one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--alone", type=int, required=True)
    parser.add_argument("--together", type=int, required=True)
    parser.add_argument("--in-flight", type=int, required=True)
    given = parser.parse_args()
    print(uvloop.run(run(given.url, given.alone, given.together, given.in_flight)).model_dump_json())


if __name__ == "__main__":
    main()
