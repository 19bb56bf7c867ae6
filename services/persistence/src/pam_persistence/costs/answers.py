"""What persistence answers about costs. A call is a member's by the token of the message it was made for."""

from decimal import Decimal
from uuid import UUID, uuid5

from pam_persistence.costs import queries
from pam_persistence.costs.periods import Ceilings, day_of, end_of, month_of
from pam_persistence.rows import Row
from pam_shared.bus.queries import answering
from pam_shared.bus.requests import Request, Responder
from pam_shared.clock import utc_now, zone_of
from pam_shared.contracts import costs as asked
from pam_shared.contracts import headers, subjects
from pam_shared.contracts.conversation import Usage
from pam_shared.errors import NotPermittedError
from pam_shared.identity import CALL, Verifier
from pam_shared.postgres.pool import Pool, connection, member_transaction, transaction
from pam_shared.telemetry import metrics


class CostAnswers:
    """The cost of model calls, reserved, settled and told."""

    def __init__(self, pool: Pool, verifier: Verifier, ceilings: Ceilings) -> None:
        self._pool = pool
        self._verifier = verifier
        self._ceilings = ceilings

    def serve(self, responder: Responder) -> None:
        """Subscribe every query."""
        responder.answer(subjects.query(asked.RESERVE), answering(asked.ReserveCosts, self.reserve))
        responder.answer(subjects.query(asked.SETTLE), answering(asked.SettleCosts, self.settle))
        responder.answer(subjects.query(asked.OF_MEMBER), answering(asked.CostsQuery, self.of_member))
        responder.answer(subjects.operator(asked.TOTALS), answering(asked.CostsQuery, self.totals))

    async def reserve(self, _request: Request, command: asked.ReserveCosts) -> asked.Reserved:
        """Count calls at their estimates, or say which ceiling one would pass."""
        rows = [self._row(wanted.call, wanted.identity) for wanted in command.calls]
        async with connection(self._pool) as db:
            decisions = await queries.reserve(db, rows, self._ceilings)
        return asked.Reserved(
            refusals=[_refusal(wanted.call, one.passes) for wanted, one in zip(command.calls, decisions, strict=True)],
            ample=[one.ample for one in decisions],
        )

    async def settle(self, _request: Request, command: asked.SettleCosts) -> asked.Settled:
        """Count calls at what they cost."""
        rows = [self._settled_row(done) for done in command.calls]
        async with connection(self._pool) as db:
            await queries.settle(db, rows, self._ceilings)
        await self._taken()
        return asked.Settled()

    async def of_member(self, request: Request, query: asked.CostsQuery) -> asked.Costs:
        """Say what the member's calls cost in a calendar month of theirs."""
        who = self._verifier.verify(request.headers.get(headers.IDENTITY, ""), CALL)
        async with member_transaction(self._pool, who.user) as db:
            return _sum(await queries.of_member(db, *month_of(query.month)))

    async def totals(self, _request: Request, query: asked.CostsQuery) -> asked.Totals:
        """Say what all calls cost in a calendar month (UTC), and what is taken of the ceilings now."""
        async with transaction(self._pool) as db:
            costs = _sum(await queries.of_everybody(db, *month_of(query.month)))
        return asked.Totals(costs=costs, taken=await self._taken())

    async def _taken(self) -> list[asked.Taken]:
        async with connection(self._pool) as db:
            dollars = await queries.taken(db, utc_now().date())
        found = [
            asked.Taken(ceiling=ceiling, dollars=dollars.get(ceiling, Decimal(0)), most=self._ceilings[ceiling])
            for ceiling in (asked.Ceiling.DAY, asked.Ceiling.MONTH)
        ]
        for taken in found:
            share = taken.dollars / taken.most if taken.most else 1
            metrics.CEILING_TAKEN.labels(taken.ceiling).set(float(share))
        return found

    def _row(self, call: asked.ModelCall, token: str) -> Row:
        """Return the row of a call. A token that has ended since is good: what was used must be paid all the same."""
        who = self._verifier.signed_for(token, CALL)
        if who.turn != call.turn:
            raise NotPermittedError("A model call is paid for by the member whose turn it is made in.")
        return {
            **call.model_dump(mode="json", exclude={"zone", "at"}),
            "id": _id_of(who.user, call.id),
            "user_id": str(who.user),
            "reserved_at": call.at.isoformat(),
            "day": day_of(call.at, zone_of("")).isoformat(),
            "member_day": day_of(call.at, zone_of(call.zone)).isoformat(),
            **Usage().model_dump(),
        }

    def _settled_row(self, done: asked.SettledCall) -> Row:
        row = self._row(done.call, done.identity)
        pot = _id_of(UUID(row["user_id"]), done.pot) if done.pot else None
        return row | done.usage.model_dump() | {"pot": pot, "made": done.made}


def _id_of(member: UUID, call: UUID) -> str:
    """Return the id a call is kept by: turns have ids that clients choose, so the member is part of it."""
    return str(uuid5(member, str(call)))


def _refusal(call: asked.ModelCall, passed: asked.Ceiling | None) -> asked.Refusal | None:
    return asked.Refusal(ceiling=passed, until=end_of(passed, call.at, zone_of(call.zone))) if passed else None


def _sum(models: list[asked.ModelCosts]) -> asked.Costs:
    return asked.Costs(cost=sum((one.cost for one in models), Decimal(0)), models=models)
