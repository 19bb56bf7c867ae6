"""Where a member could save and seems to have saved, from their own expenses alone."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.opportunities import TIPS, detected, opportunities
from pam_tools_budget.queries.expenses import Expense
from pam_tools_budget.tools.find_savings_opportunities import find_savings_opportunities
from pam_tools_budget.tools.get_savings_status import get_savings_status
from pam_tools_budget.tools.track_savings import track_savings

TODAY = date(2026, 5, 13)


def paid(amount, days_ago, category="gas"):
    when = TODAY - timedelta(days=days_ago)
    return Expense(uuid4(), Decimal(amount), ExpenseCategory(category), None, when, None)


EXPENSES = st.builds(
    paid,
    st.decimals("0.01", "500", places=2),
    st.integers(0, 119),
    st.sampled_from(["gas", "food", "rv_park", "phone"]),
)


@pytest.mark.unit
@given(st.lists(EXPENSES, max_size=40))
def test_nobody_could_save_more_than_was_spent(expenses):
    """R-T5: each opportunity is a part of the last 30 days' spending, on something a member can choose."""
    for one in opportunities(expenses, TODAY):
        spent = sum(each.amount for each in expenses if each.category is one.category and each.date > date(2026, 4, 13))
        assert 0 < one.potential_savings <= spent
        assert one.category in TIPS


@pytest.mark.unit
@given(st.lists(EXPENSES, max_size=40))
def test_what_looks_like_a_saving_is_below_the_usual_and_in_the_last_thirty_days(expenses):
    """R-D6: the amount detected is never more than the mean less what was paid."""
    for one in detected(expenses, TODAY):
        assert one.category in {ExpenseCategory.GAS, ExpenseCategory.RV_PARK}
        assert one.date > TODAY - timedelta(days=30)
        assert 1 <= one.amount < 500


@pytest.mark.unit
@pytest.mark.parametrize(
    ("category", "price", "found"),
    [
        ("gas", "95", False),
        ("gas", "94.99", True),
        ("campground", "80", False),
        ("campground", "79.99", True),
        ("food", "1", False),
    ],
)
def test_fuel_below_95_and_camping_below_80_percent_of_the_mean_is_detected(category, price, found):
    """R-D6: the thresholds hold to the cent, against the 90 days before."""
    usual = [paid("100", days_ago, category) for days_ago in (10, 40, 90)]
    old = [paid("1", 95, category)]
    assert bool(detected([paid(price, 1, category), *usual, *old], TODAY)) is found


@pytest.mark.unit
def test_two_earlier_expenses_are_too_few_for_a_mean():
    """R-T5: nothing is made of too little."""
    assert detected([paid("10", 1), paid("100", 20), paid("100", 30)], TODAY) == []
    assert opportunities([paid("10", 1), paid("100", 20), paid("10", 30)], TODAY) == []


@pytest.mark.unit
def test_spending_that_rose_is_an_opportunity_with_its_figures():
    """R-T1: measured against the member's own two months before."""
    [one] = opportunities([paid("300", 5, "food"), paid("100", 40, "food"), paid("140", 70, "food")], TODAY)
    assert (one.category, one.potential_savings) == (ExpenseCategory.FOOD, 180)
    assert one.basis == "$300.00 for food in the last 30 days, $120.00 on average in 30 days before."


@pytest.mark.unit
def test_expenses_above_the_members_usual_price_are_an_opportunity():
    """R-T1: the median is the usual, so one dear night does not make the next ones cheap."""
    usual = [paid("40", days_ago, "rv_park") for days_ago in (9, 35, 45, 50, 63, 70, 75)]
    [one] = opportunities([paid("90", 2, "rv_park"), *usual], TODAY)
    assert (one.potential_savings, one.basis) == (
        50,
        "one RV park expense of the last 30 days above $40.00, your usual.",
    )


async def spend_as_usual(ledger, category, *amounts):
    for back, amount in enumerate(amounts):
        await ledger.spend(amount, category, date=TODAY - timedelta(days=7 * back))


async def test_opportunities_are_told_the_largest_first_with_their_basis(ledger):
    """R-T1: the total is the sum of what is suggested."""
    await spend_as_usual(ledger, "restaurant", "60", "20", "20", "20", "20")
    await spend_as_usual(ledger, "gas", "130", "60", "60", "60", "60")
    result = await ledger.run(find_savings_opportunities)
    assert [(row.category.value, row.potential_savings) for row in result.suggestions] == [
        ("gas", 70),
        ("restaurant", 40),
    ]
    assert result.total_potential_savings == 110
    assert result.message.startswith(
        "About $70.00 a month on gas: one gas expense of the last 30 days above $60.00, your usual. Compare prices"
    )
    only = await ledger.run(find_savings_opportunities, categories=["dining"])
    assert [row.category.value for row in only.suggestions] == ["restaurant"]
    large = await ledger.run(find_savings_opportunities, min_savings=50)
    assert (len(large.suggestions), large.total_potential_savings) == (1, 70)


async def test_what_looks_like_a_saving_is_asked_about_and_never_recorded(ledger):
    """R-D6: detection suggests; the member decides."""
    await spend_as_usual(ledger, "gas", "45", "60", "60", "60")
    result = await ledger.run(find_savings_opportunities)
    [found] = result.detected_savings
    assert (found.amount, found.event_type, found.date) == (15, "gas", TODAY)
    assert found.basis == (
        "$45.00 for gas on May 13, 2026 is 25% below $60.00, the mean of the 3 in the 90 days before;"
        " it may also just have been less of it."
    )
    assert "You may have saved $15.00" in result.message
    assert (await ledger.run(get_savings_status)).total_savings == 0
    await ledger.run(track_savings, amount_saved=15, category="gas", event_type="gas", confirmed=True)
    assert (await ledger.run(find_savings_opportunities)).detected_savings == []


async def test_expenses_that_show_nothing_and_no_expenses_are_told_apart(ledger):
    """R-T5: "no results" says what was looked at."""
    nothing = await ledger.run(find_savings_opportunities)
    assert nothing.is_empty
    assert nothing.message.startswith("You have no expenses of the last 120 days")
    await ledger.spend("45")
    plain = await ledger.run(find_savings_opportunities)
    assert plain.is_empty
    assert plain.message == "I looked through your expenses of the last 120 days and found nothing that stands out."
