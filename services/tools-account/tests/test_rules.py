"""What the shop charges, how orders are numbered, which days a period has, which languages there are."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam_shared.errors import InvalidRequestError
from pam_tools_account.languages import language_code
from pam_tools_account.periods import Period, days_of
from pam_tools_account.rules import ORDER_NUMBERS, Terms, check_model_year, order_number, totals
from pam_tools_account.sentences import listed, many, switched

pytestmark = pytest.mark.unit

CENTS = st.integers(1, 99_999_999)
LINES = st.lists(st.tuples(CENTS, st.integers(1, 100)), min_size=1, max_size=10)
DAYS = st.dates(date(1970, 1, 1), date(2199, 12, 31))


@given(LINES, st.integers(0, 5000), st.integers(0, 10_000), st.integers(0, 100_000))
def test_totals_agree_with_whole_cents(lines, tax_basis_points, shipping, free_from):
    """R-D4: reckoned in integers, nothing is lost: half a cent of tax counts as one."""
    terms = Terms(Decimal(tax_basis_points) / 100, Decimal(shipping) / 100, Decimal(free_from) / 100)
    found = totals([(Decimal(cents) / 100, quantity) for cents, quantity in lines], terms)
    subtotal = sum(cents * quantity for cents, quantity in lines)
    tax = (subtotal * tax_basis_points + 5000) // 10_000
    posted = 0 if subtotal >= free_from else shipping
    assert [found.subtotal * 100, found.tax * 100, found.shipping * 100] == [subtotal, tax, posted]
    assert found.total * 100 == subtotal + tax + posted


@given(LINES)
def test_the_order_of_lines_changes_no_cent(lines):
    """R-D4: tax is rounded once, for the whole order."""
    terms = Terms(Decimal("8.25"), Decimal("9.95"), Decimal(100))
    forth = [(Decimal(cents) / 100, quantity) for cents, quantity in lines]
    assert totals(forth, terms) == totals(reversed(forth), terms)
    whole = sum((price * quantity for price, quantity in forth), Decimal(0))
    assert totals(forth, terms).tax == (whole * terms.tax_percent / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_nothing_costs_nothing():
    """R-D4: no shipping for an empty cart."""
    nothing = totals([], Terms(Decimal(8), Decimal("9.95"), Decimal(100)))
    assert (nothing.subtotal, nothing.tax, nothing.shipping, nothing.total) == (0, 0, 0, 0)


@given(st.integers(1, ORDER_NUMBERS - 1), st.integers(1, ORDER_NUMBERS - 1))
def test_two_orders_never_share_a_number(one, other):
    """R-T1: short and unique."""
    assert (order_number(one) == order_number(other)) == (one == other)
    assert len(order_number(one)) == 10


def test_order_numbers_tell_no_count():
    """R-T1: neighbours do not look like it."""
    first, second = order_number(1), order_number(2)
    assert sum(a != b for a, b in zip(first, second, strict=True)) >= 4
    assert not set("ILOU") & set("".join(order_number(n)[4:] for n in range(1000)))


@given(DAYS)
def test_a_period_ends_today_and_begins_on_its_first_day(today):
    """R-D4: the current week from Monday, the month and the year from their first."""
    assert days_of(Period.WEEK, today).start.weekday() == 0
    assert today - days_of(Period.WEEK, today).start < timedelta(days=7)
    assert days_of(Period.MONTH, today).start == date(today.year, today.month, 1)
    assert days_of(Period.YEAR, today).start == date(today.year, 1, 1)
    assert all(days_of(period, today).end == today for period in Period)


@pytest.mark.parametrize(
    ("given_as", "code"), [("en", "en"), ("EN", "en"), ("en-us", "en-US"), ("fr_CA", "fr-CA"), ("zh-TW", "zh-TW")]
)
def test_a_language_is_written_one_way(given_as, code):
    """R-T5: however it was said."""
    assert language_code(given_as) == code


@pytest.mark.parametrize("given_as", ["xx", "e", "eng", "en-", "en-USA", "1n", "English", "en US", "\uff45\uff4e"])
def test_what_is_no_language_is_refused_with_an_example(given_as):
    """R-T3: the field is named and a right value shown."""
    with pytest.raises(InvalidRequestError, match=r"^language: .* use one such as en, es or fr-CA"):
        language_code(given_as)


def test_a_model_year_is_at_most_next_years():
    """R-T5: next year's models are sold this year."""
    check_model_year("year", 2027, date(2026, 1, 1))
    check_model_year("year", None, date(2026, 1, 1))
    with pytest.raises(InvalidRequestError, match=r"^year: 2028 is too late; model years end with 2027"):
        check_model_year("year", 2028, date(2026, 12, 31))


def test_lists_counts_and_switches_are_said_as_people_do():
    """R-T5: sentences read like sentences."""
    assert [listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert [many(1, "order"), many(1200, "order")] == ["1 order", "1,200 orders"]
    assert switched({"theme": "dark", "budget_alerts": False}) == "theme: dark, budget alerts: off"
