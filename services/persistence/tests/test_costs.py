"""The cost of model calls on a real NATS and PostgreSQL: no ceiling is passed, and every call is counted once."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4, uuid5

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pam_persistence.main import serve
from pam_persistence.settings import PersistenceSettings
from pam_shared.bus.connection import Bus
from pam_shared.bus.queries import ask
from pam_shared.contracts import costs, headers, subjects, topology
from pam_shared.contracts.costs import Ceiling
from pam_shared.contracts.events import EventEnvelope, MemberDeleted
from pam_shared.errors import RemoteError
from services.persistence.tests.spender import NOW, Spender, counted, is_the_sum_of_its_calls
from tests.harness.waiting import eventually

PROCESSES = 4
OPEN = {"ceiling_member_day": Decimal(1000), "ceiling_day": Decimal(1000), "ceiling_month": Decimal(1000)}

pytestmark = pytest.mark.usefixtures("empty_streams", "no_costs")


@pytest.fixture
async def no_costs(databases, administrator):
    """Begin with nothing spent."""
    await administrator.execute("truncate persistence.model_calls, persistence.spending, persistence.outbox")


@pytest.fixture
def serving(nats, databases, keys):
    """Run persistence under ceilings."""

    @asynccontextmanager
    async def running(**ceilings):
        about = PersistenceSettings(
            nats_url=nats,
            postgres_url=databases["persistence"],
            identity_public_key=keys.public,
            linger=0.05,
            **(OPEN | ceilings),
        )
        bus = Bus("persistence", nats)
        await bus.connect()
        async with serve(bus, about):
            await bus.jetstream.account_info()
            yield
        await bus.close()

    return running


@pytest.fixture
async def unending(serving):
    """A persistence whose ceilings are out of reach."""
    async with serving():
        yield


@pytest.fixture
async def spenders(connect, person):
    """One member, served by several agent processes."""
    return [Spender(await connect("agent"), person) for _ in range(PROCESSES)]


@pytest.fixture
def spender(spenders):
    return spenders[0]


async def test_of_a_hundred_calls_at_once_only_those_below_the_ceiling_are_reserved(
    serving, spenders, administrator, person
):
    """R-A5: exact over several agents and several persistences; what is granted never passes the ceiling."""
    async with serving(ceiling_member_day=Decimal("0.50")), serving(ceiling_member_day=Decimal("0.50")):
        calls = [(spenders[n % PROCESSES], spenders[n % PROCESSES].call("0.03")) for n in range(100)]
        refused = await asyncio.gather(*(spender.reserve(call) for spender, call in calls))
    assert refused.count(None) == 16
    assert {refusal.ceiling for refusal in refused if refusal} == {Ceiling.MEMBER_DAY}
    assert await counted(administrator, "member_day", person.user) == {NOW.date(): (0, Decimal("0.48"))}


async def test_the_ceilings_of_everybody_hold_over_all_members(serving, connect, new_person, administrator):
    """R-A5: a hundred members at once share one day."""
    buses = [await connect("agent") for _ in range(PROCESSES)]
    many = [Spender(buses[n % PROCESSES], new_person()) for n in range(100)]
    async with serving(ceiling_day=Decimal("0.10")):
        refused = await asyncio.gather(*(one.reserve(one.call("0.01")) for one in many))
    assert refused.count(None) == 10
    assert await counted(administrator, "day") == {NOW.date(): (0, Decimal("0.10"))}
    assert await is_the_sum_of_its_calls(administrator)


async def test_a_settled_call_counts_at_what_it_cost(serving, spender, administrator):
    """R-A5: what was reserved too much is there for the next call."""
    async with serving(ceiling_day=Decimal("0.10")):
        call = spender.call("0.08")
        assert await spender.reserve(call) is None
        assert (await spender.reserve(spender.call("0.03"))).ceiling is Ceiling.DAY
        await spender.settle(call, "0.020001", input_tokens=7)
        assert await counted(administrator, "day") == {NOW.date(): (Decimal("0.020001"), 0)}
        assert await spender.reserve(spender.call("0.03")) is None


async def test_repeats_change_nothing(serving, spender, administrator):
    """R-A5: an answer may be lost, a question sent twice, also a reservation after its settlement."""
    call = spender.call("0.08")
    async with serving():
        for _ in range(2):
            await spender.reserve(call)
        for _ in range(2):
            await spender.settle(call, "0.02")
        assert await spender.reserve(call) is None
        await spender.settle(call, "0.05")
        late = spender.call("0.04")
        await spender.settle(late, "0.01")
        assert await spender.reserve(late) is None
    assert await counted(administrator, "month") == {date(2026, 5, 1): (Decimal("0.03"), 0)}


async def test_what_a_dead_attempt_left_stays_counted_until_it_is_settled_after_all(serving, spender, administrator):
    """R-A5: a killed agent's call was perhaps paid for; nothing is counted too low."""
    async with serving():
        first = spender.call("0.08")
        await spender.reserve(first)
        await spender.reserve(spender.call("0.01", attempt=2))
        assert await counted(administrator, "day") == {NOW.date(): (Decimal("0.08"), Decimal("0.01"))}
        await spender.settle(first, "0.03")
    assert await counted(administrator, "day") == {NOW.date(): (Decimal("0.03"), Decimal("0.01"))}


async def test_a_reservation_nobody_settles_in_time_stays_counted_at_its_estimate(serving, spender, administrator):
    """R-A5: and the next day does not inherit it."""
    async with serving(ceiling_day=Decimal("0.10")):
        await spender.reserve(spender.call("0.08"))
        other = {"turn": uuid4(), "at": NOW + timedelta(hours=1)}
        assert (await spender.reserve(spender.call("0.03", **other))).ceiling is Ceiling.DAY
        assert await counted(administrator, "day") == {NOW.date(): (Decimal("0.08"), 0)}
        assert await spender.reserve(spender.call("0.03", at=NOW + timedelta(days=1))) is None


@pytest.mark.parametrize(
    ("at", "day", "until"),
    [
        ("2026-11-01T03:59:59Z", "2026-10-31", "2026-11-01T04:00:00Z"),
        ("2026-11-01T04:00:00Z", "2026-11-01", "2026-11-02T05:00:00Z"),
        ("2026-03-08T12:00:00Z", "2026-03-08", "2026-03-09T04:00:00Z"),
    ],
)
async def test_a_members_day_ends_at_midnight_where_they_are(serving, spender, administrator, person, at, day, until):
    """R-A5: the day a clock is put back has 25 hours, and a month ends with its last day, both in the member's zone."""
    async with serving(ceiling_member_day=Decimal("0.01")):
        about = {"zone": "America/New_York", "at": datetime.fromisoformat(at)}
        await spender.reserve(spender.call(**about))
        assert (await spender.reserve(spender.call(**about))).until == datetime.fromisoformat(until)
        assert list(await counted(administrator, "member_day", person.user)) == [date.fromisoformat(day)]
        assert (await spender.costs(date.fromisoformat(day))).cost == Decimal("0.01")
        next_day = spender.call(zone="America/New_York", at=datetime.fromisoformat(until))
        assert await spender.reserve(next_day) is None


async def test_the_month_of_everybody_ends_with_its_last_day_in_utc(serving, spender):
    """R-A5: the refusal says when it is possible again."""
    async with serving(ceiling_month=Decimal("0.01")):
        last = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
        await spender.reserve(spender.call(at=last))
        refusal = await spender.reserve(spender.call(at=last))
        assert (refusal.ceiling, refusal.until) == (Ceiling.MONTH, datetime(2027, 1, 1, tzinfo=UTC))
        assert await spender.reserve(spender.call(at=refusal.until)) is None


async def test_four_fifths_of_a_ceiling_are_told_once(serving, spenders, bus, person):
    """R-A5: however many calls pass the threshold together, and again after it."""
    heard = []

    async def hear(message):
        heard.append(EventEnvelope.model_validate_json(message.data))

    await bus.nats.subscribe(subjects.event("costs", "threshold_reached"), cb=hear)
    await bus.nats.flush()
    async with serving(ceiling_member_day=Decimal("0.10"), ceiling_day=Decimal("0.20")):
        await asyncio.gather(*(one.reserve(one.call("0.01")) for one in spenders[:3] * 2))
        await asyncio.sleep(0.3)
        assert not heard
        await asyncio.gather(*(one.reserve(one.call("0.01")) for one in spenders * 5))
        await eventually(lambda: heard)
    told = costs.ThresholdReached.model_validate(heard[0].data)
    assert (told.ceiling, told.period, told.dollars) == (Ceiling.MEMBER_DAY, NOW.date(), Decimal("0.10"))
    assert [envelope.user for envelope in heard] == [person.user]


async def test_a_member_sees_what_their_own_calls_cost(serving, spender, new_person):
    """R-A5, G6: by model, and nothing of anybody else's."""
    other = Spender(spender.bus, new_person())
    async with serving():
        for one, model in ((spender, "big"), (spender, "small"), (spender, "small"), (other, "big")):
            await one.settle(one.call(model=model), "0.02", input_tokens=5, output_tokens=3)
        mine = await spender.costs()
        assert mine.cost == Decimal("0.06")
        assert [(one.model, one.calls, one.usage.input_tokens) for one in mine.models] == [
            ("big", 1, 5),
            ("small", 2, 10),
        ]
        assert (await spender.costs(date(2026, 6, 1))).models == []


async def test_of_calls_that_are_asked_for_together_those_are_made_that_have_room(serving, spender):
    """R-A5: each is decided with those before it counted, and the answers come in their order."""
    wanted = [
        costs.WantedCall(call=spender.call(cost), identity=spender.person.token(spender.turn))
        for cost in ("0.06", "0.06", "0.03")
    ]
    async with serving(ceiling_member_day=Decimal("0.10")):
        question = costs.ReserveCosts(calls=wanted)
        reply = await ask(spender.bus, subjects.query(costs.RESERVE), question, costs.Reserved, {})
    assert [one and one.ceiling for one in reply.refusals] == [None, Ceiling.MEMBER_DAY, None]


async def test_nobody_pays_for_anybody_else(serving, spender):
    """G6: a call is made in the turn its token was signed for."""
    async with serving():
        wanted = [costs.WantedCall(call=spender.call(), identity=spender.person.token(uuid4()))]
        question = costs.ReserveCosts(calls=wanted)
        with pytest.raises(RemoteError) as refused:
            await ask(spender.bus, subjects.query(costs.RESERVE), question, costs.Reserved, {})
    assert refused.value.problem.code == "forbidden"


async def test_of_a_member_who_left_only_the_money_stays(serving, spender, administrator, person):
    """R-D7: the totals keep what they cost; what is settled after they left is nobody's, and counted once."""
    open_call, done = spender.call("0.05"), spender.call("0.05")
    async with serving():
        await spender.reserve(open_call)
        await spender.settle(done, "0.02")
        left = EventEnvelope(id=uuid4(), user=person.user, occurred_at=NOW, data={}).model_dump_json().encode()
        subject = subjects.event(MemberDeleted.domain, MemberDeleted.name)
        await spender.bus.publish(topology.EVENTS, subject, left, {headers.MESSAGE_ID: str(uuid4())})

        async def forgotten():
            return not await counted(administrator, "member_day", person.user)

        await eventually(forgotten)
        await spender.settle(open_call, "0.01")
        await spender.settle(spender.call(), "0.04")
    assert await counted(administrator, "day") == {NOW.date(): (Decimal("0.07"), 0)}
    kept = await administrator.fetch("select user_id, turn from persistence.model_calls")
    assert {(row["user_id"], row["turn"]) for row in kept} == {(None, None)}
    assert await is_the_sum_of_its_calls(administrator)


async def test_operators_see_the_totals_and_what_is_left(serving, spender):
    """R-A5: what everybody's calls cost this month, and how much of each ceiling is taken."""
    now = datetime.now(UTC)
    async with serving():
        await spender.settle(spender.call(at=now), "0.02")
        await spender.reserve(spender.call("0.03", at=now))
        question = costs.CostsQuery(month=now.date())
        told = await ask(spender.bus, subjects.operator(costs.TOTALS), question, costs.Totals, {})
    assert told.costs.cost == Decimal("0.05")
    assert [(one.ceiling, one.dollars) for one in told.taken] == [("day", Decimal("0.05")), ("month", Decimal("0.05"))]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "settle"]),
        st.integers(0, 7),
        st.integers(1, 40).map(lambda cents: Decimal(cents) / 100),
        st.integers(1, 3),
        st.sampled_from([timedelta(0), timedelta(minutes=5), timedelta(days=1), timedelta(days=40)]),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, leaves=st.booleans())
async def test_spending_is_the_sum_of_the_calls_however_they_meet(
    unending, spenders, new_person, administrator, no_costs, steps, leaves
):
    """R-A5: reserved and settled in any order, repeated, taken over and expired, also while their member leaves."""
    people = [Spender(spender.bus, new_person()) for spender in spenders]
    calls = {}
    doing = []
    for step, n, cost, attempt, later in steps:
        who = people[n % 2]
        call = calls.setdefault(n, who.call(cost, attempt=attempt, at=NOW + later))
        doing.append(who.reserve(call) if step == "reserve" else who.settle(call, cost))
    if leaves:
        doing.append(administrator.execute("select persistence.forget_member($1)", people[0].person.user))
    await asyncio.gather(*doing)
    assert await is_the_sum_of_its_calls(administrator)
    settled = await administrator.fetchval(
        "select count(*) from persistence.model_calls where state = 'settled' and id = any($1)",
        [uuid5(people[n % 2].person.user, str(call.id)) for n, call in calls.items()],
    )
    assert settled == len({n for step, n, *_ in steps if step == "settle"})
