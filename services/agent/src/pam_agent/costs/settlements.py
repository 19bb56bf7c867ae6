"""Settlements on their way to persistence, without making anybody wait."""

import asyncio
from contextlib import suppress

from pam_shared.bus.connection import Bus
from pam_shared.bus.queries import ask
from pam_shared.contracts import subjects
from pam_shared.contracts.costs import SETTLE, SETTLED_AT_ONCE, SettleCosts, Settled, SettledCall
from pam_shared.errors import PamError
from pam_shared.tasks import end
from pam_shared.telemetry.logs import log

QUEUE = 10_000
WITHIN = 5.0
AGAIN_AFTER = 1.0
DRAIN_FOR = 5.0


class Settlements:
    """A bounded queue and the task that empties it. What finds no room stays counted at its estimate."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._calls: asyncio.Queue[SettledCall] = asyncio.Queue(QUEUE)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to settle."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Settle what is queued, for a few seconds, and stop."""
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_FOR):
                await self._calls.join()
        if self._task:
            await end([self._task])

    def add(self, done: SettledCall) -> None:
        """Queue a settlement."""
        try:
            self._calls.put_nowait(done)
        except asyncio.QueueFull:
            log.error("a settlement found no room", call=str(done.call.id), dollars=str(done.call.cost))

    async def _run(self) -> None:
        while True:
            calls = [await self._calls.get()]
            while len(calls) < SETTLED_AT_ONCE and not self._calls.empty():
                calls.append(self._calls.get_nowait())
            try:
                await self._settle(calls)
            except Exception:
                log.exception("settlements failed", calls=len(calls))
            for _ in calls:
                self._calls.task_done()

    async def _settle(self, calls: list[SettledCall]) -> None:
        """Have calls settled, however long it takes. One that is refused for good does not keep the others back."""
        while True:
            try:
                await ask(self._bus, subjects.query(SETTLE), SettleCosts(calls=calls), Settled, {}, WITHIN)
            except PamError as error:
                if error.problem.temporary:
                    log.warning("settlements have to wait", calls=len(calls), reason=str(error))
                    await asyncio.sleep(AGAIN_AFTER)
                elif len(calls) == 1:
                    log.error("a settlement was refused", call=str(calls[0].call.id), reason=str(error))
                    return
                else:
                    for one in calls:
                        await self._settle([one])
                    return
            else:
                return
