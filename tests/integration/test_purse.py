"""The agent's purse and persistence's accounts, also while one of them, NATS or PostgreSQL is away."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from pam_agent.costs import pots, reservations
from pam_agent.costs import purse as costs_purse
from pam_agent.costs.allowance import Allowance
from pam_agent.costs.pots import BudgetExhaustedError, Payer
from pam_agent.costs.prices import Price, Prices
from pam_agent.costs.purse import Purse
from pam_persistence.main import serve
from pam_persistence.settings import PersistenceSettings
from pam_shared.bus.connection import Bus
from pam_shared.clock import utc_now
from pam_shared.contracts import subjects
from pam_shared.contracts.conversation import Usage
from pam_shared.contracts.costs import RESERVE
from tests.harness.waiting import eventually

DOLLAR_A_THOUSAND = Price(input=Decimal(1000), output=Decimal(1000), cache_read=Decimal(0), cache_write=Decimal(0))
DIME = Usage(output_tokens=100)
CENT = Usage(output_tokens=10)


@pytest.fixture
async def accounts(databases, administrator):
    """Return what is counted in all, as ``(spent, reserved)``, from nothing on."""
    await administrator.execute("truncate persistence.model_calls, persistence.spending, persistence.outbox")

    async def told():
        sql = "select sum(spent), sum(reserved) from persistence.spending where scope = 'month'"
        return tuple(await administrator.fetchrow(sql))

    return told


@pytest.fixture
def persistence(nats, databases, keys):
    """Run persistence, with a dollar a day for each member."""

    @asynccontextmanager
    async def running():
        settings = PersistenceSettings(
            nats_url=nats,
            postgres_url=databases["persistence"],
            identity_public_key=keys.public,
            ceiling_member_day=Decimal(1),
        )
        bus = Bus("persistence", nats)
        await bus.connect()
        async with serve(bus, settings):
            await bus.jetstream.account_info()
            yield
        await bus.close()

    return running


@pytest.fixture
async def purse(connect):
    """The purse of one agent process; on its own it may spend thirty cents."""
    prices = Prices({}, DOLLAR_A_THOUSAND)
    purse = Purse(await connect("agent"), prices, Allowance(Decimal("0.30")), turn_within=60)
    await purse.start()
    yield purse
    await purse.stop()


@pytest.fixture
def payer(person):
    turn = uuid4()
    return Payer(user=person.user, turn=turn, attempt=1, identity=person.token(turn), zone="America/Denver")


async def paid_out_of(purse, payer, pot):
    """Make one call out of a pot, as a turn of one call does."""
    async with purse.reserved(payer, 0, "model", DIME, pot) as reservation:
        reservation.settle(CENT)
    await purse.put_back(pot)


async def spend(purse, payer, used=CENT, estimate=DIME):
    async with purse.reserved(payer, 0, "model", estimate) as reservation:
        await asyncio.sleep(0)
        reservation.settle(used)


async def test_calls_are_reserved_and_settled_until_the_ceiling(persistence, purse, payer, accounts):
    """R-A5: at the ceiling nothing is spent, and the member is told when it is possible again."""
    async with persistence():
        async with purse.reserved(payer, 0, "model", DIME) as reservation:
            assert await accounts() == (0, Decimal("0.1"))
            reservation.settle(CENT)
        await eventually(lambda: is_counted(accounts, "0.01"))
        for _ in range(9):
            await spend(purse, payer, used=DIME)
        await eventually(lambda: is_counted(accounts, "0.91"))
        with pytest.raises(BudgetExhaustedError, match=r"used up for today.* until \w+, \d+ \w+, 00:00\.") as refused:
            await spend(purse, payer)
        assert 0 < refused.value.problem.retry_after <= 25 * 3600
        assert await accounts() == (Decimal("0.91"), 0)


async def test_a_call_of_which_nothing_is_known_counts_at_its_estimate(persistence, purse, payer, accounts):
    """R-A5: a stream that was cut has cost something; one that the model refused has not."""
    async with persistence():
        with pytest.raises(ConnectionError):
            async with purse.reserved(payer, 0, "model", DIME):
                raise ConnectionError
        async with purse.reserved(payer, 1, "model", DIME) as reservation:
            reservation.settle(Usage())
        await eventually(lambda: is_counted(accounts, "0.1"))


async def test_without_persistence_a_process_spends_its_allowance_and_settles_later(
    persistence, purse, payer, accounts
):
    """R-A5: the turn goes on; what it cost is counted once persistence is back, under-counted never."""
    for _ in range(5):
        await spend(purse, payer)
    async with purse.reserved(payer, 0, "model", DIME) as one, purse.reserved(payer, 1, "model", DIME) as other:
        with pytest.raises(BudgetExhaustedError) as refused:
            await spend(purse, payer)
        assert refused.value.problem.code == "budget_unknown"
        one.settle(CENT)
        other.settle(CENT)
    async with persistence():
        await eventually(lambda: is_counted(accounts, "0.07"))


@pytest.fixture
async def silent(bus):
    """An accountant who hears questions and says nothing: what was asked, and the subscription."""
    asked = []

    async def hear(message):
        asked.append(message.data)

    subscription = await bus.nats.subscribe(subjects.query(RESERVE), cb=hear)
    await bus.nats.flush()
    return asked, subscription


async def test_of_an_accountant_who_is_silent_not_every_call_asks(purse, payer, silent):
    """R-A5: a turn of many calls waits for the answer once, not with each; the question is asked once more."""
    asked, _ = silent
    for _ in range(5):
        await spend(purse, payer)
    assert len(asked) == len(reservations.WITHIN)
    assert len(set(asked)) == 1


async def test_a_question_whose_accountant_dies_is_put_to_the_next(
    persistence, purse, payer, accounts, silent, monkeypatch
):
    """R-A5: nobody tells that a process is gone; the same question is asked of another, and counted once."""
    monkeypatch.setattr(reservations, "WITHIN", (3.0, 3.0))
    asked, subscription = silent

    async def reserved():
        async with purse.reserved(payer, 0, "model", DIME):
            return await accounts()

    asking = asyncio.create_task(reserved())
    await eventually(lambda: asked)
    await subscription.unsubscribe()
    async with persistence():
        assert await asking == (0, Decimal("0.1"))
    assert len(asked) == 1


async def test_the_calls_of_a_turn_are_paid_out_of_one_pot(persistence, purse, payer, accounts):
    """R-A5: one question for two calls, and each is settled at what it cost; the rest is there for others again."""
    async with persistence():
        pot = purse.fill(None, payer, 0, "model", DIME)
        for step in range(2):
            async with purse.reserved(payer, step, "model", DIME, pot) as reservation:
                assert await accounts() == (0, Decimal("0.2"))
                reservation.settle(CENT)
            assert purse.fill(pot, payer, step, "model", DIME) is pot
        await purse.put_back(pot)
        await purse.stop()
        assert await is_counted(accounts, "0.02")


async def test_what_a_turn_leaves_pays_the_next_one(persistence, purse, payer, person, accounts, administrator):
    """R-A5: one question for many turns; each is settled when it ends, and counted out of what is reserved."""
    async with persistence():
        pot = purse.fill(None, payer, 0, "model", DIME)
        await paid_out_of(purse, payer, pot)
        await eventually(lambda: accounted(accounts, "0.01", "0.19"))
        turn = uuid4()
        following = replace(payer, turn=turn, identity=person.token(turn))
        assert purse.fill(None, following, 0, "model", DIME) is pot
        await paid_out_of(purse, following, pot)
        await eventually(lambda: accounted(accounts, "0.02", "0.18"))
        await purse.stop()
        assert await is_counted(accounts, "0.02")
    rows = await administrator.fetch("select turn, cost, state from persistence.model_calls")
    assert {tuple(row) for row in rows} == {
        (payer.turn, Decimal("0.01"), "settled"),
        (turn, Decimal("0.01"), "settled"),
    }


@pytest.mark.parametrize(
    "about", [{"user": uuid4()}, {"zone": "Asia/Tokyo"}, {"later": timedelta(days=1)}, {"guess": 200}]
)
async def test_a_pot_is_one_members_for_one_day_and_what_is_in_it(persistence, purse, payer, monkeypatch, about):
    """R-A5: the ceilings of which money is reserved are those of the call it pays."""
    guess, later = Usage(output_tokens=about.pop("guess", 100)), about.pop("later", timedelta(0))
    async with persistence():
        pot = purse.fill(None, payer, 0, "model", DIME)
        await paid_out_of(purse, payer, pot)
        monkeypatch.setattr(costs_purse, "utc_now", lambda: utc_now() + later)
        other = purse.fill(None, replace(payer, **about), 0, "model", guess)
        assert other is not pot
        await purse.put_back(other)


async def test_a_pot_no_turn_takes_is_given_back(persistence, purse, payer, accounts, monkeypatch):
    """R-A5: a minute after it was asked for, while others of the member's are still at work."""
    monkeypatch.setattr(costs_purse, "LOOKED_THROUGH_EVERY", 0.05)
    monkeypatch.setattr(pots, "KEPT_FOR", timedelta(seconds=1))
    async with persistence():
        pot, busy = (purse.fill(None, payer, 0, "model", DIME) for _ in range(2))
        await paid_out_of(purse, payer, pot)
        await eventually(lambda: accounted(accounts, "0.01", "0.2"))
        await paid_out_of(purse, payer, busy)
        await eventually(lambda: is_counted(accounts, "0.02"))


async def test_near_a_ceiling_nothing_waits(persistence, purse, payer, accounts):
    """R-A5: from four fifths on, what a turn leaves is for whoever comes first, in whichever process."""
    async with persistence():
        await spend(purse, payer, used=Usage(output_tokens=650), estimate=Usage(output_tokens=650))
        await eventually(lambda: is_counted(accounts, "0.65"))
        await paid_out_of(purse, payer, purse.fill(None, payer, 0, "model", DIME))
        await eventually(lambda: is_counted(accounts, "0.66"))


async def test_a_killed_process_leaves_no_more_counted_than_it_had_reserved(persistence, connect, payer, accounts):
    """R-A5: what it settled is in the ledger as it was, the rest of the pot counts as spent once its time is over."""
    dead = Purse(await connect("agent"), Prices({}, DOLLAR_A_THOUSAND), Allowance(Decimal(0)), turn_within=-60)
    await dead.start()
    async with persistence():
        await paid_out_of(dead, payer, dead.fill(None, payer, 0, "model", DIME))
        await eventually(lambda: accounted(accounts, "0.01", "0.19"))
        again = replace(payer, attempt=2)
        await paid_out_of(dead, again, dead.fill(None, again, 0, "model", Usage(output_tokens=200)))
        await eventually(lambda: accounted(accounts, "0.21", "0.39"))
        await dead.stop()
        assert await is_counted(accounts, "0.02"), "it was not dead after all"


async def test_a_pot_that_is_too_small_is_settled_and_filled_anew(persistence, purse, payer, accounts):
    """R-A5: a turn of many calls, and a call that is dearer than was guessed."""
    async with persistence():
        pot = purse.fill(None, payer, 0, "model", CENT)
        async with purse.reserved(payer, 0, "model", DIME, pot) as reservation:
            reservation.settle(DIME)
        async with purse.reserved(payer, 1, "model", CENT, pot) as reservation:
            reservation.settle(CENT)
        other = purse.fill(pot, payer, 2, "model", DIME)
        assert other is not pot
        async with purse.reserved(payer, 2, "model", DIME, other) as reservation:
            reservation.settle(DIME)
        await purse.put_back(other)
        await purse.stop()
        assert await is_counted(accounts, "0.21")


async def test_a_call_of_which_nothing_is_known_counts_at_its_own_estimate(persistence, purse, payer, accounts):
    """R-A5: not at what was guessed before."""
    async with persistence():
        pot = purse.fill(None, payer, 0, "model", DIME)
        async with purse.reserved(payer, 0, "model", CENT, pot):
            pass
        await purse.put_back(pot)
        await purse.stop()
        assert await is_counted(accounts, "0.01")


async def test_too_much_asked_for_ahead_is_no_reason_to_go_without(persistence, purse, payer, accounts):
    """R-A5: below a ceiling a call is made as long as it has room itself."""
    async with persistence():
        pot = purse.fill(None, payer, 0, "model", Usage(output_tokens=501))
        async with purse.reserved(payer, 0, "model", DIME, pot) as reservation:
            reservation.settle(CENT)
        await purse.put_back(pot)
        await eventually(lambda: is_counted(accounts, "0.01"))


@pytest.mark.parametrize("answered", [True, False])
async def test_money_asked_for_ahead_and_not_used_is_given_back(persistence, purse, payer, accounts, answered):
    """R-A5: whether the answer had come or not, and out of the own allowance as well."""
    for _ in range(4):
        pot = purse.fill(None, payer, 0, "model", DIME)
        if answered:
            assert (await pot.asked).own
        await purse.put_back(pot)
    async with persistence():
        pot = purse.fill(None, payer, 0, "model", DIME)
        if answered:
            assert not (await pot.asked).own
        else:
            await asyncio.sleep(0)
        await purse.put_back(pot)
        await spend(purse, payer)
        await purse.stop()
        assert await is_counted(accounts, "0.01")


async def test_a_process_killed_between_reserving_and_settling_is_counted_by_the_one_that_takes_over(
    persistence, connect, purse, payer, accounts
):
    """R-A5: what the dead attempt may have cost stays, and the next attempt pays for its own calls."""
    async with persistence():
        dead = Purse(await connect("agent"), Prices({}, DOLLAR_A_THOUSAND), Allowance(Decimal(0)), turn_within=60)
        async with dead.reserved(payer, 0, "model", DIME):  # its settlements go nowhere: it was never started
            pass
        again = Payer(payer.user, payer.turn, 2, payer.identity)
        await spend(purse, again)
        await eventually(lambda: is_counted(accounts, "0.11"))


async def test_a_forged_token_keeps_nobody_elses_question_back(persistence, purse, payer, person, accounts):
    """R-A5, G6: questions travel together, and are refused alone."""
    forged = Payer(user=person.user, turn=uuid4(), attempt=1, identity=person.token(uuid4()))
    async with persistence():
        crowd = [spend(purse, one) for one in (payer, forged, payer, forged, payer)]
        await asyncio.gather(*crowd)
        await eventually(lambda: is_counted(accounts, "0.03"))


async def test_an_answer_that_cannot_be_read_leaves_nobody_waiting(purse, payer, bus):
    """R-A5: those who asked spend the allowance, and the next question is asked."""

    async def nonsense(message):
        await message.respond(b"nonsense")

    await bus.nats.subscribe(subjects.query(RESERVE), cb=nonsense)
    await bus.nats.flush()
    async with asyncio.timeout(5):
        await asyncio.gather(spend(purse, payer), spend(purse, payer))
        await spend(purse, payer)


async def test_a_turn_that_is_cancelled_while_it_asks_leaves_nothing_reserved(
    persistence, purse, payer, accounts, administrator
):
    """R-A5, R-M8: the question is answered all the same."""
    async with persistence():
        async with administrator.transaction():
            await administrator.execute("select persistence.hold_spending()")
            asking = asyncio.create_task(spend(purse, payer))
            await eventually(lambda: somebody_waits(administrator))
            asking.cancel()
            await asyncio.wait([asking])
        await eventually(lambda: is_counted(accounts, "0"))


async def somebody_waits(db):
    return await db.fetchval("select exists (select from pg_locks where locktype = 'advisory' and not granted)")


async def is_counted(accounts, dollars):
    return await accounted(accounts, dollars, 0)


async def accounted(accounts, spent, reserved):
    return await accounts() == (Decimal(spent), Decimal(reserved))


async def test_operators_see_the_costs_on_the_command_line(persistence, purse, payer, accounts, nats):
    """R-A5: what the month cost, by model, and how far the ceilings are."""
    async with persistence():
        await spend(purse, payer)
        await eventually(lambda: is_counted(accounts, "0.01"))
        told = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "pamctl", "costs", stdout=PIPE, env=os.environ | {"PAM_NATS_URL": nats}
        )
        said, _ = await told.communicate()
    assert told.returncode == 0
    assert "This month: $0.010000 of $3000 spent or reserved." in said.decode()
    assert "model" in said.decode()
