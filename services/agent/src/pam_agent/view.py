"""This process's copy of a conversation's log: shared by the deliveries it holds, kept warm after they are gone."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

import orjson
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from pam_agent.context.snapshot import MemberContext
from pam_agent.conversation import Conversation, TurnRecord
from pam_agent.tokens import Scale
from pam_shared.bus.connection import Bus
from pam_shared.bus.log_reader import Entry, LogReader
from pam_shared.contracts import headers, subjects
from pam_shared.errors import UnavailableError
from pam_shared.telemetry.logs import log

FOLLOW_AFTER = 0.1
"""Seconds a delivery is held before its conversation is subscribed: most are done sooner."""
POLL_EVERY = 1.0
HINT_DELAYS = (0.004, 0.032, 0.256)
WARM = 256
"""Views kept that nobody holds. A cold one costs one read, as a warm one does; thousands cost the garbage collector."""


class View:
    """A conversation as far as this process has read it.

    A core subscription hints that there is more; reading the log, once a second at least, is the truth.
    """

    def __init__(self, bus: Bus, reader: LogReader, writer: str, user: UUID, conversation: UUID) -> None:
        self.user = user
        self.id = conversation
        self.state = Conversation()
        self.recalled: list[TurnRecord] | None = None
        self.known: MemberContext | None = None
        self.shown_tools: list[str] = []
        self.scale = Scale()
        self.holders = 0
        self.lock = asyncio.Lock()
        self._bus = bus
        self._reader = reader
        self._writer = writer
        self._stem = subjects.conversation(user, conversation)
        self._changed = asyncio.Event()
        self._cancelled = asyncio.Event()
        self._hinted = asyncio.Event()
        self._following: asyncio.Task[None] | None = None

    @property
    def fence_subject(self) -> str:
        """Both subjects of the conversation: an append is refused if anything came in between on either."""
        return f"{self._stem}.*"

    @property
    def output_subject(self) -> str:
        """Where the agent appends."""
        return f"{self._stem}.{subjects.OUTBOX}"

    async def refresh(self) -> bool:
        """Read what is new; return whether there was anything. Raises UnavailableError."""
        async with self.lock:
            read = self.state.read
            entries = await (self._reader.read(self.fence_subject, read) if read else self._read_cold())
            if read and entries and entries[0].sequence > read:
                # What was read last is gone, and all before it: the store was lost, or a week has passed.
                self.state, self.recalled = Conversation(), None
            changed = self.take(entries)
            if entries:
                self.state.read_to(entries[-1].sequence)
            return changed

    def take(self, entries: Iterable[Entry]) -> bool:
        """Fold entries in and wake whoever waits for a change."""
        cancels = self.state.cancels
        if not sum(self.state.fold(entry) for entry in entries):
            return False
        if self.state.cancels != cancels:
            self._cancelled.set()
            self._cancelled = asyncio.Event()
        self._changed.set()
        self._changed = asyncio.Event()
        return True

    def lose(self) -> None:
        """Forget what was read: nothing of it is in the log any more. Whoever waits for a change is woken."""
        self.state, self.recalled = Conversation(), None
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def change(self) -> asyncio.Event:
        """What is set as soon as something more is folded in."""
        return self._changed

    @property
    def cancel(self) -> asyncio.Event:
        """What is set as soon as something more is cancelled."""
        return self._cancelled

    def follow(self) -> None:
        """Keep this copy fresh while deliveries are held."""
        self.holders += 1
        if self._following is None:
            self._following = asyncio.create_task(self._follow())

    def unfollow(self) -> None:
        """Stop when the last holder is gone."""
        self.holders -= 1
        if not self.holders and self._following is not None:
            self._following.cancel()
            self._following = None

    async def _read_cold(self) -> list[Entry]:
        """Read from where the context begins; most conversations are short, and their first page is all."""
        page = await self._reader.page(self.fence_subject, 1)
        if page.whole:
            return page.entries
        newest = await self._reader.last(self.output_subject)
        return await self._reader.read(self.fence_subject, _base(newest))

    async def _follow(self) -> None:
        await asyncio.sleep(FOLLOW_AFTER)
        subscription = await self._bus.nats.subscribe(self.fence_subject, cb=self._on_hint)
        try:
            await self._catch_up(())
            while True:
                hinted = await self._wait(POLL_EVERY)
                await self._catch_up(HINT_DELAYS if hinted else ())
        finally:
            with suppress(NatsError):
                await subscription.unsubscribe()

    async def _wait(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hinted.wait()
            self._hinted.clear()
            return True
        return False

    async def _catch_up(self, delays: Iterable[float]) -> None:
        """Read until the hint is seen: it can overtake the log."""
        try:
            if await self.refresh():
                return
            for delay in delays:
                await asyncio.sleep(delay)
                if await self.refresh():
                    return
        except UnavailableError as error:
            log.warning("the conversation could not be read", reason=str(error))

    async def _on_hint(self, message: Msg) -> None:
        writer = (message.headers or {}).get(headers.MESSAGE_ID, "")
        if self._writer not in writer:
            self._hinted.set()


def _base(newest: Entry | None) -> int:
    """Return where a context begins: every entry an agent wrote says so, of whatever kind it is."""
    entry = orjson.loads(newest.body) if newest is not None else {}
    base = entry.get("base") if isinstance(entry, dict) else None
    return base if isinstance(base, int) else 1


class Views:
    """The views of one process; the least recently used cold ones are dropped."""

    def __init__(self, bus: Bus, reader: LogReader, writer: str) -> None:
        self._bus = bus
        self._reader = reader
        self._writer = writer
        self._views: OrderedDict[tuple[UUID, UUID], View] = OrderedDict()

    def of(self, user: UUID, conversation: UUID) -> View:
        """Return the view of a conversation, followed by the caller until it calls ``unfollow``."""
        key = (user, conversation)
        view = self._views.get(key)
        if view is None:
            view = self._views[key] = View(self._bus, self._reader, self._writer, user, conversation)
        self._views.move_to_end(key)
        view.follow()
        self._shrink()
        return view

    def _shrink(self) -> None:
        while len(self._views) > WARM:
            cold = next((key for key, view in self._views.items() if not view.holders), None)
            if cold is None:
                return
            del self._views[cold]
