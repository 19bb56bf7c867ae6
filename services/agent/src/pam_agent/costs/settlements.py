"""Settlements on their way to persistence, without making anybody wait."""

from collections.abc import Sequence

from pam_shared.bus.connection import Bus
from pam_shared.bus.queries import ask
from pam_shared.bus.sending import SendQueue
from pam_shared.contracts import subjects
from pam_shared.contracts.costs import SETTLE, SETTLED_AT_ONCE, SettleCosts, Settled, SettledCall
from pam_shared.errors import PamError
from pam_shared.telemetry.logs import log

WITHIN = 5.0
LINGER = 0.25
"""Nobody waits for a settlement, and each question is a transaction that is flushed to the disk."""


class Settlements:
    """A queue of settlements. What finds no room stays counted at its estimate."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._queue = SendQueue(self._settle, SETTLED_AT_ONCE, LINGER)

    async def start(self) -> None:
        """Begin to settle."""
        await self._queue.start()

    async def stop(self) -> None:
        """Settle what is queued, for a few seconds, and stop."""
        await self._queue.stop()

    def append(self, done: SettledCall) -> None:
        """Queue a settlement."""
        if not self._queue.add(done):
            log.error("a settlement found no room", call=str(done.call.id), dollars=str(done.call.cost))

    async def _settle(self, calls: Sequence[SettledCall]) -> list[SettledCall]:
        """Have calls settled; return those that have to wait. One that is refused does not keep the others back."""
        try:
            await ask(self._bus, subjects.query(SETTLE), SettleCosts(calls=list(calls)), Settled, {}, WITHIN)
        except PamError as error:
            if error.problem.temporary:
                log.warning("settlements have to wait", calls=len(calls), reason=str(error))
                return list(calls)
            if len(calls) > 1:
                return [left for one in calls for left in await self._settle([one])]
            log.error("a settlement was refused", call=str(calls[0].call.id), reason=str(error))
        return []
