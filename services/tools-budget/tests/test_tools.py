"""The four tools on their own database: amounts, sentences, calendars, and the row every calculation leaves."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pam_shared.errors import InvalidRequestError
from pam_shared.postgres.pool import member_transaction
from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.events import BudgetSet, ExpenseRecorded
from pam_tools_budget.rules import Period, Standing
from pam_tools_budget.tools.create_expense import Expense
from pam_tools_budget.tools.get_spending_summary import SpendingWindow
from pam_tools_budget.tools.update_budget import NewBudget

NEW_YORK = "America/New_York"
TODAY = date(2026, 5, 13)
MONEY = st.decimals("0.01", "999999.99", places=2)


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


@pytest.mark.unit
@pytest.mark.parametrize("amount", ["0", "-5", "100000.01", "0.001"])
def test_a_budget_that_is_none_is_refused(amount):
    """R-D4: budgets end at 100,000."""
    with pytest.raises(ValidationError):
        NewBudget(amount=amount, category="gas")


@pytest.mark.unit
@pytest.mark.parametrize(
    "asked",
    [
        {"days": 0},
        {"days": 366},
        {"end_date": "2026-05-01"},
        {"start_date": "2026-05-02", "end_date": "2026-05-01"},
        {"period": "hourly"},
        {"month": 5},
    ],
)
def test_a_window_that_is_none_is_refused(asked):
    """R-T3: arguments are checked before the call."""
    with pytest.raises(ValidationError):
        SpendingWindow(**asked)


async def test_a_summary_tells_the_total_the_average_and_each_category(ledger):
    """R-D4: the dearest first, the average over the days that have passed."""
    await ledger.spend("30.00", "gas", date=date(2026, 5, 1))
    await ledger.spend("15.50", "fuel")
    await ledger.spend("84.51", "groceries")
    result = await ledger.summary()
    assert (result.period_days, result.expense_count, result.total_amount) == (31, 3, Decimal("130.01"))
    assert result.daily_average == Decimal("10.00")  # 130.01 over 13 days is 10.0008
    found = [(category.value, row.total, row.count) for category, row in result.by_category.items()]
    assert found == [("groceries", Decimal("84.51"), 1), ("gas", Decimal("45.50"), 2)]
    assert result.message == "You have spent $130.01 this month: $84.51 on groceries, $45.50 on gas."


async def test_an_average_is_rounded_half_up_to_the_cent(ledger):
    """R-D4: half a cent counts as one."""
    await ledger.spend("0.01")
    assert (await ledger.summary(days=2)).daily_average == Decimal("0.01")


@pytest.mark.parametrize(
    ("asked", "days", "sentence"),
    [
        ({"period": "daily"}, 1, "You have spent $1.00 today, all of it on gas."),
        ({"days": 1}, 1, "You have spent $1.00 today, all of it on gas."),
        ({"period": "weekly", "category": "fuel"}, 7, "You have spent $1.00 on gas this week."),
        ({"period": "quarterly"}, 91, "You have spent $11.00 this quarter: $10.00 on food, $1.00 on gas."),
        ({"period": "yearly"}, 365, "You have spent $111.00 this year: $110.00 on food, $1.00 on gas."),
        ({"days": 30}, 30, "You have spent $11.00 in the last 30 days: $10.00 on food, $1.00 on gas."),
        (
            {"start_date": "2026-01-01", "end_date": "2026-03-31", "days": 1},
            90,
            "You have spent $100.00 from 2026-01-01 to 2026-03-31, all of it on food.",
        ),
        ({"start_date": "2026-05-13"}, 1, "You have spent $1.00 from 2026-05-13 to today, all of it on gas."),
    ],
)
async def test_a_summary_covers_exactly_the_days_asked_for(ledger, asked, days, sentence):
    """R-D4: the first and the last day of a window count, those beside it do not."""
    await ledger.spend("100.00", "food", date=date(2026, 3, 31))
    await ledger.spend("10.00", "food", date=date(2026, 4, 14))
    await ledger.spend("1.00", "gas")
    await ledger.spend("1000.00", "food", date=date(2025, 12, 31))
    result = await ledger.summary(**asked)
    assert (result.period_days, result.message) == (days, sentence)


async def test_a_member_who_spent_nothing_is_told_so(ledger):
    """R-T5: "no results" is an outcome of its own, and zero is not an error."""
    result = await ledger.summary(category="pets", days=7)
    assert (result.is_empty, result.total_amount, result.daily_average) == (True, 0, 0)
    assert result.message == "I have no expenses on pet in the last 7 days."
    assert (await ledger.summary()).message == "I have no expenses this month."


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(amounts=st.lists(st.tuples(MONEY, st.sampled_from(ExpenseCategory)), min_size=1, max_size=12))
async def test_a_summarys_total_is_the_sum_of_what_was_recorded_to_the_cent(new_ledger, amounts):
    """R-D4: no cent is lost or made, in the total or in any category."""
    ledger = new_ledger()
    for amount, category in amounts:
        await ledger.spend(amount, category)
    result = await ledger.summary()
    assert result.total_amount == sum(amount for amount, _ in amounts)
    assert result.expense_count == len(amounts)
    for category, row in result.by_category.items():
        assert row.total == sum(amount for amount, its in amounts if its is category)
    totals = [row.total for row in result.by_category.values()]
    assert totals == sorted(totals, reverse=True)


async def test_a_budget_is_created_once_for_each_period_and_then_changed(ledger):
    """R-T1: one budget for a category and period."""
    created = await ledger.budget("300")
    assert (created.action, created.message) == ("created", "Your monthly gas budget is $300.00.")
    weekly = await ledger.budget("80", period="weekly")
    assert (weekly.action, weekly.message) == ("created", "Your weekly gas budget is $80.00.")
    updated = await ledger.budget("350.50", "petrol")
    assert (updated.action, updated.message) == ("updated", "Your monthly gas budget is now $350.50.")
    monthly = (await ledger.compare()).comparisons
    assert [(row.category, row.budgeted) for row in monthly] == [(ExpenseCategory.GAS, Decimal("350.50"))]
    assert [row.budgeted for row in (await ledger.compare(period="weekly")).comparisons] == [80]
    assert [type(event) for event in ledger.events] == [BudgetSet] * 3


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, "You have no monthly budget yet. Tell me an amount and I will set one."),
        (
            {"category": "fuel", "period": "yearly"},
            "You have no yearly gas budget yet. Tell me an amount and I will set one.",
        ),
    ],
)
async def test_without_a_budget_there_is_nothing_to_compare(ledger, asked, sentence):
    """R-T5: spending without a budget is "no results", not a failure."""
    await ledger.spend("45.00")
    await ledger.budget("10", "gas", period="weekly")
    result = await ledger.compare(**asked)
    assert (result.is_empty, result.comparisons, result.message) == (True, [], sentence)


@pytest.mark.parametrize(
    ("spent", "standing", "sentence"),
    [
        ("79.99", Standing.GOOD, "Gas: $79.99 of $100.00 (80.0%) this month, $20.01 left."),
        ("80", Standing.WARNING, "Gas: $80.00 of $100.00 (80.0%) this month, $20.00 left."),
        ("100", Standing.WARNING, "Gas: $100.00 of $100.00 (100.0%) this month, $0.00 left."),
        ("1250.5", Standing.OVER, "Gas: $1,250.50 of $100.00 (1250.5%) this month, $1,150.50 over."),
    ],
)
async def test_a_comparison_says_what_is_left_or_over(ledger, spent, standing, sentence):
    """R-D4: what is left is the budget less what was spent, to the cent."""
    await ledger.budget("100")
    await ledger.spend(spent)
    await ledger.spend("7", "food")
    result = await ledger.compare()
    [row] = result.comparisons
    assert (row.status, row.difference, row.spent) == (standing, 100 - Decimal(spent), Decimal(spent))
    assert result.message == sentence


async def test_each_period_is_compared_with_what_was_spent_in_it(ledger):
    """R-D4: a weekly budget knows nothing of last week."""
    for period in Period:
        await ledger.budget("1000", "food", period=period)
    for amount, day in ((1, (5, 13)), (10, (5, 11)), (100, (5, 1)), (200, (4, 1)), (300, (1, 1))):
        await ledger.spend(amount, "food", date=date(2026, *day))
    spent = {period.value: (await ledger.compare(period=period)).comparisons[0].spent for period in Period}
    assert spent == {"daily": 1, "weekly": 11, "monthly": 111, "quarterly": 311, "yearly": 611}


async def test_a_comparison_names_categories_as_they_are_said(ledger):
    """R-T5: a sentence for the member is a sentence."""
    await ledger.budget("100", "rv park")
    await ledger.spend("45", "rv park")
    assert (await ledger.compare()).message == "RV park: $45.00 of $100.00 (45.0%) this month, $55.00 left."


async def test_a_comparison_of_one_category_leaves_the_others_out(ledger):
    """R-T3: the question's category is the answer's."""
    await ledger.budget("100", "food")
    await ledger.budget("50", "gas")
    assert [row.category for row in (await ledger.compare(category="fuel")).comparisons] == [ExpenseCategory.GAS]
    assert [row.category.value for row in (await ledger.compare()).comparisons] == ["food", "gas"]


async def test_nobodys_money_is_in_anybody_elses_sum(new_ledger):
    """G6: expenses and budgets are their member's alone."""
    ann, ben = new_ledger(), new_ledger()
    await ann.spend("500")
    await ann.budget("10")
    assert (await ben.summary()).is_empty
    assert (await ben.compare()).is_empty
    assert (await ben.spend("1")).spent_this_month == 1
    assert (await ben.budget("20")).action == "created"
    assert (await ann.compare()).comparisons[0].budgeted == 10
    assert [operation for operation, *_ in await ben.audited()][-2:] == ["create_expense", "update_budget"]


async def test_every_calculation_leaves_one_row(ledger):
    """R-D4: operation, what went in and what came out."""
    await ledger.spend("45.10", "fuel")
    await ledger.budget("300")
    await ledger.summary(days=7)
    await ledger.compare()
    spend, budget, summary, compare = await ledger.audited()
    assert spend[0] == "create_expense"
    assert (spend[1]["amount"], spend[1]["category"], spend[2]) == ("45.10", "gas", {"total": "45.10"})
    assert budget[0] == "update_budget"
    assert budget[2] == {"category": "gas", "amount": "300.00", "period": "monthly"}
    assert (summary[0], summary[1]["days"], summary[2]["total_amount"]) == ("get_spending_summary", 7, "45.10")
    assert (compare[0], compare[2]["comparisons"][0]["difference"]) == ("compare_vs_budget", "254.90")


@pytest.mark.parametrize(
    "statement",
    [
        "update financial_audit_log set result = '{}'",
        "delete from financial_audit_log",
        "truncate financial_audit_log",
        "drop table financial_audit_log",
        "alter table financial_audit_log disable row level security",
    ],
)
async def test_what_was_calculated_stays(ledger, pool, statement):
    """R-D4, R-S6: the worker's own login can add to the financial audit log and nothing else."""
    await ledger.spend("1")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with member_transaction(pool, ledger.person.user) as db:
            await db.execute(statement)
    assert len(await ledger.audited()) == 1


async def test_no_row_can_be_written_in_anybody_elses_name(new_ledger, pool):
    """G6: row-level security refuses what a wrong query would do."""
    ann, ben = new_ledger(), new_ledger()
    for statement in (
        "insert into expenses (user_id, amount, category, date) values ($1, 1, 'gas', '2026-05-13')",
        "insert into budgets (user_id, amount, category, period) values ($1, 1, 'gas', 'monthly')",
        "insert into financial_audit_log (user_id, operation, inputs, result) values ($1, 'theft', '{}', '{}')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with member_transaction(pool, ben.person.user) as db:
                await db.execute(statement, ann.person.user)
    assert await ann.audited() == []
