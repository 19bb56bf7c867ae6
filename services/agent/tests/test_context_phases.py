"""The phases after retrieval: what the sources told becomes one snapshot, and lines for the mind."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from pam_agent.context import parts
from pam_agent.context.changes import changed
from pam_agent.context.phases import generate, highlight, integrate, transfer
from pam_agent.context.snapshot import Found
from pam_agent.context.sources import SOURCES
from pam_agent.conversation import TurnRecord
from pam_shared.contracts.conversation import MessageReceived, ToolReturned
from pam_shared.contracts.tools import Outcome, ToolReply
from pam_shared.tools.declaration import find_tools
from pam_tools_budget import tools as budget_tools

pytestmark = pytest.mark.unit

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
TURN = UUID(int=1)
TOOLS = [tool.manifest("budget") for tool in find_tools(budget_tools)]

LU = parts.Person.model_validate({"context": {"profile": {"username": "Lu", "location": "Boise"}}})
POOR = parts.Finances.model_validate({"income": "100.00", "expenses": "150.00", "net": "-50.00"})
BUDGETS = [
    parts.Budget.model_validate({"category": "food", "budgeted": 100, "spent": 85, "left": 15, "status": "warning"}),
    parts.Budget.model_validate({"category": "gas", "budgeted": 200, "spent": 210, "left": -10, "status": "over"}),
    parts.Budget.model_validate({"category": "fun", "budgeted": 50, "spent": 0, "left": 50, "status": "good"}),
]
TRIPS = parts.Travel.model_validate(
    {
        "trips": [
            {"title": "Yuma", "start_date": "2026-11-01"},
            {"title": "Moab", "start_date": "2026-05-04", "end_date": "2026-05-09"},
            {"title": "Zion", "start_date": "2026-04-28", "end_date": "2026-05-02"},
            {"title": "Some day"},
        ]
    }
)
UPKEEP = parts.Upkeep.model_validate({"overdue": [{"task": "oil change"}], "upcoming": [{"task": "brakes"}]})


def found(part, age=timedelta(0), kind="live") -> Found:
    return Found(part=part, as_of=NOON - age, kind=kind)


def taken(turn=TURN, **known):
    return transfer(highlight(generate(integrate(known, turn, None, NOON))))


def test_what_is_missing_has_its_default_and_is_named():
    """R-A6: nothing is known, and that is what is said."""
    known = taken()
    assert known.missing == [source.name for source in SOURCES]
    assert (known.name, known.vehicles, known.finances) == ("", [], None)
    assert known.told["member"] == [f"Not known right now: {', '.join(known.missing)}."]


def test_equal_knowledge_has_an_equal_version_and_any_difference_another():
    """R-A6: a versioned snapshot; its age is no difference."""
    once = taken(profile=found(LU), finances=found(POOR))
    later = taken(profile=found(LU, timedelta(minutes=4), "cached"), finances=found(POOR))
    richer = taken(profile=found(LU), finances=found(parts.Finances()))
    assert once.version == later.version
    assert once.version != richer.version
    assert [name for name in once.versions if once.versions[name] != richer.versions[name]] == ["finances"]


def test_the_trip_that_is_on_and_the_next_one_are_told_apart():
    """R-A6: the phase that works out what follows on this day."""
    outlook = taken(travel=found(TRIPS)).outlook
    assert (outlook.trip.title, outlook.next_trip.title, outlook.days_until) == ("Zion", "Moab", 3)


def test_the_most_pressing_is_worth_the_first_word():
    """R-A6: highlights in their order; what is well is not mentioned."""
    poor = POOR.model_copy(update={"budgets": BUDGETS})
    known = taken(upkeep=found(UPKEEP), finances=found(poor), travel=found(TRIPS))
    assert known.highlights == [
        "Overdue on the rig: oil change.",
        "The gas budget is over by $10.00.",
        "Of the food budget $15.00 are left.",
        "In the last 30 days $50.00 more was spent than came in.",
        'The trip "Moab" begins in 3 days.',
        "Due soon on the rig: brakes.",
    ]


def test_without_income_on_record_nothing_is_said_of_a_loss():
    """R-A6: who records no income is not always in the red."""
    finances = parts.Finances(income=Decimal(0), expenses=Decimal(45), net=Decimal(-45))
    assert taken(finances=found(finances)).highlights == []


def test_every_part_says_its_age_and_what_is_stale_says_so():
    """R-A6: the model can say how old a figure is."""
    known = taken(profile=found(LU), finances=found(POOR, timedelta(minutes=42), "stale"))
    profile, finances = known.told["member"][:2]
    assert profile == 'profile (now): {"location":"Boise","username":"Lu"}'
    assert finances.startswith("finances (42 min old, may be out of date): ")
    assert known.stale == ["finances"]


def test_only_who_wrote_last_waits_for_an_answer():
    """R-A6: a letter the member answered is no news."""
    letters = [("ann", False, 3), ("bob", True, 2), ("bob", False, 1)]
    told = [
        {"other": {"user_id": name, "username": name}, "mine": mine, "created_at": str(NOON + timedelta(hours=hour))}
        for name, mine, hour in letters
    ]
    known = taken(letters=found(parts.Letters.model_validate({"messages": told})))
    assert [letter.other.username for letter in known.unanswered] == ["ann"]


def turn(message=None, *tools) -> TurnRecord:
    record = TurnRecord(MessageReceived(id=message or uuid4(), text="?", received_at=NOON), sequence=1)
    for tool in tools:
        reply = ToolReply(outcome=Outcome.OK)
        record.results[tool] = ToolReturned(turn=record.message.id, tool_use_id=tool, tool=tool, reply=reply, base=1)
    return record


BEFORE = taken(finances=found(parts.Finances()), profile=found(LU))
AFTER = taken(finances=found(POOR), profile=found(LU), travel=found(TRIPS))


def test_a_change_of_what_was_spoken_of_is_told():
    """R-A6: the conversation asked about money, and the money is another now; a part that was missing is no change."""
    assert changed(BEFORE, AFTER, [turn(TURN, "get_spending_summary")], TOOLS) == ["finances"]


def test_a_change_of_what_nobody_spoke_of_is_not_told():
    """R-A6: nobody is interrupted with what is not their business."""
    assert changed(BEFORE, AFTER, [turn(TURN)], TOOLS) == []


def test_what_the_conversation_changed_itself_is_no_news():
    """R-A6: who has just told of an expense knows that their money changed; a write before the snapshot is in it."""
    asked, wrote = turn(None, "create_expense"), turn(TURN, "create_expense")
    assert changed(BEFORE, AFTER, [wrote], TOOLS) == []
    assert changed(BEFORE, AFTER, [asked, turn(TURN)], TOOLS) == ["finances"]
