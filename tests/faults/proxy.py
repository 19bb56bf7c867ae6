"""A TCP proxy between a client and a server, that does to the connection what networks do."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

CHUNK = 65536
GONE = (OSError, RuntimeError)
"""What writing to a connection that was closed here raises: uvloop has its own word for it."""
Filter = Callable[[bytes], bytes]
"""Gets what a client sends, in any pieces, and returns what is passed on. One for each connection."""


class Link:
    """One connection through the proxy."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.client = client
        self.server = server
        self.closed_by_server = asyncio.Event()

    def cut(self) -> None:
        """Reset both ends."""
        self.client.transport.abort()
        self.server.transport.abort()


class Proxy:
    """Forwards to one address. What it does to the bytes may be changed at any time and holds for all connections.

    ``delay`` is in seconds each way, ``rate`` in bytes per second towards the client; ``filtering`` makes the filter of
    what a client sends, from its first byte on. While ``half_open`` nothing arrives, and nobody is told.
    """

    def __init__(self, host: str, port: int, *, receive_buffer: int = 0) -> None:
        """``receive_buffer`` bounds, in bytes, what the kernel keeps of what the server sends."""
        self._host = host
        self._target = port
        self._receive_buffer = receive_buffer
        self.port = 0
        self.delay = 0.0
        self.rate: float | None = None
        self.filtering: Callable[[], Filter] | None = None
        self.links: list[Link] = []
        self.half_open = False
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen on a free loopback port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Cut every connection and listen no more."""
        if self._server:
            self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Reset every connection."""
        for link in self.links:
            link.cut()
        self.links.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            from_server, to_server = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        link = Link(writer, to_server)
        self.links.append(link)
        keep = self.filtering() if self.filtering else bytes
        for step in (self._pump(reader, to_server, keep), self._drip(from_server, link)):
            task = asyncio.create_task(step)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        end = socket.socket()
        end.setblocking(False)
        if self._receive_buffer:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer)
        await asyncio.get_running_loop().sock_connect(end, (self._host, self._target))
        return await asyncio.open_connection(sock=end, limit=self._receive_buffer or CHUNK)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, keep: Filter) -> None:
        with suppress(*GONE):
            while chunk := await reader.read(CHUNK):
                await asyncio.sleep(self.delay)
                if not self.half_open:
                    writer.write(keep(chunk))
                    await writer.drain()
        if not self.half_open:  # then not even the end arrives
            writer.close()

    async def _drip(self, reader: asyncio.StreamReader, link: Link) -> None:
        with suppress(*GONE):
            while chunk := await reader.read(1 if self.rate else CHUNK):
                await asyncio.sleep(1 / self.rate if self.rate else self.delay)
                if not self.half_open:
                    link.client.write(chunk)
                    await link.client.drain()
        link.closed_by_server.set()
        link.client.close()
