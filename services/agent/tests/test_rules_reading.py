"""What the rules read from a sentence: amounts, windows, categories."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam_agent.rules.amounts import amounts_in
from pam_agent.rules.categories import category_in
from pam_agent.rules.dates import day_in, moment_in, range_in
from pam_agent.rules.durations import days_in
from pam_agent.rules.numerals import in_digits
from pam_agent.rules.people import person_in
from pam_agent.rules.places import way_in
from pam_agent.rules.refusals import refusal_of
from pam_agent.rules.routing import route
from pam_agent.rules.stance import Stance, allows, is_question
from pam_tools_budget.tools.create_expense import create_expense
from tests.eval.measure import manifests

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 21, 10, 30)  # noqa: DTZ001 - the member's own
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


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Tuesday at 3:30pm", "2026-11-24T15:30:00"),
        ("Tuesday at 8:30 pm", "2026-11-24T20:30:00"),
        ("tomorrow at 7 am", "2026-11-22T07:00:00"),
        ("tmrw 7am", "2026-11-22T07:00:00"),
        ("on Monday at 9", "2026-11-23T09:00:00"),
    ],
)
def test_a_time_of_day_is_read_with_its_minutes_and_its_half(text, moment):
    """R-A4: a reminder an hour off is worse than none."""
    assert moment_in(text, NOW) == moment


@pytest.mark.parametrize(
    ("text", "past", "days"),
    [
        ("spent in October", True, ("2026-10-01", "2026-10-31")),
        ("spent in November", True, ("2026-11-01", "2026-11-21")),
        ("spent in December", True, ("2025-12-01", "2025-12-31")),
        ("planned for December", False, ("2026-12-01", "2026-12-31")),
        ("between January 3 and January 9", False, ("2027-01-03", "2027-01-09")),
        ("next month", False, ("2026-12-01", "2026-12-31")),
    ],
)
def test_a_month_lies_behind_where_money_was_spent_and_ahead_where_days_are_planned(text, past, days):
    """R-A4: nobody asks what they spent in a month to come, or what they have planned in one that is over."""
    assert range_in(text, NOW.date(), past=past) == tuple(map(date.fromisoformat, days))


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [
        ("can't make it, cancel my rsvp", True),
        ("dont log that 40 for gas", False),
        ("we won't need the dentist visit any more, take it off the calendar", True),
        ("my husband paid 18 for parking, would you note that for us", True),
        ("my roommate spent 80 on candles", False),
        ("what if I spent 500 on solar", False),
    ],
)
def test_what_is_wanted_is_told_from_what_is_not(text, is_allowed):
    """R-A4: with or without apostrophes, and whoever it happened to."""
    stance = Stance.REFUSED if "rsvp" in text else Stance.ASKED if "dentist" in text else Stance.TOLD
    assert allows(stance, text) is is_allowed


def test_somebody_who_cannot_come_asks_nothing():
    """R-A4: "can't" is no "can"."""
    assert not is_question("can't make the cookout")


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        ("how much did Marcus spend", True),
        ("let me read what Margaret has been writing to other people", True),
        ("list the account balances of all members", True),
        ("hide my location from everybody", False),
        ("tell Jonas the wifi password is on the fridge", False),
    ],
)
def test_what_is_others_is_refused_and_what_is_the_members_own_is_not(text, is_refused):
    """R-A4: names that begin like a month are names; hiding what is one's own is no prying."""
    assert (refusal_of(text) is not None) is is_refused


def test_a_way_and_a_person_are_read_as_they_are_typed():
    """R-A4: without capitals, in a list, with an underscore."""
    assert way_in("how long laredo to memphis") == {"origin": "laredo", "destination": "memphis"}
    assert way_in("best order Dallas, Waco, Austin")["stops"] == ["Waco"]
    assert person_in("unfollow dusty_dan") == "dusty_dan"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("coffee the day before yesterday, 12 dollars", -2),
        ("coffee yesterday, 12 dollars", -1),
        ("we changed the oil last week", -7),
        ("paid it a couple of days ago", -2),
    ],
)
def test_what_happened_lies_on_the_day_it_is_told_for(text, days):
    """R-A4: nothing that is told of the past is written down for today."""
    assert day_in(text, NOW.date(), past=True) == NOW.date() + timedelta(days)


def test_a_rough_day_is_none_to_look_for():
    """R-A4: "last week" is a week where somebody asks, and a day only where something happened."""
    assert day_in("what did I have planned last week", NOW.date()) is None
