"""What the rules read from a sentence: amounts, windows, categories."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam_agent.rules.amounts import amounts_in
from pam_agent.rules.categories import category_in
from pam_agent.rules.durations import days_in
from pam_agent.rules.numerals import in_digits
from pam_agent.rules.routing import route
from pam_tools_budget.tools.create_expense import create_expense
from tests.eval.measure import manifests

pytestmark = pytest.mark.unit

EXPENSE = create_expense.manifest("budget")


@given(st.decimals(min_value="0.01", max_value="999999.99", places=2), st.booleans(), st.booleans())
def test_every_amount_a_member_may_spend_is_read_back(amount, thousands, sign):
    """R-D4: 0.01 to 999,999.99, with or without separators and a dollar sign."""
    written = f"{amount:,}" if thousands else f"{amount}"
    assert amounts_in(f"I spent {'$' if sign else ''}{written} on gas") == [f"{amount}"]


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("oil change due, last one at 62,300", []),
        ("the odometer is at about 61000", []),
        ("bought the chairs at 120", ["120"]),
        ("sold the generator for 350, it was a Honda 2200", ["350"]),
        ("groceries at Walmart 56", ["56"]),
        ("a Honda 2200 for $900", ["900"]),
    ],
)
def test_what_an_odometer_showed_and_the_name_of_a_model_are_no_money(text, amounts):
    """R-A4: rather empty-handed than a wrong figure in the books."""
    assert amounts_in(text) == amounts


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("filled up 52 gallons of diesel at 3.89, odometer 48210", 202.28),
        ("filled 20 gallons at 4, odometer 48210", 80),
        ("filled up 30 gallons for 118.40, odometer 48210", 118.4),
    ],
)
def test_what_a_gallon_cost_is_not_what_the_fill_up_cost(text, cost):
    """R-A4: no fuel is that cheap."""
    found = route(text, list(manifests()), datetime(2026, 5, 13, tzinfo=UTC))
    assert [(call.tool, call.arguments["cost"]) for call in found.calls] == [("log_fuel", cost)]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("the last 7 days", 7),
        ("the past 2 weeks", 14),
        ("last 3 months", 90),
        ("the last 9999 days", 365),
        ("the last day", None),
        ("7 days", None),
        ("the past two weeks", 14),
    ],
)
def test_a_window_is_read_in_days(text, days):
    """R-A4: windows as members say them."""
    assert days_in(in_digits(text)) == days


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("at the rv park", "rv_park"),
        ("some wifi", "internet"),
        ("eating out", "restaurant"),
        ("two campsites", "campground"),
        ("groceries", "groceries"),
        ("a gasket", None),
        ("other", None),
        ("", None),
    ],
)
def test_a_category_is_read_through_the_words_of_the_tools_own_schema(text, category):
    """R-A4: the agent knows no categories; the worker's manifest does."""
    assert category_in(text, EXPENSE) == category
