"""Savings: what counts, in which month, and the one moment in which the guarantee is met."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pam_shared.contracts.tools import SourceKind
from pam_shared.errors import InvalidRequestError, NotFoundError
from pam_tools_budget.events import SavingConfirmed, SavingRecorded, ThresholdCrossed
from pam_tools_budget.savings import Guarantee
from pam_tools_budget.settings import BudgetSettings
from pam_tools_budget.tools.confirm_savings import confirm_savings
from pam_tools_budget.tools.get_savings_status import get_savings_status
from pam_tools_budget.tools.track_savings import track_savings

CENTS = st.decimals("0.01", "40", places=2)


async def saved(member, amount, *, confirmed=True, **more):
    return await member.run(track_savings, amount_saved=amount, category="gas", confirmed=confirmed, **more)


def crossings(member):
    return [event for event in member.events if isinstance(event, ThresholdCrossed)]


async def test_what_the_member_saved_counts_at_once(ledger):
    """R-D6: on the member's own word, to the cent."""
    first = await saved(ledger, "9.99", description="cheaper station", event_type="gas")
    assert first.message == (
        "Recorded $9.99 saved on gas. That makes $9.99 this month. $0.01 more and PAM has paid for itself."
    )
    assert (first.guarantee_met, first.crossed_threshold, first.threshold) == (False, False, 10)
    event = first.savings_event
    assert (event.amount, event.event_type, event.confirmed) == (Decimal("9.99"), "gas", True)
    assert event.saved_date == date(2026, 5, 13)
    second = await saved(ledger, "0.01")
    assert (second.monthly_total, second.guarantee_met, second.crossed_threshold) == (10, True, True)
    assert second.message.endswith("With that PAM has paid for itself: the month's $10.00 are saved!")
    third = await saved(ledger, "5")
    assert (third.guarantee_met, third.crossed_threshold) == (True, False)
    assert third.message == "Recorded $5.00 saved on gas. That makes $15.00 this month."
    assert [type(event) for event in ledger.events].count(SavingRecorded) == 3
    [crossed] = crossings(ledger)
    assert (crossed.period_start, crossed.total, crossed.threshold) == (date(2026, 5, 1), 10, 10)


async def test_pams_own_estimate_counts_once_the_member_confirms_it(ledger):
    """R-D6: the member's figure counts, not PAM's, and can be corrected."""
    guess = await saved(ledger, "50", confirmed=False)
    assert (guess.monthly_total, guess.guarantee_met) == (0, False)
    assert guess.message == (
        "I think you saved $50.00 on gas. It counts once you tell me that you did; confirmed this month: $0.00."
    )
    status = await ledger.run(get_savings_status)
    assert (status.is_empty, status.total_savings, status.savings_count) == (True, 0, 0)
    assert "$50.00 wait for your word." in status.message
    event_id = guess.savings_event.id
    low = await ledger.run(confirm_savings, event_id=event_id, actual_savings="9")
    assert low.message == "Confirmed: you saved $9.00 on gas, $9.00 in May 2026."
    assert (low.monthly_total, low.guarantee_met, low.savings_event.amount) == (9, False, 9)
    more = await ledger.run(confirm_savings, event_id=event_id, actual_savings="12")
    again = await ledger.run(confirm_savings, event_id=event_id, actual_savings="12")
    assert (more.crossed_threshold, again.crossed_threshold) == (True, False)
    nothing = await ledger.run(confirm_savings, event_id=event_id, actual_savings="0")
    assert (nothing.monthly_total, nothing.guarantee_met) == (0, False)
    assert len(crossings(ledger)) == 1
    assert [type(event) for event in ledger.events].count(SavingConfirmed) == 4


async def test_each_change_of_the_guarantee_is_noted(ledger, administrator):
    """R-D6: met, no longer met, met again: three rows, one celebration."""
    event_id = (await saved(ledger, "10")).savings_event.id
    await ledger.run(confirm_savings, event_id=event_id, actual_savings="3")
    await ledger.run(confirm_savings, event_id=event_id, actual_savings="4")
    await ledger.run(confirm_savings, event_id=event_id, actual_savings="11")
    rows = await administrator.fetch(
        "select total_savings, guarantee_met from budget.savings_guarantee_history where user_id = $1 order by id",
        ledger.identity.user,
    )
    assert [tuple(row) for row in rows] == [(10, True), (3, False), (11, True)]
    assert len(crossings(ledger)) == 1


async def test_fifty_savings_at_once_cross_the_threshold_exactly_once(new_ledger):
    """R-D6: concurrent calls lose no cent, and one of them celebrates."""
    ledger = new_ledger()
    results = await asyncio.gather(*(saved(ledger, "0.50") for _ in range(50)))
    assert sum(result.crossed_threshold for result in results) == 1
    assert max(result.monthly_total for result in results) == 25
    assert sorted(result.monthly_total for result in results) == [Decimal(n) / 2 for n in range(1, 51)]
    [crossed] = crossings(ledger)
    assert crossed.total == 10
    status = await ledger.run(get_savings_status)
    assert (status.total_savings, status.savings_count) == (25, 50)


async def test_confirmations_at_once_celebrate_once(new_ledger):
    """R-D6: the same saving confirmed by several calls is one saving."""
    ledger = new_ledger()
    event_id = (await saved(ledger, "30", confirmed=False)).savings_event.id
    confirm = (ledger.run(confirm_savings, event_id=event_id, actual_savings="30") for _ in range(20))
    results = await asyncio.gather(*confirm)
    assert sum(result.crossed_threshold for result in results) == 1
    assert {result.monthly_total for result in results} == {30}


async def test_a_saving_belongs_to_the_month_it_is_where_the_member_is(new_ledger):
    """R-D6: one second before midnight in the member's zone is still the old month."""
    before = new_ledger(datetime(2026, 12, 1, 4, 59, 59, tzinfo=UTC), "America/New_York")
    after = before.at(datetime(2026, 12, 1, 5, tzinfo=UTC), "America/New_York")
    assert (await saved(before, "10")).monthly_total == 10
    assert (await saved(after, "11")).crossed_threshold
    assert [crossing.period_start for crossing in crossings(before) + crossings(after)] == [
        date(2026, 11, 1),
        date(2026, 12, 1),
    ]
    november = await after.run(get_savings_status, month="2026-11")
    assert (november.total_savings, november.billing_period_end) == (10, date(2026, 11, 30))


async def test_an_estimate_confirmed_later_counts_in_its_own_month(new_ledger):
    """R-D6: the month is that of the saving, not of the confirmation."""
    may = new_ledger()
    guess = await saved(may, "12", confirmed=False)
    june = may.at(may.now + timedelta(days=30))
    confirmed = await june.run(confirm_savings, event_id=guess.savings_event.id, actual_savings="12")
    assert confirmed.message.startswith("Confirmed: you saved $12.00 on gas, $12.00 in May 2026.")
    assert (await june.run(get_savings_status)).total_savings == 0
    assert (await june.run(get_savings_status, month="2026-05")).guarantee_met


async def test_nobody_confirms_anybody_elses_saving(new_ledger):
    """R-T6: an id of somebody else's is not found."""
    ann, ben = new_ledger(), new_ledger()
    guess = await saved(ann, "30", confirmed=False)
    with pytest.raises(NotFoundError):
        await ben.run(confirm_savings, event_id=guess.savings_event.id, actual_savings="30")
    assert (await ann.run(get_savings_status)).total_savings == 0


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(amounts=st.lists(st.tuples(CENTS, st.booleans()), min_size=1, max_size=8))
async def test_the_months_total_is_the_sum_of_what_was_confirmed(new_ledger, amounts):
    """R-D6: to the cent, and the threshold is crossed once at most, by the saving that reaches it."""
    ledger = new_ledger()
    total, crossed = Decimal(0), False
    for amount, confirmed in amounts:
        result = await saved(ledger, amount, confirmed=confirmed)
        total += amount * confirmed
        assert result.monthly_total == total
        assert result.guarantee_met == (total >= 10)
        assert result.crossed_threshold == (total >= 10 and not crossed)
        crossed |= result.crossed_threshold
    status = await ledger.run(get_savings_status)
    assert (status.total_savings, status.savings_count) == (total, sum(said for _, said in amounts))
    assert status.savings_shortfall == max(Decimal(0), 10 - total)


async def test_the_status_has_the_fields_of_both_families(ledger):
    """R-D6: percentage above 100, shortfall never below zero."""
    await saved(ledger, "12.34")
    data = (await ledger.reply(get_savings_status)).data
    assert data == {
        "guarantee_met": True,
        "total_savings": "12.34",
        "subscription_cost": "10.00",
        "savings_shortfall": "0.00",
        "savings_count": 1,
        "savings_events_count": 1,
        "billing_period_start": "2026-05-01",
        "billing_period_end": "2026-05-31",
        "percentage_achieved": "123.4",
        "should_celebrate": True,
        "threshold": "10.00",
    }


@pytest.mark.parametrize("month", ["2026-13", "2026-5", "May", "1999-01", "2026-05-01"])
async def test_a_month_that_is_none_is_refused(ledger, month):
    """R-T3: the field is named."""
    with pytest.raises(InvalidRequestError, match="month"):
        await ledger.run(get_savings_status, month=month)


async def test_the_reply_says_whose_word_a_saving_rests_on(ledger):
    """R-A9: the member's statement and PAM's estimate are told apart."""
    said = await ledger.reply(track_savings, amount_saved=5, category="gas", confirmed=True)
    thought = await ledger.reply(track_savings, amount_saved=5, category="gas")
    assert [said.sources[0].kind, thought.sources[0].kind] == [SourceKind.MEMBER, SourceKind.ESTIMATE]


async def test_another_threshold_is_kept_to(new_ledger):
    """R-D6: one setting is the guarantee and the price."""
    ledger = new_ledger()
    ledger.resources = Guarantee(Decimal("14.00"))
    assert not (await saved(ledger, "13.99")).guarantee_met
    assert (await saved(ledger, "0.01")).crossed_threshold
    assert (await ledger.run(get_savings_status)).subscription_cost == 14


@pytest.mark.unit
def test_the_threshold_is_read_from_the_environment(monkeypatch, keys):
    """R-D6: PAM_SAVINGS_GUARANTEE_THRESHOLD, ten dollars where nothing is said; what is no price is refused."""
    known = {"postgres_url": "postgresql://x", "identity_public_key": keys.public}
    assert BudgetSettings(**known).savings_guarantee_threshold == Decimal("10.00")
    monkeypatch.setenv("PAM_SAVINGS_GUARANTEE_THRESHOLD", "14.50")
    assert BudgetSettings(**known).savings_guarantee_threshold == Decimal("14.50")
    monkeypatch.setenv("PAM_SAVINGS_GUARANTEE_THRESHOLD", "0")
    with pytest.raises(ValidationError):
        BudgetSettings(**known)


@pytest.mark.unit
@given(st.decimals("0", "99999", places=2), st.decimals("0.01", "999", places=2))
def test_the_guarantee_is_met_exactly_when_nothing_is_missing(total, threshold):
    """R-D6: guarantee, shortfall and percentage agree."""
    guarantee = Guarantee(threshold)
    assert guarantee.met(total) == (guarantee.shortfall(total) == 0)
    assert total + guarantee.shortfall(total) >= threshold
    assert (guarantee.percentage(total) >= 100) or not guarantee.met(total)
