"""Money asked for ahead: what a turn leaves of it, the member's next turn takes."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Self, TypeAlias
from uuid import UUID

from pam_agent.conversation import TurnRecord
from pam_agent.errand import Errand
from pam_shared.clock import zone_of
from pam_shared.contracts import headers
from pam_shared.contracts.costs import ModelCall, SettledCall
from pam_shared.errors import UnavailableError

KEPT_FOR = timedelta(seconds=60)
ROOM = 10_000
"""Pots that wait for a turn, in one process."""


class BudgetExhaustedError(UnavailableError):
    """Time must pass: a model call would pass a ceiling. Nothing was spent."""

    default_code = "budget_exhausted"


@dataclass(frozen=True)
class Payer:
    """For whom a turn's attempt calls models: ``identity`` is the token of its message, ``zone`` the member's."""

    user: UUID
    turn: UUID
    attempt: int
    identity: str
    zone: str = ""

    @classmethod
    def of(cls, record: TurnRecord, errand: Errand) -> Self:
        """Return who pays for the next attempt at a turn."""
        attempt = record.start.attempt + 1 if record.start else 1
        zone = str((record.message.context or {}).get("timezone") or "")
        return cls(errand.user, record.message.id, attempt, errand.headers.get(headers.IDENTITY, ""), zone)


@dataclass(frozen=True)
class Grant:
    """That money is reserved: by persistence, ``ample`` or not, or out of the process's ``own`` allowance.

    Then persistence may have reserved it, too: it is in ``doubt`` when the answer is what did not come.
    """

    ample: bool = False
    own: bool = False
    doubt: bool = False


@dataclass(eq=False)
class Pot:
    """Money reserved in one go for calls to come: ``call`` says how much, ``left`` what of it is not spent.

    A pot is one turn's at a time. ``made`` are the calls paid out of it that are not settled yet.
    """

    payer: Payer
    call: ModelCall
    asked: asyncio.Task[Grant]
    left: Decimal
    made: list[SettledCall] = field(default_factory=list)

    @property
    def grant(self) -> Grant | None:
        """What was reserved, None while that is not known and when it was refused."""
        if not self.asked.done() or self.asked.cancelled() or self.asked.exception():
            return None
        return self.asked.result()

    async def covers(self, call: ModelCall) -> bool:
        """Whether it holds enough for a call. One that was refused may have asked for too much."""
        with suppress(BudgetExhaustedError):
            await self.asked
            return self.left >= call.cost
        return False

    def pay(self, done: SettledCall) -> None:
        """Take what a call cost. More than is left is possible: what a model may use is estimated."""
        self.left -= done.call.cost
        self.made.append(done.model_copy(update={"pot": self.call.id}))


Owner: TypeAlias = tuple[UUID, str, date, date]
"""A member, their zone, and the days for whose ceilings the money is reserved."""


class Shelf:
    """Pots that turns left something in. Bounded in number and age."""

    def __init__(self) -> None:
        self._pots: dict[Owner, list[Pot]] = {}
        self._count = 0

    def put(self, pot: Pot) -> bool:
        """Keep a pot, if it may wait: where a ceiling is near, what is left is for whoever needs it first."""
        if not (pot.grant and pot.grant.ample) or pot.left <= 0 or self._count >= ROOM:
            return False
        self._pots.setdefault(_owner(pot.payer, pot.call.at), []).append(pot)
        self._count += 1
        return True

    def take(self, payer: Payer, cost: Decimal, now: datetime) -> Pot | None:
        """Return a pot of the payer's member with so many dollars in it, None if there is none."""
        pots = self._pots.get(_owner(payer, now), [])
        fitting = next((pot for pot in reversed(pots) if pot.left >= cost and _is_fresh(pot, now)), None)
        if fitting is not None:
            pots.remove(fitting)
            self._count -= 1
        return fitting

    def take_old(self, now: datetime) -> list[Pot]:
        """Return the pots that waited long enough."""
        old = [pot for pots in self._pots.values() for pot in pots if not _is_fresh(pot, now)]
        left = {owner: [pot for pot in pots if _is_fresh(pot, now)] for owner, pots in self._pots.items()}
        self._pots = {owner: pots for owner, pots in left.items() if pots}
        self._count -= len(old)
        return old


def _owner(payer: Payer, at: datetime) -> Owner:
    return payer.user, payer.zone, at.date(), at.astimezone(zone_of(payer.zone)).date()


def _is_fresh(pot: Pot, now: datetime) -> bool:
    return now - pot.call.at < KEPT_FOR
