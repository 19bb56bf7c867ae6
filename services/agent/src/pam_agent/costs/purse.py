"""Money for model calls: asked for before a call, paid after it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Self
from uuid import UUID, uuid4

from pam_agent.conversation import TurnRecord
from pam_agent.costs.allowance import Allowance
from pam_agent.costs.prices import Prices
from pam_agent.costs.reservations import Reservations
from pam_agent.costs.settings import CostSettings
from pam_agent.costs.settlements import Settlements
from pam_agent.errand import Errand
from pam_agent.mind import MindAwayError
from pam_shared.bus.connection import Bus
from pam_shared.clock import utc_now, zone_of
from pam_shared.contracts import headers
from pam_shared.contracts.conversation import Usage
from pam_shared.contracts.costs import Ceiling, ModelCall, Refusal, SettledCall, WantedCall
from pam_shared.errors import PamError, UnavailableError
from pam_shared.tasks import end
from pam_shared.telemetry import metrics
from pam_shared.telemetry.logs import log
from pam_shared.telemetry.traces import trace_id

CALLS_AHEAD = 2
"""A turn that uses a tool calls a model twice."""
UNASKED_FOR = 10.0
"""Seconds after a question that was not answered in time in which no other call waits for that long."""

USED_UP = {
    Ceiling.MEMBER_DAY: "My thinking for you is used up for today",
    Ceiling.DAY: "My thinking is used up for today",
    Ceiling.MONTH: "My thinking is used up for this month",
}


class BudgetExhaustedError(UnavailableError):
    """Time must pass: a model call would pass a ceiling. Nothing was spent."""

    default_code = "budget_exhausted"


@dataclass(frozen=True)
class Payer:
    """For whom a turn's attempt calls models: ``identity`` is the token of its message, ``zone`` the member's."""

    turn: UUID
    attempt: int
    identity: str
    zone: str = ""

    @classmethod
    def of(cls, record: TurnRecord, errand: Errand) -> Self:
        """Return who pays for the next attempt at a turn."""
        attempt = record.start.attempt + 1 if record.start else 1
        zone = str((record.message.context or {}).get("timezone") or "")
        return cls(record.message.id, attempt, errand.headers.get(headers.IDENTITY, ""), zone)


class Reservation:
    """The money of one call. Unless it is settled, the call counts at its estimate."""

    def __init__(self, estimate: Usage) -> None:
        self.used = estimate
        self.known = False

    def settle(self, usage: Usage) -> None:
        """Say what the call used."""
        self.used, self.known = usage, True


@dataclass(eq=False)
class Pot:
    """Money asked for ahead, out of which one attempt at a turn pays its calls: one question, one settlement.

    ``call`` is what was reserved, ``own`` whether that was done out of the own allowance. ``made`` are the calls paid.
    """

    payer: Payer
    call: ModelCall
    own: asyncio.Task[bool]
    made: list[SettledCall] = field(default_factory=list)

    @property
    def left(self) -> Decimal:
        """What is still there, in dollars."""
        return self.call.cost - sum(done.call.cost for done in self.made)

    async def covers(self, call: ModelCall) -> bool:
        """Whether it holds enough for a call. One that was refused may have asked for too much."""
        with suppress(BudgetExhaustedError):
            await self.own
            return self.left >= call.cost
        return False


class Purse:
    """Reserves and settles for the turns of one process.

    Persistence decides, for all processes together. While it does not answer, this process spends a small allowance
    of its own, and settles it later.
    """

    def __init__(self, bus: Bus, prices: Prices, allowance: Allowance, turn_within: float) -> None:
        """``turn_within`` is how long a turn takes at most, in seconds."""
        self._prices = prices
        self._allowance = allowance
        self._lives = timedelta(seconds=turn_within)
        self._reservations = Reservations(bus)
        self._settlements = Settlements(bus)
        self._ask_again_at = 0.0

    @classmethod
    def of(cls, bus: Bus, settings: CostSettings, turn_within: float) -> Self:
        """Return a purse as the settings fill it."""
        prices = Prices(settings.model_prices, settings.unknown_model_price)
        return cls(bus, prices, Allowance(settings.unasked_allowance), turn_within)

    async def start(self) -> None:
        """Begin to settle."""
        await self._settlements.start()

    async def stop(self) -> None:
        """Settle what is left, for a few seconds."""
        await self._reservations.stop()
        await self._settlements.stop()

    def fill(self, pot: Pot | None, payer: Payer, step: int, model: str, guess: Usage) -> Pot:
        """Return the pot while it has enough for a call, else another: its money is asked for as other things are done.

        ``guess`` is what a call may use. A pot is given to :meth:`reserved`, and in the end to :meth:`empty`.
        """
        cost = self._prices.of(model).most(guess)
        if pot is not None and (not pot.own.done() or pot.left >= cost):
            return pot
        if pot is not None:
            self._account(pot)
        call = self._call(payer, step, model, cost * CALLS_AHEAD)
        return Pot(payer, call, asyncio.create_task(self._ask(payer, call)))

    async def empty(self, pot: Pot) -> None:
        """Settle what was paid out of a pot, and give back the rest."""
        await end([pot.own])
        self._account(pot)

    @asynccontextmanager
    async def reserved(
        self, payer: Payer, step: int, model: str, estimate: Usage, pot: Pot | None = None
    ) -> AsyncIterator[Reservation]:
        """Have money for one call within the block. ``estimate`` is the most it can use: all input, ``max_tokens``.

        What the block says of it is settled, or what a MindAwayError says that leaves it. It is paid out of the pot if
        there is enough in it. Raises BudgetExhaustedError before the block is entered, with the sentence to tell.
        """
        call = self._call(payer, step, model, self._prices.of(model).most(estimate))
        pot = pot if pot is not None and await pot.covers(call) else None
        own = False if pot else await self._ask(payer, call)
        reservation = Reservation(estimate)
        try:
            yield reservation
        except MindAwayError as error:
            reservation.settle(error.usage)
            raise
        finally:
            cost = self._prices.of(model).cost(reservation.used) if reservation.known else call.cost
            if own:
                self._allowance.give_back(call.cost - cost)
            metrics.MODEL_COST.labels(model).inc(float(cost))
            done = _settled(payer, call.model_copy(update={"cost": cost}), reservation.used)
            (pot.made if pot else self._settlements).append(done)

    def _call(self, payer: Payer, step: int, model: str, cost: Decimal) -> ModelCall:
        now = utc_now()
        return ModelCall(
            id=uuid4(),
            turn=payer.turn,
            step=step,
            attempt=payer.attempt,
            model=model,
            zone=payer.zone,
            at=now,
            expires_at=now + self._lives,
            trace_id=trace_id(),
            cost=cost,
        )

    def _account(self, pot: Pot) -> None:
        """Settle what was paid out of a pot: the first call in place of what was reserved."""
        if pot.own.cancelled() or pot.own.exception():
            return
        if pot.own.result():
            self._allowance.give_back(pot.left)
        first, *others = pot.made or [_settled(pot.payer, pot.call.model_copy(update={"cost": Decimal(0)}), Usage())]
        reserved = first.call.model_copy(update={"id": pot.call.id})
        for done in (first.model_copy(update={"call": reserved}), *others):
            self._settlements.append(done)

    async def _ask(self, payer: Payer, call: ModelCall) -> bool:
        """Reserve a call; return whether that was done out of the own allowance."""
        try:
            refusal = await self._reserve(payer, call)
        except PamError as error:
            log.warning("a model call could not be reserved", reason=str(error))
            if self._allowance.take(call.cost):
                return True
            self._give_up(payer, call)
            raise _unasked(self._allowance.renewed_in) from error
        except BaseException:
            self._give_up(payer, call)
            raise
        if refusal is not None:
            raise _exhausted(refusal, call)
        return False

    async def _reserve(self, payer: Payer, call: ModelCall) -> Refusal | None:
        """Ask persistence. Raises UnavailableError while it does not answer."""
        if time.monotonic() < self._ask_again_at:
            raise UnavailableError("The accounts did not answer a moment ago.", code="unasked")
        try:
            return await self._reservations.ask(WantedCall(call=call, identity=payer.identity))
        except UnavailableError as error:
            if error.problem.code == "timeout":
                self._ask_again_at = time.monotonic() + UNASKED_FOR
            raise

    def _give_up(self, payer: Payer, call: ModelCall) -> None:
        """Settle with nothing a call that is not made: it may have been reserved, though no answer came."""
        self._settlements.append(_settled(payer, call.model_copy(update={"cost": Decimal(0)}), Usage()))


def _settled(payer: Payer, call: ModelCall, used: Usage) -> SettledCall:
    return SettledCall(call=call, usage=used, identity=payer.identity)


def _exhausted(refusal: Refusal, call: ModelCall) -> BudgetExhaustedError:
    until = refusal.until.astimezone(zone_of(call.zone))
    again = f"{until:%A}, {until.day} {until:%B}, {until:%H:%M}"
    return BudgetExhaustedError(
        f"{USED_UP[refusal.ceiling]}, so I answer by simple rules until {again}. Your tools still work.",
        retry_after=max(0.0, (refusal.until - call.at).total_seconds()),
    )


def _unasked(renewed_in: float) -> BudgetExhaustedError:
    return BudgetExhaustedError(
        "I cannot look up what my thinking may cost right now, so I answer by simple rules for a while."
        " Your tools still work.",
        code="budget_unknown",
        retry_after=renewed_in,
    )
