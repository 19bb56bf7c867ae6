"""Questions for money on their way to persistence: those that come while one is under way are asked together."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from pam_shared.bus.connection import NO_ANSWER, Bus
from pam_shared.bus.queries import ask
from pam_shared.contracts import subjects
from pam_shared.contracts.costs import RESERVE, RESERVED_AT_ONCE, Refusal, ReserveCosts, Reserved, WantedCall
from pam_shared.errors import PamError, UnavailableError
from pam_shared.tasks import end
from pam_shared.telemetry.logs import log

WITHIN = 0.5, 1.5
"""Seconds a question waits, and when it is asked again, under the same ids: who had it may be gone, and another there.

Together longer than a crowd of calls takes: who does not wait for the answer spends beyond the ceilings.
"""


class Answer(NamedTuple):
    """Why a call is not reserved, or whether there is so much that what is left of it may wait for another turn."""

    refusal: Refusal | None
    ample: bool


Waiting = tuple[WantedCall, asyncio.Future[Answer]]


class Reservations:
    """Asks for the calls of one process, with one question at a time."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._waiting: deque[Waiting] = deque()
        self._asking: asyncio.Task[None] | None = None

    async def stop(self) -> None:
        """Ask no more. Who still waits is cancelled."""
        if self._asking:
            await end([self._asking])
        for _, answer in self._waiting:
            answer.cancel()

    async def ask(self, wanted: WantedCall) -> Answer:
        """Reserve a call, or hear why not. Raises PamError where there is no answer."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((wanted, answer))
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_all())
        return await answer

    async def _ask_all(self) -> None:
        while self._waiting:
            together = [self._waiting.popleft() for _ in range(min(len(self._waiting), RESERVED_AT_ONCE))]
            try:
                await self._ask(together)
            except Exception:
                # Whatever it was: a turn that waits is answered, and the next question is asked.
                log.exception("reservations went wrong")
                _refuse(together, UnavailableError("The accounts cannot be read right now.", code="unreadable"))
            finally:
                for _, answer in together:
                    answer.cancel()

    async def _ask(self, together: Sequence[Waiting]) -> None:
        """Ask for some calls. One that is refused as such does not keep the others back."""
        question = ReserveCosts(calls=[wanted for wanted, _ in together])
        try:
            reply = await self._put(question)
        except PamError as error:
            if len(together) > 1 and not error.problem.temporary:
                for one in together:
                    await self._ask([one])
                return
            _refuse(together, error)
            return
        ample = reply.ample or [False] * len(together)
        for (_, answer), told in zip(together, map(Answer, reply.refusals, ample), strict=True):
            if not answer.done():
                answer.set_result(told)

    async def _put(self, question: ReserveCosts) -> Reserved:
        first, again = WITHIN
        try:
            return await ask(self._bus, subjects.query(RESERVE), question, Reserved, {}, first)
        except UnavailableError as error:
            if error.problem.code != NO_ANSWER:
                raise
        return await ask(self._bus, subjects.query(RESERVE), question, Reserved, {}, again)


def _refuse(together: Sequence[Waiting], error: PamError) -> None:
    for _, answer in together:
        if not answer.done():
            answer.set_exception(error)
