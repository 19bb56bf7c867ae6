"""Asking over one permanent inbox.

Ours, because nats-py's request can turn a cancel that meets an answer into that answer, and whoever cancelled waits
for ever.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

from nats.aio.client import Client
from nats.aio.msg import Msg

NO_RESPONDERS = "503"


class NobodyAnswersError(Exception):
    """Nobody listens on the subject."""


class Replies:
    """The answers to the requests of one connection."""

    def __init__(self, nats: Client) -> None:
        self._nats = nats
        self._waiting: dict[str, asyncio.Future[Msg]] = {}
        self._inbox = nats.new_inbox()
        self._count = 0

    async def start(self) -> None:
        """Subscribe the inbox; it lives as long as the connection."""
        await self._nats.subscribe(f"{self._inbox}.*", cb=self._on_reply)

    async def ask(self, subject: str, body: bytes, headers: Mapping[str, str], within: float) -> Msg:
        """Publish a request and return the first answer.

        Raises NobodyAnswersError, TimeoutError, and what the client raises when it cannot publish.
        """
        token, answer = self._expect()
        try:
            async with asyncio.timeout(within):
                await self._send(token, subject, body, headers)
                message = await answer
        finally:
            del self._waiting[token]
        return _answered(message)

    async def ask_all(
        self, subject: str, asked: Sequence[tuple[bytes, Mapping[str, str]]], within: float
    ) -> list[Msg | None]:
        """Publish requests, each a body and its headers, and return the first answer to each, None where none came.

        As many calls of :meth:`ask` would take a task and a clock each. Raises as it does.
        """
        expected = [self._expect() for _ in asked]
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(within):
                    for (token, _), (body, headers) in zip(expected, asked, strict=True):
                        await self._send(token, subject, body, headers)
                    await asyncio.wait([answer for _, answer in expected])
        finally:
            for token, _ in expected:
                del self._waiting[token]
        return [_answered(answer.result()) if answer.done() else None for _, answer in expected]

    def _expect(self) -> tuple[str, asyncio.Future[Msg]]:
        self._count += 1
        token = str(self._count)
        answer = self._waiting[token] = asyncio.get_running_loop().create_future()
        return token, answer

    async def _send(self, token: str, subject: str, body: bytes, headers: Mapping[str, str]) -> None:
        await self._nats.publish(subject, body, reply=f"{self._inbox}.{token}", headers=dict(headers) or None)

    async def _on_reply(self, message: Msg) -> None:
        answer = self._waiting.get(message.subject.rpartition(".")[2])
        if answer is not None and not answer.done():
            answer.set_result(message)


def _answered(message: Msg) -> Msg:
    if not message.data and (message.headers or {}).get("Status") == NO_RESPONDERS:
        raise NobodyAnswersError
    return message
