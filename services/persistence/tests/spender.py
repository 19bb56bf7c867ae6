"""A member whose model calls are reserved and settled, and what is counted of them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from pam_shared.bus.queries import ask
from pam_shared.contracts import costs, headers, subjects
from pam_shared.contracts.conversation import Usage
from pam_shared.contracts.costs import ModelCall, SettledCall

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)
EVERYBODY = UUID(int=0)


class Spender:
    """A member whose turns call models, as the agent asks for it over one connection."""

    def __init__(self, bus, person):
        self.bus = bus
        self.person = person
        self.turn = uuid4()

    def call(self, cost="0.01", **about):
        about = {"turn": self.turn, "step": 0, "attempt": 1, "model": "claude", "at": NOW} | about
        return ModelCall(id=uuid4(), expires_at=about["at"] + timedelta(minutes=1), cost=Decimal(cost), **about)

    async def reserve(self, call):
        """Return the ceiling it would pass, if any, and until when."""
        wanted = costs.ReserveCosts(calls=[costs.WantedCall(call=call, identity=self.person.token(call.turn))])
        subject = subjects.query(costs.RESERVE)
        return (await ask(self.bus, subject, wanted, costs.Reserved, {}, 10)).refusals[0]

    async def settle(self, call, cost, *, pot=None, made=True, **used):
        done = SettledCall(
            call=call.model_copy(update={"cost": Decimal(cost)}),
            usage=Usage(**used),
            identity=self.person.token(call.turn, lives=-3600),
            pot=pot and pot.id,
            made=made,
        )
        await ask(self.bus, subjects.query(costs.SETTLE), costs.SettleCosts(calls=[done]), costs.Settled, {}, 10)

    async def costs(self, month=date(2026, 5, 1)):
        values = {headers.IDENTITY: self.person.token()}
        question = costs.CostsQuery(month=month)
        return await ask(self.bus, subjects.query(costs.OF_MEMBER), question, costs.Costs, values)


async def counted(db, scope, owner=EVERYBODY):
    """Return what is spent and reserved, by period."""
    sql = "select period, spent, reserved from persistence.spending where (scope, owner) = ($1, $2)"
    return {row["period"]: (row["spent"], row["reserved"]) for row in await db.fetch(sql, scope, owner)}


async def is_the_sum_of_its_calls(db):
    """Whether every total is what the rows of model_calls add up to."""
    wrong = await db.fetch("""
        with really as (
            select share.scope, share.owner, share.period, sum(share.spent) as spent, sum(share.reserved) as reserved
            from persistence.model_calls as call, persistence.shares_of(call) as share group by 1, 2, 3)
        select * from really full join persistence.spending as told using (scope, owner, period)
        where (coalesce(really.spent, 0), coalesce(really.reserved, 0)) is distinct from (told.spent, told.reserved)
    """)
    return not wrong
