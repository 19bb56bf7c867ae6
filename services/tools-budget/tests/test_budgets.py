"""Budgets, and spending beside them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.events import BudgetSet
from pam_tools_budget.rules import Period, Standing
from pam_tools_budget.tools.update_budget import NewBudget


@pytest.mark.unit
@pytest.mark.parametrize("amount", ["0", "-5", "100000.01", "0.001"])
def test_a_budget_that_is_none_is_refused(amount):
    """R-D4: budgets end at 100,000."""
    with pytest.raises(ValidationError):
        NewBudget(amount=amount, category="gas")


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


async def test_the_categories_of_budgets_are_those_of_expenses(administrator):
    """R-D3: the table operators read and the words members use are one list."""
    rows = await administrator.fetch("select name, label from budget.budget_categories")
    assert {row["name"]: row["label"] for row in rows} == {one.value: one.spoken for one in ExpenseCategory}


async def test_operators_see_each_budget_with_what_is_spent_of_it(new_ledger, administrator):
    """R-D3: budget_summary counts the current period."""
    ledger = new_ledger(now=None)
    for period in Period:
        await ledger.budget("100", period=period)
    await ledger.spend("30")
    await ledger.spend("500", "food")
    await ledger.spend("70", date=ledger_day(-400))
    rows = await administrator.fetch("select * from budget.budget_summary where user_id = $1", ledger.identity.user)
    assert {row["period"] for row in rows} == {period.value for period in Period}
    assert {(row["name"], row["total_spent"], row["total_remaining"]) for row in rows} == {("gas", 30, 70)}


def ledger_day(offset):
    return datetime.now(UTC).date() + timedelta(days=offset)
