"""What is sent without making anybody wait."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

from pam_shared.tasks import end
from pam_shared.telemetry.logs import log

Item = TypeVar("Item")

ROOM = 10_000
AGAIN_AFTER = 1.0
DRAIN_FOR = 5.0


class SendQueue(Generic[Item]):
    """A bounded queue and the task that empties it, at most ``at_once`` items together.

    ``send`` returns those that have to be sent again, and says why in the log: they are, a second later. An item waits
    ``linger`` seconds for company.
    """

    def __init__(
        self, send: Callable[[Sequence[Item]], Awaitable[Sequence[Item]]], at_once: int, linger: float = 0.0
    ) -> None:
        self._send = send
        self._at_once = at_once
        self._linger = linger
        self._items: asyncio.Queue[Item] = asyncio.Queue(ROOM)
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to send."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Send what is queued, for a few seconds, and stop. What cannot be sent now is given up."""
        self._stopping.set()
        if self._task is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_FOR):
                await self._items.join()
        await end([self._task])

    def add(self, item: Item) -> bool:
        """Queue an item; return whether it found room."""
        with suppress(asyncio.QueueFull):
            self._items.put_nowait(item)
            return True
        return False

    async def _run(self) -> None:
        while True:
            items = [await self._items.get()]
            await self._pause(self._linger)
            while len(items) < self._at_once and not self._items.empty():
                items.append(self._items.get_nowait())
            await self._deliver(items)
            for _ in items:
                self._items.task_done()

    async def _deliver(self, items: Sequence[Item]) -> None:
        """Send items until none is left, or until one more try after the stop."""
        while items:
            last = self._stopping.is_set()
            items = await self._tried(items)
            if items and last:
                log.error("what could not be sent is given up", items=len(items))
                return
            if items:
                await self._pause(AGAIN_AFTER)

    async def _pause(self, seconds: float) -> None:
        """Wait so long, and no longer than until the stop."""
        if seconds:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._stopping.wait()

    async def _tried(self, items: Sequence[Item]) -> Sequence[Item]:
        try:
            return await self._send(items)
        except Exception:
            log.exception("what was to be sent is lost", items=len(items))
            return ()
