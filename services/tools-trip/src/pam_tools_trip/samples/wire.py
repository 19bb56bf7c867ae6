"""As much of an HTTP server as the samples need: one connection, requests one after another."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import h11

from pam_tools_trip.samples.sample import Response

MOST_BYTES = 64 * 1024
READ = 16 * 1024


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """A response, and whether the connection ends in the middle of it."""

    response: Response
    cut: bool = False


Answer = Callable[[Asked], Awaitable[Reply]]


class Connection:
    """One client's connection. ``always`` are headers of every response."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer, always: Mapping[str, str]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._answer = answer
        self._always = always
        self._http = h11.Connection(h11.SERVER)
        self._task: asyncio.Task[Any] | None = None

    async def serve(self) -> None:
        """Answer requests until the client goes or breaks the rules."""
        self._task = asyncio.current_task()
        with suppress(ConnectionError, h11.ProtocolError, asyncio.CancelledError):
            while asked := await self._asked():
                if not await self._send(await self._answer(asked)):
                    break
                self._http.start_next_cycle()
        self._writer.close()

    def close(self) -> None:
        """End at once, whatever is being answered."""
        if self._task:
            self._task.cancel()

    async def _asked(self) -> Asked | None:
        event = await self._event()
        if not isinstance(event, h11.Request):
            return None
        body = bytearray()
        while isinstance(part := await self._event(), h11.Data):
            body += part.data
            if len(body) > MOST_BYTES:
                return None
        headers = {name.decode(): value.decode("latin-1") for name, value in event.headers}
        return Asked(event.method.decode(), event.target.decode(), headers, bytes(body))

    async def _event(self) -> Any:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self._reader.read(READ))
        return event

    async def _send(self, reply: Reply) -> bool:
        """Send, and return whether the connection goes on."""
        response = reply.response
        headers = {
            "Content-Type": response.content_type,
            "Content-Length": str(len(response.body)),
            **self._always,
            **response.headers,
        }
        head = h11.Response(status_code=response.status, headers=list(headers.items()))
        self._write(self._http.send(head))
        if reply.cut:
            self._write(self._http.send(h11.Data(data=response.body[: len(response.body) // 2])))
            await self._writer.drain()
            return False
        self._write(self._http.send(h11.Data(data=response.body)))
        self._write(self._http.send(h11.EndOfMessage()))
        await self._writer.drain()
        return self._http.our_state is h11.DONE

    def _write(self, data: bytes | None) -> None:
        if data:
            self._writer.write(data)
