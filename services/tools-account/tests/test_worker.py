"""The account worker as callers see it: messages in, messages out."""

import asyncio
from uuid import uuid4

import orjson
import pytest

from pam_shared.bus.log_reader import LogReader
from pam_shared.clock import utc_now
from pam_shared.contracts import subjects, topology
from pam_shared.contracts.events import EventEnvelope
from pam_shared.contracts.problems import Advice
from pam_shared.contracts.tools import Outcome
from tests.harness.waiting import eventually

AT_ONCE = 20


@pytest.fixture
async def announced(bus):
    """The data of a person's events of one name."""
    reader = LogReader(bus, topology.EVENTS)
    await reader.start()

    async def read(person, name):
        entries = await reader.read(subjects.event("account", name))
        events = [EventEnvelope.model_validate_json(entry.body) for entry in entries]
        return [event.data for event in events if event.user == person.user]

    yield read
    await reader.stop()


@pytest.fixture
def happens(bus):
    """Tell of something that happened in another worker."""

    async def happens(person, domain, name, data):
        event = EventEnvelope(id=uuid4(), user=person.user, occurred_at=utc_now(), data=data)
        body = orjson.dumps(event.model_dump(mode="json"))
        await bus.publish(topology.EVENTS, subjects.event(domain, name), body, {})

    return happens


async def test_from_the_shelf_to_the_order_in_messages(call, person, announced):
    """R-T1: find, put in the cart, look, buy, track; samples stay samples on the way."""
    found = await call(person, "search_products", {"query": "leveling blocks"})
    product = found.data["products"][0]
    assert (product["price"], found.sources[0].sample) == ("39.95", True)
    await call(person, "add_to_cart", {"product_id": product["id"], "quantity": 2})
    cart = await call(person, "get_cart", {})
    assert (cart.data["subtotal"], cart.data["tax"], cart.data["total"]) == ("79.90", "6.39", "96.24")
    bought = await call(person, "checkout", {"confirm": True})
    tracked = await call(person, "track_order", {})
    assert tracked.data["order"] == bought.data["order"]
    assert tracked.data["tracking"] == {
        "status": "pending",
        "carrier": None,
        "tracking_number": None,
        "estimated_delivery": None,
    }
    [event] = await eventually(lambda: announced(person, "order_placed"))
    assert (event["order_id"], event["total"], event["sample"]) == (bought.data["order"]["id"], "96.24", True)


async def test_one_key_is_one_order(call, person, new_product, stock):
    """G4: also when the repeats come all at once, and when the cart has been filled again."""
    product = await new_product(stock=10)
    await call(person, "add_to_cart", {"product_id": str(product)})
    sent = (call(person, "checkout", {"confirm": True}, key="same") for _ in range(AT_ONCE))
    replies = await asyncio.gather(*sent)
    assert len({reply.data["order"]["id"] for reply in replies}) == 1
    await call(person, "add_to_cart", {"product_id": str(product)})
    again = await call(person, "checkout", {"confirm": True}, key="same")
    assert again.data["order"] == replies[0].data["order"]
    assert ((await call(person, "get_cart", {})).data["total_quantity"], await stock(product)) == (1, 9)


async def test_others_hear_the_whole_state_of_profile_and_privacy(call, person, announced):
    """R-T1: not only what changed."""
    await call(person, "update_profile", {"bio": "Hello", "location": "Reno"})
    await call(person, "manage_privacy", {"show_activity": False})
    [profile] = await eventually(lambda: announced(person, "profile_updated"))
    assert profile == {
        "username": None,
        "bio": "Hello",
        "avatar_url": None,
        "location": "Reno",
        "rv_type": None,
        "rv_year": None,
    }
    [privacy] = await eventually(lambda: announced(person, "privacy_changed"))
    assert privacy == {
        "profile_visibility": "public",
        "location_sharing": None,
        "show_activity": False,
        "allow_messages": "everyone",
        "data_collection": True,
        "trip_sharing": False,
        "financial_data_visibility": "none",
    }


async def test_a_time_is_the_callers(call, person):
    """R-D4: the zone comes in the call's header."""
    arguments = {"title": "Dentist", "start_date": "2027-05-13T09:00:00"}
    made = await call(person, "create_calendar_event", arguments, zone="America/Denver")
    assert made.data["event"]["start_date"] == "2027-05-13T09:00:00-06:00"
    assert made.message == "“Dentist” on Thursday, May 13, 2027 from 09:00 to 10:00 is in your calendar."


async def test_what_asks_first_says_what_it_is_about_to_do(call, person):
    """R-T3, R-A10: in the member's words and not in ids; what would do nothing is told at once."""
    made = await call(person, "create_calendar_event", {"title": "Dentist", "start_date": "2027-05-13T09:00:00"})
    entry = {"event_id": made.data["event"]["id"]}
    tried = [await call(person, "delete_calendar_event", entry, dry_run=True) for _ in range(2)]
    assert [(one.outcome, one.message) for one in tried] == [(Outcome.OK, "Take “Dentist” out of your calendar")] * 2
    assert (await call(person, "delete_calendar_event", entry)).outcome is Outcome.OK
    nothing = await call(person, "delete_calendar_event", entry, dry_run=True)
    assert (nothing.outcome, nothing.message) == (Outcome.NO_RESULTS, "There is no such entry in your calendar.")
    nothing = await call(person, "checkout", {"confirm": True}, dry_run=True)
    assert nothing.message == "Your cart is empty: there is nothing to buy."


async def test_work_logged_elsewhere_becomes_a_reminder(call, person, happens):
    """R-T1: the event is followed, and applied once."""
    reminder = str(uuid4())
    logged = {"maintenance_type": "tires", "next_due_date": "2027-06-01", "reminder_event_id": reminder}
    await happens(person, "trip", "maintenance_logged", logged)
    asked = {"start_date": "2027-06-01", "end_date": "2027-06-01"}

    async def entries():
        return (await call(person, "get_calendar_events", asked)).data["events"]

    [event] = await eventually(entries)
    assert (event["id"], event["title"]) == (reminder, "Maintenance due: tires")


async def test_a_member_who_leaves_is_forgotten(call, person, happens):
    """R-D7: also the orders, which other rows refer to."""
    found = await call(person, "search_products", {"query": "wheel chocks"})
    await call(person, "add_to_cart", {"product_id": found.data["products"][0]["id"]})
    await call(person, "checkout", {"confirm": True})
    await call(person, "create_vehicle", {"name": "Van"})
    await happens(person, "member", "deleted", {})

    async def gone():
        return (await call(person, "get_vehicles", {})).outcome is Outcome.NO_RESULTS

    await eventually(gone)
    assert (await call(person, "track_order", {})).outcome is Outcome.NO_RESULTS


async def test_colleagues_that_are_away_are_named(call, person):
    """R-T5: the answer comes without them, within its time."""
    stats = await call(person, "get_user_stats", {})
    assert (stats.outcome, stats.partial, stats.data["missing"]) == (Outcome.OK, True, ["budget", "trips", "social"])
    await call(person, "create_vehicle", {"name": "Van"})
    export = await call(person, "export_data", {"format": "csv"})
    assert (export.partial, export.data["missing"]) == (True, ["budget", "trip", "social", "insight"])
    assert "Van" in export.data["files"]["account/vehicles.csv"]


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        ("update_profile", {}, "say at least one of username, bio"),
        ("update_profile", {"username": "no spaces"}, "username"),
        ("update_settings", {"theme": "blue"}, "theme"),
        ("update_settings", {"language": "xx"}, "language: 'xx' is no language code"),
        ("manage_privacy", {"allow_messages": "foes"}, "allow_messages"),
        ("search_products", {}, "query is missing"),
        ("search_products", {"query": "hose", "min_rating": 6}, "min_rating"),
        ("add_to_cart", {"product_id": "7"}, "product_id"),
        ("checkout", {}, "confirm is missing"),
        ("checkout", {"confirm": False}, "confirm: it must be true"),
        ("create_vehicle", {"name": "Van", "height_ft": 99}, "height_ft"),
        ("create_calendar_event", {"title": "X", "start_date": "soon"}, "start_date"),
        ("record_user_feedback", {"message_id": "m"}, "say at least one of thumbs_up, rating, feedback_text"),
        ("get_user_stats", {"period": "decade"}, "period"),
        ("export_data", {"format": "xml"}, "format"),
    ],
)
async def test_a_bad_argument_is_named(call, person, tool, arguments, named):
    """R-T3: the model is told what to correct."""
    reply = await call(person, tool, arguments)
    assert (reply.outcome, reply.error.advice) == (Outcome.FAILED, Advice.CORRECT_ARGUMENTS)
    assert named in reply.message


async def test_feedback_is_taken_five_times_a_minute(call, person):
    """R-S7: the sixth is told to wait."""
    sent = [{"message_id": f"m{number}", "rating": 5} for number in range(6)]
    replies = [await call(person, "record_user_feedback", arguments) for arguments in sent]
    assert [reply.outcome for reply in replies] == [Outcome.OK] * 5 + [Outcome.UNAVAILABLE]
    assert replies[-1].error.retry_after
