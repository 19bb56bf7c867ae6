"""Spending summaries: windows, sums, and the index they are read from."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.queries import expenses
from pam_tools_budget.rules import Window
from pam_tools_budget.tools.get_spending_summary import SpendingWindow

MONEY = st.decimals("0.01", "999999.99", places=2)


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


async def test_who_asks_for_one_fuel_hears_of_the_other(ledger):
    """R-D4: "fuel" counts as gas, and a rig may burn diesel."""
    await ledger.spend("118.40", "diesel")
    told = await ledger.summary(category="fuel")
    assert told.message == "You have no expenses on gas this month. On diesel it was $118.40."
    assert told.total_amount == 0
    assert (await ledger.summary(category="food")).message == "You have no expenses on food this month."


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
    assert result.message == "You have no expenses on pet in the last 7 days."
    assert (await ledger.summary()).message == "You have no expenses this month."


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


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    spent=st.lists(st.tuples(MONEY, st.dates(date(2025, 12, 1), date(2026, 5, 13))), max_size=12),
    cut=st.dates(date(2025, 12, 1), date(2026, 5, 12)),
)
async def test_two_windows_side_by_side_hold_what_the_whole_does(new_ledger, spent, cut):
    """R-D4: wherever a span of days is cut, no expense is lost and none is in both parts."""
    ledger = new_ledger()
    for amount, day in spent:
        await ledger.spend(amount, date=day)
    first = await ledger.summary(start_date=date(2025, 12, 1), end_date=cut)
    second = await ledger.summary(start_date=date.fromordinal(cut.toordinal() + 1), end_date=date(2026, 5, 13))
    assert first.total_amount + second.total_amount == sum(amount for amount, _ in spent)
    assert first.expense_count + second.expense_count == len(spent)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    zone=st.sampled_from(["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]),
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - given UTC
)
async def test_what_is_spent_now_is_in_every_current_period(new_ledger, zone, moment):
    """R-D4: also in the hours in which clocks are changed and months end, wherever the member is."""
    ledger = new_ledger(moment, zone)
    recorded = await ledger.spend("1.00")
    assert recorded.expense.date == ledger.now.astimezone(ZoneInfo(zone)).date()
    assert recorded.spent_this_month == 1
    for period in ("daily", "weekly", "monthly", "quarterly", "yearly"):
        assert (await ledger.summary(period=period)).total_amount == 1


@pytest.mark.parametrize("category", [None, "gas"])
async def test_a_summary_is_read_from_its_index_alone(new_ledger, administrator, category):
    """R-Q4: not one row of the table is looked at, however many other members have."""
    ledger = new_ledger()
    await administrator.execute(
        "insert into budget.expenses (user_id, amount, category, date)"
        " select case when n % 50 = 0 then $1 else gen_random_uuid() end, 1, 'gas', '2026-05-01'::date - n % 300"
        " from generate_series(1, 20000) as n",
        ledger.identity.user,
    )
    await administrator.execute("vacuum analyze budget.expenses")
    [scan] = await scans_of(ledger, expenses.spent_by_category, Window(date(2026, 4, 1), date(2026, 4, 30)), category)
    assert (scan["Node Type"], scan["Index Name"], scan["Heap Fetches"]) == ("Index Only Scan", "expenses_by_day", 0)
    assert "user_id = " in scan["Index Cond"]
    assert "date >= " in scan["Index Cond"]


async def scans_of(ledger, query, *values):
    """The scans of a query's plan, as the worker's own login runs it in the member's transaction."""
    async with ledger.context() as ctx:
        explained = Explained(ctx.db)
        await query(explained, *values)
    nodes = [explained.plan]
    for node in nodes:
        nodes += node.get("Plans", [])
    return [node for node in nodes if "Scan" in node["Node Type"]]


class Explained:
    """A connection that keeps the plan of what it fetches."""

    def __init__(self, db):
        self.db, self.plan = db, {}

    async def fetch(self, statement, *values):
        self.plan = (await self.db.fetchval(f"explain (analyze, format json) {statement}", *values))[0]["Plan"]
        return []
