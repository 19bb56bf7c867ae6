"""Money for model calls: asked for before a call, paid after it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Self
from uuid import uuid4

from pam_agent.costs.allowance import Allowance
from pam_agent.costs.pots import KEPT_FOR, BudgetExhaustedError, Grant, Payer, Pot, Shelf
from pam_agent.costs.prices import Prices
from pam_agent.costs.reservations import Answer, Reservations
from pam_agent.costs.settings import CostSettings
from pam_agent.costs.settlements import Settlements
from pam_agent.mind import MindAwayError
from pam_shared.bus.connection import NO_ANSWER, Bus
from pam_shared.clock import utc_now, zone_of
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
LOOKED_THROUGH_EVERY = 10.0

USED_UP = {
    Ceiling.MEMBER_DAY: "My thinking for you is used up for today",
    Ceiling.DAY: "My thinking is used up for today",
    Ceiling.MONTH: "My thinking is used up for this month",
}


class Reservation:
    """The money of one call. Unless it is settled, the call counts at its estimate."""

    def __init__(self, estimate: Usage) -> None:
        self.used = estimate
        self.known = False

    def settle(self, usage: Usage) -> None:
        """Say what the call used."""
        self.used, self.known = usage, True


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
        self._shelf = Shelf()
        self._closing: asyncio.Task[None] | None = None
        self._ask_again_at = 0.0

    @classmethod
    def of(cls, bus: Bus, settings: CostSettings, turn_within: float) -> Self:
        """Return a purse as the settings fill it."""
        prices = Prices(settings.model_prices, settings.unknown_model_price)
        return cls(bus, prices, Allowance(settings.unasked_allowance), turn_within)

    async def start(self) -> None:
        """Begin to settle."""
        await self._settlements.start()
        self._closing = asyncio.create_task(self._close_old())

    async def stop(self) -> None:
        """Give back what no turn needs, and settle what is left, for a few seconds."""
        await end([self._closing] if self._closing else [])
        for pot in self._shelf.take_old(datetime.max.replace(tzinfo=UTC)):
            self._close(pot)
        await self._reservations.stop()
        await self._settlements.stop()

    def fill(self, pot: Pot | None, payer: Payer, step: int, model: str, guess: Usage) -> Pot:
        """Return the pot while it has enough for a call, else one an earlier turn of the member left, else a new one.

        ``guess`` is what a call may use. The money of a new pot is asked for as other things are done. A pot is given
        to :meth:`reserved`, and in the end to :meth:`put_back`.
        """
        cost = self._prices.of(model).most(guess)
        if pot is not None and (not pot.asked.done() or pot.left >= cost):
            return pot
        if pot is not None:
            self._close(pot)
        kept = self._shelf.take(payer, cost, utc_now())
        if kept is not None:
            return kept
        call = self._call(payer, step, model, cost * CALLS_AHEAD, KEPT_FOR)
        return Pot(payer, call, asyncio.create_task(self._ask(payer, call)), call.cost)

    async def put_back(self, pot: Pot) -> None:
        """Settle what a turn paid out of a pot. The rest waits for the member's next turn, or is given back."""
        await end([pot.asked])
        self._settle(pot)
        if not self._shelf.put(pot):
            self._close(pot)

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
        own = not pot and (await self._ask(payer, call)).own
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
            if pot:
                pot.pay(done)
            else:
                self._settlements.append(done)

    def _call(self, payer: Payer, step: int, model: str, cost: Decimal, waits: timedelta = timedelta(0)) -> ModelCall:
        """Return a call that is reserved for as long as it ``waits`` for a turn, and that turn takes."""
        now = utc_now()
        return ModelCall(
            id=uuid4(),
            turn=payer.turn,
            step=step,
            attempt=payer.attempt,
            model=model,
            zone=payer.zone,
            at=now,
            expires_at=now + waits + self._lives,
            trace_id=trace_id(),
            cost=cost,
        )

    def _settle(self, pot: Pot) -> None:
        for done in pot.made:
            self._settlements.append(done)
        pot.made.clear()

    def _close(self, pot: Pot) -> None:
        """Settle what was paid out of a pot, and give back the rest."""
        self._settle(pot)
        if pot.grant is None:
            return
        if pot.grant.own:
            self._allowance.give_back(pot.left)
        if pot.grant.doubt or not pot.grant.own:
            self._give_up(pot.payer, pot.call)

    async def _close_old(self) -> None:
        while True:
            await asyncio.sleep(LOOKED_THROUGH_EVERY)
            for pot in self._shelf.take_old(utc_now()):
                self._close(pot)

    async def _ask(self, payer: Payer, call: ModelCall) -> Grant:
        """Reserve a call, where persistence does not answer out of the own allowance. Raises BudgetExhaustedError."""
        try:
            answer = await self._reserve(payer, call)
        except PamError as error:
            log.warning("a model call could not be reserved", reason=str(error))
            if self._allowance.take(call.cost):
                return Grant(own=True, doubt=error.problem.code == NO_ANSWER)
            self._give_up(payer, call)
            raise _unasked(self._allowance.renewed_in) from error
        except BaseException:
            self._give_up(payer, call)
            raise
        if answer.refusal is not None:
            raise _exhausted(answer.refusal, call)
        return Grant(ample=answer.ample)

    async def _reserve(self, payer: Payer, call: ModelCall) -> Answer:
        """Ask persistence. Raises UnavailableError while it does not answer."""
        if time.monotonic() < self._ask_again_at:
            raise UnavailableError("The accounts did not answer a moment ago.", code="unasked")
        try:
            return await self._reservations.ask(WantedCall(call=call, identity=payer.identity))
        except UnavailableError as error:
            if error.problem.code == NO_ANSWER:
                self._ask_again_at = time.monotonic() + UNASKED_FOR
            raise

    def _give_up(self, payer: Payer, call: ModelCall) -> None:
        """Give back what a call was reserved with that is not made, or may have been, though no answer came."""
        nothing = _settled(payer, call.model_copy(update={"cost": Decimal(0)}), Usage())
        self._settlements.append(nothing.model_copy(update={"made": False}))


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
