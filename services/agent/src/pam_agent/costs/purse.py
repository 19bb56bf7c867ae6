"""Money for model calls: asked for before a call, paid after it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Self
from uuid import UUID, uuid4

from pam_agent.conversation import TurnRecord
from pam_agent.costs.allowance import Allowance
from pam_agent.costs.prices import Prices
from pam_agent.costs.settings import CostSettings
from pam_agent.costs.settlements import Settlements
from pam_agent.errand import Errand
from pam_agent.mind import MindAwayError
from pam_shared.bus.connection import Bus
from pam_shared.bus.queries import ask
from pam_shared.clock import utc_now, zone_of
from pam_shared.contracts import headers, subjects
from pam_shared.contracts.conversation import Usage
from pam_shared.contracts.costs import RESERVE, Ceiling, ModelCall, Refusal, Reserved, SettledCall
from pam_shared.errors import PamError, UnavailableError
from pam_shared.tasks import end
from pam_shared.telemetry import metrics
from pam_shared.telemetry.logs import log
from pam_shared.telemetry.traces import trace_id

ASK_WITHIN = 2.0
"""Longer than a crowd of calls takes: who does not wait for the answer spends beyond the ceilings."""
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
    """The money of one call. Unless it is settled or released, the call counts at its estimate."""

    def __init__(self, estimate: Usage) -> None:
        self.used = estimate
        self.known = False

    def settle(self, usage: Usage) -> None:
        """Say what the call used."""
        self.used, self.known = usage, True

    def release(self) -> None:
        """Say that the call used nothing: the model refused it before it began."""
        self.settle(Usage())


@dataclass(frozen=True)
class Asked:
    """Money asked for before it is known how much a call needs. ``own``: whether it comes out of the own allowance."""

    payer: Payer
    call: ModelCall
    own: asyncio.Task[bool]

    def covers(self, call: ModelCall) -> bool:
        """Whether it is for this call, and enough."""
        return (self.call.step, self.call.model) == (call.step, call.model) and self.call.cost >= call.cost


class Purse:
    """Reserves and settles for the turns of one process.

    Persistence decides, for all processes together. While it does not answer, this process spends a small allowance
    of its own, and settles it later.
    """

    def __init__(self, bus: Bus, prices: Prices, allowance: Allowance, turn_within: float) -> None:
        """``turn_within`` is how long a turn takes at most, in seconds."""
        self._bus = bus
        self._prices = prices
        self._allowance = allowance
        self._lives = timedelta(seconds=turn_within)
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
        await self._settlements.stop()

    def ask_ahead(self, payer: Payer, step: int, model: str, guess: Usage) -> Asked:
        """Ask for the money of a call while other things are done: :meth:`reserved` is given it, or :meth:`drop`."""
        call = self._call(payer, step, model, guess)
        return Asked(payer, call, asyncio.create_task(self._ask(payer, call)))

    async def drop(self, asked: Asked) -> None:
        """Give back what was asked for and is not needed."""
        await end([asked.own])
        if asked.own.cancelled() or asked.own.exception():
            return
        if asked.own.result():
            self._allowance.give_back(asked.call.cost)
        self._give_up(asked.payer, asked.call)

    @asynccontextmanager
    async def reserved(
        self, payer: Payer, step: int, model: str, estimate: Usage, asked: Asked | None = None
    ) -> AsyncIterator[Reservation]:
        """Have money for one call within the block. ``estimate`` is the most it can use: all input, ``max_tokens``.

        What the block says of it is settled, or what a MindAwayError says that leaves it. Where it is enough, what was
        ``asked`` ahead is used. Raises BudgetExhaustedError before the block is entered, with the sentence to tell.
        """
        call, own = await self._granted(payer, self._call(payer, step, model, estimate), asked)
        reservation = Reservation(estimate)
        try:
            yield reservation
        except MindAwayError as error:
            reservation.settle(error.usage)
            raise
        finally:
            used, price = reservation.used, self._prices.of(model)
            cost = price.cost(used) if reservation.known else price.most(estimate)
            if own:
                self._allowance.give_back(call.cost - cost)
            metrics.MODEL_COST.labels(model).inc(float(cost))
            self._settle(payer, call.model_copy(update={"cost": cost}), used)

    def _call(self, payer: Payer, step: int, model: str, estimate: Usage) -> ModelCall:
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
            cost=self._prices.of(model).most(estimate),
        )

    async def _granted(self, payer: Payer, call: ModelCall, asked: Asked | None) -> tuple[ModelCall, bool]:
        """Return a call as it is reserved, and whether that was done out of the own allowance."""
        if asked is not None and asked.covers(call):
            # Refused, it may have been too much: what is really needed may still be there.
            with suppress(BudgetExhaustedError):
                return asked.call, await asked.own
        elif asked is not None:
            await self.drop(asked)
        return call, await self._ask(payer, call)

    async def _ask(self, payer: Payer, call: ModelCall) -> bool:
        """Reserve a call; return whether that was done out of the own allowance."""
        try:
            reply = await self._reserve(payer, call)
        except PamError as error:
            log.warning("a model call could not be reserved", reason=str(error))
            if self._allowance.take(call.cost):
                return True
            self._give_up(payer, call)
            raise _unasked(self._allowance.renewed_in) from error
        except BaseException:
            self._give_up(payer, call)
            raise
        if reply.refusal is not None:
            raise _exhausted(reply.refusal, call)
        return False

    async def _reserve(self, payer: Payer, call: ModelCall) -> Reserved:
        """Ask persistence. Raises UnavailableError while it does not answer."""
        if time.monotonic() < self._ask_again_at:
            raise UnavailableError("The accounts did not answer a moment ago.", code="unasked")
        values = {headers.IDENTITY: payer.identity}
        try:
            return await ask(self._bus, subjects.query(RESERVE), call, Reserved, values, ASK_WITHIN)
        except UnavailableError as error:
            if error.problem.code == "timeout":
                self._ask_again_at = time.monotonic() + UNASKED_FOR
            raise

    def _give_up(self, payer: Payer, call: ModelCall) -> None:
        """Settle with nothing a call that is not made: it may have been reserved, though no answer came."""
        self._settle(payer, call.model_copy(update={"cost": Decimal(0)}), Usage())

    def _settle(self, payer: Payer, call: ModelCall, used: Usage) -> None:
        self._settlements.add(SettledCall(call=call, usage=used, identity=payer.identity))


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
