"""Reading a stream without a consumer: batched direct get over one permanent inbox."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from pam_shared.bus.connection import Bus
from pam_shared.errors import UnavailableError

BATCH = 256
TIMEOUT = 3.0
ENDS = frozenset({"", "204", "404"})
"""Of a read in the course of things: an entry, the end of a batch, nothing found. Anything else is no answer."""
AWAY = "The message log does not answer. Please try again."


@dataclass(frozen=True)
class Entry:
    """A stored message: stream sequence, subject, ``Nats-Msg-Id``, time of storage, body and all headers."""

    sequence: int
    subject: str
    message_id: str
    time: datetime
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Page:
    """Entries, oldest first, and whether there are no more."""

    entries: list[Entry]
    whole: bool


class LogReader:
    """Reads entries of one stream by subject filter. One subscription serves every read."""

    def __init__(self, bus: Bus, stream: str) -> None:
        self._bus = bus
        self._subject = f"$JS.API.DIRECT.GET.{stream}"
        self._replies: dict[str, asyncio.Queue[Msg]] = {}
        self._inbox = ""
        self._subscription: Subscription | None = None
        self._count = 0

    async def start(self) -> None:
        """Subscribe the inbox."""
        self._inbox = self._bus.nats.new_inbox()
        self._subscription = await self._bus.nats.subscribe(f"{self._inbox}.*", cb=self._on_reply)

    async def stop(self) -> None:
        """Give the inbox back."""
        if self._subscription is not None:
            await self._subscription.unsubscribe()

    async def read(self, subject: str, start: int = 1) -> list[Entry]:
        """Return every entry of ``subject`` (wildcards allowed) from sequence ``start`` on, oldest first."""
        found: list[Entry] = []
        while True:
            page = await self.page(subject, start)
            found += page.entries
            if page.whole:
                return found
            start = found[-1].sequence + 1

    async def last(self, subject: str) -> Entry | None:
        """Return the newest entry of one subject, or None."""
        async for message in self._ask({"last_by_subj": subject}):
            return None if _status(message) else _entry(message)
        return None

    async def first(self, subject: str) -> Entry | None:
        """Return the oldest entry of one subject, or None."""
        async for message in self._ask({"next_by_subj": subject, "seq": 1}):
            return None if _status(message) else _entry(message)
        return None

    async def page(self, subject: str, start: int) -> Page:
        """Return the first entries of ``subject`` from ``start`` on, 256 at most, and whether that was all."""
        entries: list[Entry] = []
        async for message in self._ask({"next_by_subj": subject, "seq": max(1, start), "batch": BATCH}):
            if _status(message):
                pending = int((message.headers or {}).get("Nats-Num-Pending", "0"))
                return Page(entries, whole=pending == 0 or not entries)
            entries.append(_entry(message))
        return Page(entries, whole=True)

    async def _ask(self, question: dict[str, Any]) -> AsyncIterator[Msg]:
        self._count += 1
        token = str(self._count)
        replies = self._replies[token] = asyncio.Queue(BATCH + 1)
        try:
            await self._bus.nats.publish(self._subject, orjson.dumps(question), reply=f"{self._inbox}.{token}")
            while True:
                message = replies.get_nowait() if replies.qsize() else await _next(replies)
                if _status(message) not in ENDS:
                    raise UnavailableError(AWAY)
                yield message
        except (TimeoutError, NatsError) as error:
            raise UnavailableError(AWAY) from error
        finally:
            del self._replies[token]

    async def _on_reply(self, message: Msg) -> None:
        replies = self._replies.get(message.subject.rpartition(".")[2])
        if replies is not None and not replies.full():
            replies.put_nowait(message)


async def _next(replies: asyncio.Queue[Msg]) -> Msg:
    async with asyncio.timeout(TIMEOUT):
        return await replies.get()


def _status(message: Msg) -> str:
    """Return the status of a reply that is not an entry: end of batch, not found, no responders, or an error."""
    return (message.headers or {}).get("Status", "")


def _entry(message: Msg) -> Entry:
    values = dict(message.headers or {})
    return Entry(
        sequence=int(values["Nats-Sequence"]),
        subject=values["Nats-Subject"],
        message_id=values.get("Nats-Msg-Id", ""),
        time=_time(values["Nats-Time-Stamp"]),
        body=message.data,
        headers=values,
    )


def _time(stamp: str) -> datetime:
    """Read the server's RFC 3339 time, whose nanoseconds Python does not know."""
    moment, _, fraction = stamp.rstrip("Z").partition(".")
    return datetime.fromisoformat(f"{moment}.{fraction[:6]:0<6}+00:00")
