"""The budget worker as callers see it: messages in, messages out."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import headers, subjects, topology
from pam_shared.contracts.events import EventEnvelope
from pam_shared.contracts.problems import Advice
from pam_shared.contracts.tools import Outcome
from tests.harness.waiting import eventually


@pytest.fixture
async def announced(bus):
    """The data of a person's events of one name."""
    reader = LogReader(bus, topology.EVENTS)
    await reader.start()

    async def read(person, name, domain="budget"):
        entries = await reader.read(subjects.event(domain, name))
        events = [EventEnvelope.model_validate_json(entry.body) for entry in entries]
        return [event.data for event in events if event.user == person.user]

    yield read
    await reader.stop()


async def test_a_month_of_money_in_messages(call, person):
    """R-T1: the four tools, one after the other; money travels as decimal strings."""
    empty = await call(person, "get_spending_summary", {})
    assert (empty.outcome, empty.message) == (Outcome.NO_RESULTS, "You have no expenses this month.")
    recorded = await call(person, "create_expense", {"amount": 45, "category": "fuel"})
    assert recorded.message == "Recorded $45.00 for gas. You have spent $45.00 on gas this month."
    assert recorded.data["expense"]["amount"] == recorded.data["spent_this_month"] == "45.00"
    budget = await call(person, "update_budget", {"amount": 50.5, "category": "gas"})
    assert budget.data == {
        "budget": {"category": "gas", "amount": "50.50", "period": "monthly"},
        "action": "created",
    }
    compared = await call(person, "compare_vs_budget", {})
    assert compared.data["comparisons"] == [
        {
            "category": "gas",
            "budgeted": "50.50",
            "spent": "45.00",
            "difference": "5.50",
            "percent_used": "89.1",
            "status": "warning",
        }
    ]
    summary = await call(person, "get_spending_summary", {})
    assert (summary.outcome, summary.data["total_amount"]) == (Outcome.OK, "45.00")
    assert summary.data["by_category"] == {"gas": {"total": "45.00", "count": 1}}


async def test_nothing_to_compare_is_not_a_failure(call, person):
    """R-T5: "no results" is told apart from failures."""
    reply = await call(person, "compare_vs_budget", {"category": "pets"})
    assert (reply.outcome, reply.success, reply.error) == (Outcome.NO_RESULTS, True, None)
    assert reply.message == "You have no monthly pet budget yet. Tell me an amount and I will set one."


async def test_an_expense_repeated_under_its_key_is_one_expense(call, person, announced):
    """G4: also when the repeats come all at once."""
    arguments = {"amount": "20.00", "category": "food"}
    replies = await asyncio.gather(*(call(person, "create_expense", arguments, key="same") for _ in range(10)))
    assert {reply.data["expense"]["id"] for reply in replies} == {replies[0].data["expense"]["id"]}
    summary = await call(person, "get_spending_summary", {})
    assert (summary.data["expense_count"], summary.data["total_amount"]) == (1, "20.00")
    [event] = await eventually(lambda: announced(person, "expense_recorded"))
    assert event["expense_id"] == replies[0].data["expense"]["id"]
    assert (event["amount"], event["category"]) == ("20.00", "food")


async def test_expenses_at_the_same_time_are_all_in_the_sum(call, person):
    """R-D4: no update is lost between calls that run together."""
    spending = ({"amount": f"{n}.01", "category": "gas"} for n in range(30))
    await asyncio.gather(*(call(person, "create_expense", arguments) for arguments in spending))
    assert (await call(person, "get_spending_summary", {})).data["total_amount"] == "435.30"


async def test_others_hear_of_a_new_budget(call, person, announced):
    """G4: the event says what is now."""
    await call(person, "update_budget", {"amount": 300, "category": "fuel", "period": "weekly"})
    [event] = await eventually(lambda: announced(person, "budget_set"))
    assert event == {"category": "gas", "amount": "300.00", "period": "weekly"}


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "", "No/Where"])
async def test_today_is_the_callers_today(call, person, zone):
    """R-D4: the day comes from the zone in the call's header; an unknown one counts as UTC."""
    known = ZoneInfo(zone if zone.startswith("Pacific") else "UTC")
    before = datetime.now(known).date()
    reply = await call(person, "create_expense", {"amount": 1, "category": "gas"}, zone=zone)
    assert reply.data["expense"]["date"] in {before.isoformat(), datetime.now(known).date().isoformat()}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"amount": 0, "category": "gas"}, "amount"),
        ({"amount": 1.005, "category": "gas"}, "amount"),
        ({"amount": "a lot", "category": "gas"}, "amount"),
        ({"amount": 1e9, "category": "gas"}, "amount"),
        ({"amount": 1, "category": "yacht"}, "category"),
        ({"amount": 1, "category": "gas", "description": "x" * 501}, "description"),
        ({"amount": 1, "category": "gas", "date": "tomorrow"}, "date"),
        ({"amount": 1, "category": "gas", "user_id": "somebody"}, "user_id"),
    ],
)
async def test_a_bad_argument_is_named_and_nothing_is_written(call, person, arguments, named):
    """R-T3: the model is told what to correct."""
    reply = await call(person, "create_expense", arguments)
    assert (reply.error.code, reply.error.advice) == ("invalid_arguments", Advice.CORRECT_ARGUMENTS)
    assert named in reply.message
    assert (await call(person, "get_spending_summary", {})).outcome is Outcome.NO_RESULTS


async def test_an_expense_of_the_future_is_the_callers_to_correct(call, person):
    """R-T5: dates are checked."""
    later = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    reply = await call(person, "create_expense", {"amount": 1, "category": "gas", "date": later})
    assert (reply.outcome, reply.error.advice) == (Outcome.FAILED, Advice.CORRECT_ARGUMENTS)
    assert reply.message == f"date: {later} is in the future; an expense is recorded when it is paid."


async def test_savings_at_the_same_time_are_celebrated_once(call, person, announced):
    """R-D6: of fifty calls in messages one crosses the threshold, and one event says so."""
    saving = {"amount_saved": 0.5, "category": "gas", "confirmed": True}
    replies = await asyncio.gather(*(call(person, "track_savings", saving) for _ in range(50)))
    assert [reply.data["crossed_threshold"] for reply in replies].count(True) == 1
    status = await call(person, "get_savings_status", {})
    assert (status.data["total_savings"], status.data["savings_count"]) == ("25.00", 50)
    assert status.data["should_celebrate"] is True
    [event] = await eventually(lambda: announced(person, "threshold_crossed", "savings"))
    assert event == {"period_start": status.data["billing_period_start"], "total": "10.00", "threshold": "10.00"}


async def test_a_saving_repeated_under_its_key_counts_once(call, person):
    """G4: the guarantee is not met by redeliveries."""
    saving = {"amount_saved": 6, "category": "gas", "confirmed": True}
    replies = await asyncio.gather(*(call(person, "track_savings", saving, key="same") for _ in range(10)))
    assert {reply.data["monthly_total"] for reply in replies} == {"6.00"}
    assert (await call(person, "get_savings_status", {})).data["savings_events_count"] == 1


async def test_fuel_logged_on_a_trip_becomes_an_expense(call, person, bus):
    """R-T1: heard over the bus, applied once, also when it is published again."""
    data = {"fuel_log_id": str(uuid4()), "date": "2026-05-12", "cost": "61.50", "fuel_type": "diesel"}
    for _ in range(2):
        envelope = EventEnvelope(id=uuid4(), user=person.user, occurred_at=datetime.now(UTC), data=data)
        values = {headers.MESSAGE_ID: str(envelope.id)}
        body = envelope.model_dump_json().encode()
        await bus.publish(topology.EVENTS, subjects.event("trip", "fuel_logged"), body, values)
    asked = {"start_date": "2026-05-01", "end_date": "2026-05-31"}

    async def recorded():
        return (await call(person, "get_money_records", asked)).data["expenses"]

    [expense] = await eventually(recorded)
    assert (expense["amount"], expense["category"]) == ("61.50", "diesel")
