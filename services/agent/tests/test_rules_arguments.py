"""What the first call of a message carries, by kinds of arguments that are easily misread."""

import pytest

from pam_agent.rules.routing import route
from tests.eval.measure import NOW, manifests

pytestmark = pytest.mark.unit


def _carried(text):
    call = route(text, list(manifests()), NOW).calls[0]
    return call.tool, call.arguments


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        ("turn off email and push notifications", "update_settings", ["email_notifications", "push_notifications"]),
        ("emails and push off", "update_settings", ["email_notifications", "push_notifications"]),
        ("no trip reminders and no budget alerts", "update_settings", ["trip_reminders", "budget_alerts"]),
    ],
)
def test_one_no_stands_for_all_that_is_named_with_it(text, tool, arguments):
    """R-A4: the second of two switches is not turned the other way."""
    assert _carried(text) == (tool, dict.fromkeys(arguments, False))


def test_what_is_hidden_is_not_what_is_shown():
    """R-A4: each part of a wish is about its own setting."""
    _, arguments = _carried("make my profile public but hide my activity")
    assert arguments == {"profile_visibility": "public", "show_activity": False}


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("record income: 340 dollars, campground hosting", "campground hosting"),
        ("camp hosting paid 325 this week", "camp hosting"),
        ("a client in Denver paid me 500 for the logo", "client"),
        ("sold my old kayak for $225", "old kayak"),
        ("made $95 tonight playing guitar at the brewery", "playing guitar"),
    ],
)
def test_income_is_from_whom_or_for_what_a_member_says(text, source):
    """R-A4: wherever in the sentence it stands."""
    assert _carried(text)[1]["source"] == source


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("calendar: pick up the rig from the shop Thursday 4pm", "pick up the rig from the shop"),
        ("I have a telehealth call Monday at 11, put it on the calendar", "telehealth call"),
        ("set up an appointment with the awning guy for Wednesday at 1", "appointment with the awning guy"),
        ("make a note on my calendar that Linda arrives December 2", "Linda arrives"),
    ],
)
def test_an_entry_is_called_by_what_it_is(text, title):
    """R-A4: not by how it is asked to be written down, nor by its time."""
    tool, arguments = _carried(text)
    assert (tool, arguments["title"]) == ("create_calendar_event", title)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("how much on tolls since November 1", "2026-11-01", "2026-11-21"),
        ("what did yesterday cost me", "2026-11-20", "2026-11-20"),
        ("what did I spend in October on restaurants", "2026-10-01", "2026-10-31"),
    ],
)
def test_spending_is_summed_over_the_days_a_member_names(text, first, last):
    """R-A4: also over one day, and from one on."""
    _, arguments = _carried(text)
    assert (arguments["start_date"], arguments["end_date"]) == (first, last)


@pytest.mark.parametrize(
    ("text", "query", "most"),
    [
        ("show me propane heaters between 100 and 200 dollars", "propane heaters", 200),
        ("can you find me a tow bar that costs less than 600", "tow bar", 600),
        ("what's the cheapest macerator pump you carry", "macerator pump", None),
    ],
)
def test_goods_are_looked_for_by_their_name(text, query, most):
    """R-A4: without their price, and without who carries them; what is looked for was not bought."""
    tool, arguments = _carried(text)
    assert (tool, arguments["query"], arguments.get("max_price")) == ("search_products", query, most)


def test_a_list_of_amounts_says_once_that_it_is_money():
    """R-A4: and a price at most is no expense of its own."""
    calls = route("log 22 dollars for parking and 15 for coffee", list(manifests()), NOW).calls
    assert [(call.arguments["amount"], call.arguments["category"]) for call in calls] == [
        (22, "parking"),
        (15, "restaurant"),
    ]
    calls = route("a park with a pool near Myrtle Beach, 60 bucks tops", list(manifests()), NOW).calls
    assert [(call.tool, call.arguments["max_price"]) for call in calls] == [("find_rv_parks", 60)]


def test_two_wishes_are_two_calls_and_two_switches_one():
    """R-A4: what was earned is not booked as spent; settings named together are changed together."""
    calls = route("got paid 500 for the website and spent 80 on groceries", list(manifests()), NOW).calls
    assert [(call.tool, call.arguments["amount"]) for call in calls] == [("log_income", 500), ("create_expense", 80)]
    calls = route("turn on dark mode and set my language to Spanish", list(manifests()), NOW).calls
    assert [call.arguments for call in calls] == [{"theme": "dark", "language": "es"}]


@pytest.mark.parametrize(
    ("text", "category", "amount"),
    [
        ("set utilities to $110", "utilities", 110),
        ("let's not spend more than 30 a week on parking", "parking", 30),
        ("increase the rv park allowance from 600 to 700", "rv_park", 700),
    ],
)
def test_a_limit_is_a_budget_however_it_is_said(text, category, amount):
    """R-A4: "not more than" denies nothing, and of two figures the new one counts."""
    tool, arguments = _carried(text)
    assert (tool, arguments["category"], arguments["amount"]) == ("update_budget", category, amount)


def test_of_amounts_and_their_sum_the_sum_was_paid():
    """R-A4: "42 a night for 3 nights, 126 total" is one expense."""
    calls = route("campground 42/night for 3 nights, 126 total", list(manifests()), NOW).calls
    assert [call.arguments["amount"] for call in calls] == [126]
