"""Periods in the calendar, and how a budget is doing."""

import itertools
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam_tools_budget.rules import (
    Period,
    Standing,
    Window,
    better_budget,
    last_days,
    monthly,
    percent_used,
    previous,
    same_days_last_month,
    standing,
    touched,
    window_of,
)

pytestmark = pytest.mark.unit

DAYS = st.dates(date(1970, 1, 1), date(2199, 12, 31))
PERIODS = st.sampled_from(Period)
MONEY = st.decimals("0.01", "999999.99", places=2)
ONE_DAY = timedelta(days=1)
LENGTHS = {
    Period.DAILY: {1},
    Period.WEEKLY: {7},
    Period.MONTHLY: {28, 29, 30, 31},
    Period.QUARTERLY: {90, 91, 92},
    Period.YEARLY: {365, 366},
}


@given(PERIODS, DAYS)
def test_a_periods_window_contains_today_and_is_as_long_as_the_period(period, today):
    """R-D4: nothing spent today is left out of the current period."""
    window = window_of(period, today)
    assert window.start <= today <= window.end
    assert window.days in LENGTHS[period]


@given(PERIODS, DAYS)
def test_periods_follow_each_other_without_gap_or_overlap(period, today):
    """R-D4: every expense belongs to exactly one period."""
    window = window_of(period, today)
    assert window_of(period, window.start) == window_of(period, window.end) == window
    assert window_of(period, window.end + ONE_DAY).start == window.end + ONE_DAY
    assert window_of(period, window.start - ONE_DAY).end == window.start - ONE_DAY


@given(DAYS)
def test_quarters_and_years_begin_and_end_with_months(today):
    """R-D4: months add up to quarters, and quarters to years."""
    for period, months in ((Period.QUARTERLY, (1, 4, 7, 10)), (Period.YEARLY, (1,))):
        window = window_of(period, today)
        assert (window.start.day, window.start.month in months) == (1, True)
        assert window_of(Period.MONTHLY, window.end).end == window.end


@pytest.mark.parametrize(
    ("period", "today", "start", "end"),
    [
        ("daily", "2026-12-31", "2026-12-31", "2026-12-31"),
        ("weekly", "2026-05-11", "2026-05-11", "2026-05-17"),
        ("weekly", "2026-05-17", "2026-05-11", "2026-05-17"),
        ("weekly", "2027-01-01", "2026-12-28", "2027-01-03"),
        ("monthly", "2026-02-28", "2026-02-01", "2026-02-28"),
        ("monthly", "2028-02-29", "2028-02-01", "2028-02-29"),
        ("monthly", "2100-02-28", "2100-02-01", "2100-02-28"),
        ("monthly", "2026-12-31", "2026-12-01", "2026-12-31"),
        ("quarterly", "2026-03-31", "2026-01-01", "2026-03-31"),
        ("quarterly", "2026-04-01", "2026-04-01", "2026-06-30"),
        ("quarterly", "2026-09-30", "2026-07-01", "2026-09-30"),
        ("quarterly", "2026-10-01", "2026-10-01", "2026-12-31"),
        ("quarterly", "2026-12-31", "2026-10-01", "2026-12-31"),
        ("yearly", "2026-01-01", "2026-01-01", "2026-12-31"),
        ("yearly", "2028-12-31", "2028-01-01", "2028-12-31"),
    ],
)
def test_a_period_begins_and_ends_on_the_calendars_edges(period, today, start, end):
    """R-D4: quarter ends, year ends and leap days are in the period they belong to."""
    window = window_of(Period(period), date.fromisoformat(today))
    assert window == Window(date.fromisoformat(start), date.fromisoformat(end))


@given(st.integers(1, 365), DAYS)
def test_the_last_days_end_today_and_are_as_many_as_asked(days, today):
    """R-D4: "the last seven days" are seven, today included."""
    window = last_days(days, today)
    assert (window.end, window.days) == (today, days)


@pytest.mark.parametrize(
    ("spent", "expected"),
    [
        ("0", Standing.GOOD),
        ("79.99", Standing.GOOD),
        ("80", Standing.WARNING),
        ("100", Standing.WARNING),
        ("100.01", Standing.OVER),
    ],
)
def test_a_budget_warns_from_eighty_percent_and_is_over_above_its_amount(spent, expected):
    """R-D4: the thresholds hold to the cent."""
    assert standing(Decimal(spent), Decimal(100)) is expected


@given(MONEY, MONEY)
def test_standing_and_percentage_agree_with_the_amounts(spent, budgeted):
    """R-D4: a budget is over exactly when more was spent than it holds."""
    assert (standing(spent, budgeted) is Standing.OVER) == (spent > budgeted)
    assert abs(percent_used(spent, budgeted) - spent * 100 / budgeted) <= Decimal("0.05")


@pytest.mark.parametrize(
    ("spent", "budgeted", "percent"),
    [("0", "50", "0.0"), ("1", "3", "33.3"), ("2", "3", "66.7"), ("90", "60", "150.0")],
)
def test_the_share_used_is_told_with_one_place(spent, budgeted, percent):
    """R-D4: percentages are short enough to be said."""
    assert str(percent_used(Decimal(spent), Decimal(budgeted))) == percent


@given(PERIODS, DAYS, st.integers(1, 5))
def test_the_periods_before_lead_up_to_the_current_one_without_gap(period, today, count):
    """R-D4: "the last three whole months" are three, and end the day before this one begins."""
    windows = [window_of(period, today), *previous(period, today, count)]
    assert len(windows) == count + 1
    for later, earlier in itertools.pairwise(windows):
        assert earlier.end + ONE_DAY == later.start
        assert earlier == window_of(period, earlier.start)


@given(PERIODS, DAYS, st.integers(0, 800))
def test_the_periods_a_window_touches_are_those_found_by_walking_through_it(period, start, length):
    """R-D4: a report over three months holds three monthly budgets."""
    window = Window(start, start + length * ONE_DAY)
    found, day = 0, window.start
    while day <= window.end:
        found, day = found + 1, window_of(period, day).end + ONE_DAY
    assert touched(period, window) == found


@pytest.mark.parametrize(
    ("typical", "budgeted", "better"),
    [
        ("100", "100", None),
        ("70", "100", None),
        ("100.01", "100", "105"),
        ("69.99", "100", "70"),
        ("0.50", "100", "5"),
        ("0.50", "4", None),
        ("4.50", "3", "5"),
        ("200000", "90000", "100000"),
        ("200000", "100000", None),
    ],
)
def test_a_budget_is_changed_only_where_that_makes_it_fit(typical, budgeted, better):
    """R-D4: in steps of five, within the bounds of budgets."""
    assert better_budget(Decimal(typical), Decimal(budgeted)) == (better and Decimal(better))


@given(MONEY, MONEY)
def test_a_better_budget_holds_a_typical_period(typical, budgeted):
    """R-D4: following the advice never makes a budget too small, nor leaves it where it was."""
    better = better_budget(typical, budgeted)
    assert better is None or (better != budgeted and (better >= typical or better == 100_000))


@pytest.mark.parametrize(
    ("earned", "days", "rate"),
    [("90", 1, "90.00"), ("90", 30, "90.00"), ("90", 45, "60.00"), ("100", 90, "33.33"), ("0.05", 60, "0.03")],
)
def test_a_monthly_rate_counts_thirty_days_at_least(earned, days, rate):
    """R-D4: one good day is not multiplied by thirty."""
    assert str(monthly(Decimal(earned), days)) == rate


@pytest.mark.parametrize(
    ("today", "start", "end"),
    [
        ("2026-05-13", "2026-04-01", "2026-04-13"),
        ("2026-03-31", "2026-02-01", "2026-02-28"),
        ("2028-03-29", "2028-02-01", "2028-02-29"),
        ("2026-01-31", "2025-12-01", "2025-12-31"),
    ],
)
def test_this_month_is_compared_with_the_same_days_of_the_last(today, start, end):
    """R-D4: a shorter month counts whole."""
    window = same_days_last_month(date.fromisoformat(today))
    assert window == Window(date.fromisoformat(start), date.fromisoformat(end))
