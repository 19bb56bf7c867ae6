"""Where spending is going, and how sure that is: predictions, the health of budgets, and budgets that fit."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam_shared.contracts.tools import SourceKind
from pam_tools_budget.forecast import Trend, forecast, trend
from pam_tools_budget.rules import Standing
from pam_tools_budget.tools.analyze_budget import analyze_budget
from pam_tools_budget.tools.predict_end_of_month import predict_end_of_month
from pam_tools_budget.tools.suggest_budget_adjustment import suggest_budget_adjustment

DAILY = st.lists(st.decimals("0", "5000", places=2), min_size=1, max_size=31)


@pytest.mark.unit
@given(DAILY, st.integers(0, 30))
def test_a_forecast_is_never_below_what_is_spent_and_its_confidence_is_a_share(daily, left):
    """R-D4: spent <= likely low <= projected <= likely high, and the rate leads to the projection."""
    found = forecast(daily, len(daily) + left)
    assert found.spent_so_far == sum(daily)
    assert found.spent_so_far <= found.likely_low <= found.projected_total <= found.likely_high
    assert abs(found.projected_total - sum(daily) / len(daily) * found.days) <= Decimal("0.01")
    assert 0 <= found.confidence <= 1


@pytest.mark.unit
@given(DAILY)
def test_at_the_end_of_the_period_the_forecast_is_what_was_spent(daily):
    """R-D4: nothing is left to guess."""
    found = forecast(daily, len(daily))
    assert (found.projected_total, found.margin) == (found.spent_so_far, 0)
    assert found.early or found.confidence == 1


@pytest.mark.unit
def test_a_forecast_is_surer_the_more_even_the_days_and_the_more_of_them():
    """R-A9: confidence comes from days elapsed and variance."""
    even, uneven = [Decimal(10)] * 10, [Decimal(0)] * 9 + [Decimal(100)]
    assert forecast(even, 30).confidence > forecast(uneven, 30).confidence
    sure = [forecast([Decimal(n % 3) for n in range(days)], 30).confidence for days in (3, 9, 18, 27, 30)]
    assert sure == sorted(sure)
    assert forecast(even[:2], 30).confidence <= 0.3


@pytest.mark.unit
@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [("110", "100", "steady"), ("110.01", "100", "rising"), ("89.99", "100", "falling"), ("5", "0", "new")],
)
def test_within_a_tenth_spending_is_steady(now, before, expected):
    """R-T5: a trend is more than noise."""
    assert trend(Decimal(now), Decimal(before)) is Trend(expected)


async def test_a_month_is_projected_from_its_days_so_far(ledger):
    """R-T1: rate, projection, budget and last month's same days."""
    for day in range(1, 14):
        await ledger.spend("10", date=date(2026, 5, day))
    await ledger.spend("26", "food", date=date(2026, 5, 2))
    await ledger.spend("100", date=date(2026, 4, 13))
    await ledger.spend("999", date=date(2026, 4, 14))
    await ledger.budget("300")
    reply = await ledger.reply(predict_end_of_month)
    result = await ledger.run(predict_end_of_month)
    assert (result.days_elapsed, result.days_in_month) == (13, 31)
    gas = result.predictions["gas"]
    assert (gas.spent_so_far, gas.daily_rate, gas.projected_total) == (130, 10, 310)
    assert (gas.likely_low, gas.likely_high) == (310, 310)
    assert (gas.same_days_last_month, gas.trend) == (100, Trend.RISING)
    assert result.predictions["food"].trend is Trend.NEW
    assert result.total_projected == 310 + 62
    [budget] = result.vs_budget
    assert (budget.spent, budget.remaining, budget.status) == (310, -10, Standing.OVER)
    assert reply.confidence == result.confidence
    assert reply.sources[0].kind is SourceKind.ESTIMATE
    assert result.message.startswith("At this pace you will have spent about $372.00 by the end of the month, most")
    assert "from 13 of 31 days." in result.message
    assert result.basis.startswith("13 of 31 days, 13 of them with spending")


@pytest.mark.parametrize(("day", "early"), [(1, True), (2, True), (3, False)])
async def test_before_the_third_day_a_prediction_says_that_it_is_early(new_ledger, day, early):
    """R-A9: a guess is called one."""
    ledger = new_ledger(datetime(2026, 5, day, 12, tzinfo=UTC))
    await ledger.spend("10")
    result = await ledger.run(predict_end_of_month)
    assert ("It is early in the month" in result.message) is early
    assert not early or result.confidence <= 0.3


async def test_what_is_dated_tomorrow_is_part_of_the_projection(ledger):
    """R-D4: an expense on record is never left out of the month."""
    await ledger.spend("13", date=date(2026, 5, 14))
    assert (await ledger.run(predict_end_of_month)).predictions["gas"].spent_so_far == 13


async def test_one_category_can_be_predicted_alone_and_without_trends(ledger):
    """R-T3: the question's category is the answer's."""
    await ledger.spend("13")
    await ledger.spend("13", "food")
    result = await ledger.run(predict_end_of_month, category="fuel", include_trends=False)
    assert list(result.predictions) == ["gas"]
    assert result.predictions["gas"].trend is None
    assert "on gas" in result.message


async def test_without_expenses_there_is_nothing_to_predict(ledger):
    """R-T5: "no results" is an outcome of its own."""
    result = await ledger.run(predict_end_of_month)
    assert result.is_empty
    assert result.message == "You have no expenses this month, so there is nothing to project yet."


async def test_the_health_of_every_budget_is_told_with_what_to_do(ledger):
    """R-T1: over, nearly used up, on track, heading over, and what has no budget."""
    await ledger.budget("100")
    await ledger.budget("100", "food")
    await ledger.budget("100", "tolls")
    await ledger.budget("100", "pet")
    for amount, category in (("120", "gas"), ("91", "food"), ("10", "tolls"), ("60", "pet"), ("40", "phone")):
        await ledger.spend(amount, category)
    result = await ledger.run(analyze_budget)
    assert {row.category.value: row.status.value for row in result.budget_status} == {
        "gas": "over",
        "food": "warning",
        "tolls": "good",
        "pet": "good",
    }
    assert (result.total_spending, result.expense_count) == (321, 5)
    assert list(result.spending_by_category) == ["gas", "food", "pet", "phone", "tolls"]
    assert result.predictions["pet"] == Decimal("143.08")
    assert result.recommendations == [
        "$9.00 is left for food: about $0.50 a day for 18 days.",
        "Your gas spending is $20.00 over its budget of $100.00: hold back this month, or raise the budget.",
        "At this pace pet will cost $143.08 this month, $43.08 over its budget.",
        "$40.00 went on phone, which has no budget: I can set one.",
    ]
    assert result.message.startswith(
        "You have spent $321.00 this month. Of your budgets, 1 over, 1 nearly used up, 2 on track. $9.00 is left"
    )


async def test_an_analysis_leaves_out_what_is_not_asked_for(ledger):
    """R-T3: figures alone, and of the period asked for."""
    await ledger.budget("100", period="weekly")
    await ledger.spend("99", date=date(2026, 5, 11))
    await ledger.spend("50", date=date(2026, 5, 10))
    result = await ledger.run(analyze_budget, period="weekly", include_predictions=False, include_recommendations=False)
    assert (result.predictions, result.recommendations) == ({}, [])
    assert result.message == "You have spent $99.00 this week. Of your one budget, 1 nearly used up."


async def test_nothing_to_analyze_is_told(ledger):
    """R-T5: neither spending nor budgets."""
    result = await ledger.run(analyze_budget, period="daily")
    assert result.is_empty
    assert result.message == ("You have no daily budget and no expenses today. Tell me an amount and I will set one.")


@pytest.mark.parametrize(
    ("months", "suggestion", "sentence"),
    [
        (
            ["130", "110"],
            "increase_budget",
            (
                "Your monthly gas budget is $100.00; you spent $120.00 on average over the last 2 whole months."
                " I suggest to raise it to $120.00."
            ),
        ),
        (
            ["42.50"],
            "reduce_budget",
            (
                "Your monthly gas budget is $100.00; you spent $42.50 in the last whole month."
                " I suggest to lower it to $45.00."
            ),
        ),
        (
            ["80", "0", "100"],
            "reduce_budget",
            (
                "Your monthly gas budget is $100.00; you spent $60.00 on average over the last 3 whole months."
                " I suggest to lower it to $60.00."
            ),
        ),
        (
            ["90"],
            "budget_on_track",
            "Your monthly gas budget is $100.00; you spent $90.00 in the last whole month. It fits: leave it as it is.",
        ),
    ],
)
async def test_a_budget_is_judged_by_whole_months(ledger, months, suggestion, sentence):
    """R-T1: the month that has just begun says nothing, months before the first expense neither."""
    await ledger.budget("100")
    await ledger.spend("5000")
    for back, amount in enumerate(months):
        if Decimal(amount):
            await ledger.spend(amount, date=date(2026, 4 - back, 15))
    result = await ledger.run(suggest_budget_adjustment, category="fuel")
    assert (result.suggestion, result.message) == (suggestion, sentence)


@pytest.mark.parametrize(
    ("budget", "sentence"),
    [
        (None, "You have no gas budget yet. Tell me an amount and I will set one."),
        ("100", "I need one whole month of gas expenses to judge your budget by."),
    ],
)
async def test_without_a_budget_or_a_whole_month_nothing_is_suggested(ledger, budget, sentence):
    """R-T5: no advice without figures."""
    if budget:
        await ledger.budget(budget)
    await ledger.spend("45")
    result = await ledger.run(suggest_budget_adjustment, category="gas")
    assert (result.is_empty, result.suggestion, result.message) == (True, None, sentence)
