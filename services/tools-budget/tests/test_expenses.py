"""Expenses: amounts, days, and what a member is told of their budget and balance."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from pam_shared.errors import InvalidRequestError
from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.events import BalanceNegative, ExpenseRecorded
from pam_tools_budget.rules import Period, Standing
from pam_tools_budget.tools.create_expense import Expense
from pam_tools_budget.tools.log_income import log_income

NEW_YORK = "America/New_York"
TODAY = date(2026, 5, 13)


async def test_an_expense_is_written_down_and_its_month_is_told(ledger):
    """R-D4: the sum is the month's, of this category only."""
    await ledger.spend("1200.10", "repair")
    await ledger.spend("5.00", date=date(2026, 4, 30))
    await ledger.spend("12.34", date=date(2026, 5, 1))
    result = await ledger.spend("45.00", "fuel", description="Shell", location="Elko, NV")
    assert result.message == "Recorded $45.00 for gas. You have spent $57.34 on gas this month."
    assert result.spent_this_month == Decimal("57.34")
    written = result.expense
    assert (written.amount, written.category, written.date) == (Decimal(45), ExpenseCategory.GAS, TODAY)
    assert (written.description, written.location) == ("Shell", "Elko, NV")
    assert [type(event) for event in ledger.events] == [ExpenseRecorded] * 4
    assert ledger.events[-1].expense_id == written.id


async def test_the_day_is_said_where_it_is_not_today(ledger):
    """R-T5: a day PAM read out of "last week" can be put right by whoever sees it."""
    assert (await ledger.spend("5", date=date(2026, 5, 6))).message.startswith("Recorded $5.00 for gas on May 6. ")
    assert (await ledger.spend("5", date=TODAY)).message.startswith("Recorded $5.00 for gas. ")


async def test_large_sums_are_said_with_separators(ledger):
    """R-D4: the largest amount there is can be recorded, and the sum may be larger."""
    await ledger.spend("999999.99", "rv park")
    result = await ledger.spend("999999.99", "rv park")
    assert result.message == "Recorded $999,999.99 for RV park. You have spent $1,999,999.98 on RV park this month."


@pytest.mark.parametrize(
    ("now", "zone", "day"),
    [
        ("2026-06-01T03:59:59Z", NEW_YORK, "2026-05-31"),
        ("2026-06-01T04:00:00Z", NEW_YORK, "2026-06-01"),
        ("2026-05-31T14:59:59Z", "Asia/Tokyo", "2026-05-31"),
        ("2026-05-31T15:00:00Z", "Asia/Tokyo", "2026-06-01"),
        ("2026-11-01T03:59:59Z", NEW_YORK, "2026-10-31"),  # summer time ends at 06:00Z
        ("2026-11-01T04:00:00Z", NEW_YORK, "2026-11-01"),
        ("2026-11-02T04:59:59Z", NEW_YORK, "2026-11-01"),
        ("2026-12-01T04:59:59Z", NEW_YORK, "2026-11-30"),
        ("2026-03-08T04:59:59Z", NEW_YORK, "2026-03-07"),  # summer time begins at 07:00Z
        ("2026-03-09T03:59:59Z", NEW_YORK, "2026-03-08"),
        ("2027-01-01T04:59:59Z", NEW_YORK, "2026-12-31"),
    ],
)
async def test_an_expense_belongs_to_the_day_it_is_where_the_member_is(new_ledger, now, zone, day):
    """R-D4: the day begins in the member's zone, also on the days the clock is changed."""
    ledger = new_ledger(datetime.fromisoformat(now), zone)
    assert (await ledger.spend("1.00")).expense.date == date.fromisoformat(day)
    assert (await ledger.summary(period="daily")).total_amount == 1


async def test_the_month_turns_when_it_does_where_the_member_is(new_ledger):
    """R-D4: one second before midnight in the member's zone is still the old month."""
    before = new_ledger(datetime(2026, 12, 1, 4, 59, 59, tzinfo=UTC), NEW_YORK)
    after = before.at(datetime(2026, 12, 1, 5, tzinfo=UTC), NEW_YORK)
    assert (await before.spend("10.00")).spent_this_month == 10
    assert (await after.spend("3.00")).spent_this_month == 3
    assert (await before.summary()).total_amount == 10
    assert (await after.summary()).total_amount == 3


@pytest.mark.parametrize("days", [2, 30, 4000])
async def test_an_expense_of_the_future_is_refused(ledger, days):
    """R-T5: dates are checked; nothing is written."""
    with pytest.raises(InvalidRequestError, match="is in the future"):
        await ledger.spend("1.00", date=TODAY + timedelta(days=days))
    assert ledger.events == await ledger.audited() == []
    assert (await ledger.summary(start_date=TODAY, end_date=date(2100, 1, 1))).is_empty


async def test_tomorrows_date_is_taken_for_a_member_whose_zone_is_not_known(ledger):
    """R-T5: where the member is, it may already be tomorrow."""
    assert (await ledger.spend("1.00", date=TODAY + timedelta(days=1))).expense.date == date(2026, 5, 14)


@pytest.mark.unit
@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "1.234", "1000000", "NaN", "Infinity", "many", None])
def test_an_amount_that_is_none_is_refused(amount):
    """R-D4: 0.01 to 999,999.99, two places."""
    with pytest.raises(ValidationError):
        Expense(amount=amount, category="gas")


async def test_an_expense_tells_how_its_categorys_budget_is_doing(ledger):
    """R-T1: what is left is said once it is little, and is in the data always."""
    assert (await ledger.spend("10.00", "food")).budget_status is None
    await ledger.budget("100")
    good = await ledger.spend("79.99")
    assert (good.budget_status.status, good.budget_status.remaining) == (Standing.GOOD, Decimal("20.01"))
    assert good.message == "Recorded $79.99 for gas. You have spent $79.99 on gas this month."
    near = await ledger.spend("10.01")
    assert near.message.endswith(" That is 90.0% of your monthly budget of $100.00, $10.00 left.")
    over = await ledger.spend("30")
    assert (over.budget_status.status, over.budget_status.percent_used) == (Standing.OVER, 120)
    assert over.message.endswith(" That is 120.0% of your monthly budget of $100.00, $20.00 over.")


async def test_the_monthly_budget_speaks_for_its_category(ledger):
    """R-T1: of several periods the month, else the shortest; each counts its own days."""
    await ledger.spend("5", date=date(2026, 5, 4))
    await ledger.budget("20", period="yearly")
    await ledger.budget("10", period="weekly")
    weekly = (await ledger.spend("1")).budget_status
    assert (weekly.period, weekly.spent) == (Period.WEEKLY, 1)
    await ledger.budget("40")
    monthly = (await ledger.spend("1")).budget_status
    assert (monthly.period, monthly.spent) == (Period.MONTHLY, 7)


async def test_the_expense_that_exceeds_the_months_income_alerts_once(ledger):
    """R-D4: a negative balance alerts, when it comes to be negative and not before or after."""
    await ledger.spend("500", "food")
    await ledger.run(log_income, amount=600, source="workamping")
    await ledger.spend("100", "food")
    await ledger.spend("900", "repair", date=date(2026, 4, 30))
    assert not [event for event in ledger.events if isinstance(event, BalanceNegative)]
    told = await ledger.spend("0.01", "food")
    assert told.message.endswith(" With that you have spent $0.01 more this month than the $600.00 you earned.")
    await ledger.spend("50", "food")
    [alert] = [event for event in ledger.events if isinstance(event, BalanceNegative)]
    assert (alert.period_start, alert.income, alert.balance) == (date(2026, 5, 1), 600, Decimal("-0.01"))


async def test_without_income_on_record_nothing_is_called_negative(ledger):
    """R-D4: a member who records no income is not alarmed by every expense."""
    assert "earned" not in (await ledger.spend("5000", "repair")).message
    assert [type(event) for event in ledger.events] == [ExpenseRecorded]
