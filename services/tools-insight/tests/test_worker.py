"""The insight worker as callers see it: messages in, messages out."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import subjects, topology
from pam_shared.contracts.events import AuditEvent, EventEnvelope
from pam_shared.contracts.identity import Role
from pam_shared.contracts.tools import Outcome
from pam_shared.tools.declaration import find_tools
from pam_shared.tools.following import find_followers
from pam_tools_insight import tools
from pam_tools_insight.service import SERVICE
from tests.harness.waiting import eventually

OPERATOR = frozenset({Role.MEMBER, Role.ADMIN})
TABLE = "pam_recommendations"


def test_the_twenty_nine_tools_are_there_under_their_old_names_too():
    """R-T1: with the visibility and the roles of the catalogue."""
    found = {tool.name: tool for tool in find_tools(tools)}
    assert len(found) == 29
    assert not [
        name
        for name, tool in found.items()
        if name not in {"add_knowledge", "search_knowledge"} and tool.aliases != (f"pam_{name}",)
    ]
    for name in ("log_analytics_event", "create_chat_session", "update_chat_session", "manage_user_session"):
        assert (found[name].visibility, found[name].roles) == ("internal", {Role.SYSTEM})
    for name in ("create_record", "update_records", "delete_records", "upsert_records", "bulk_database_operation"):
        assert (found[name].visibility, found[name].roles) == ("internal", {Role.ADMIN, Role.SYSTEM})
    for name in ("read_records", "count_records", "get_database_stats", "check_database_health"):
        assert (found[name].visibility, found[name].roles) == ("admin", {Role.ADMIN, Role.SYSTEM})


def test_every_event_the_worker_hears_has_a_function():
    """R-T7: nothing is delivered that nobody reads."""
    assert {follower.event for follower in find_followers(tools)} == set(SERVICE.follows)


async def test_a_fact_added_by_an_admin_is_found_by_a_member(call, new_person, person):
    """R-T1: over the bus."""
    word = f"w{uuid4().hex}"
    fact = {"title": word, "content": "Known.", "knowledge_type": "policy", "category": "general"}
    assert (await call(new_person(roles=OPERATOR), "add_knowledge", fact)).success
    found = await call(person, "search_knowledge", {"query": word})
    assert (found.outcome, found.message, found.data["count"]) == (Outcome.OK, f"{word}: Known.", 1)
    assert (await call(person, "add_knowledge", fact)).error.code == "forbidden"


async def test_a_row_made_under_a_repeated_key_is_one_row(call, new_person):
    """G4: also when the repeats come all at once."""
    admin, kind = new_person(roles=OPERATOR), uuid4().hex
    data = {"user_id": str(uuid4()), "type": kind, "content": "Once."}
    repeats = (call(admin, "create_record", {"table": TABLE, "data": data}, key="same") for _ in range(8))
    replies = await asyncio.gather(*repeats)
    assert len({reply.data["record"]["id"] for reply in replies}) == 1
    counted = await call(admin, "count_records", {"table": TABLE, "filters": {"type": {"eq": kind}}})
    assert counted.data["count"] == 1


async def test_reads_by_operators_are_audited_too(call, new_person, bus):
    """R-S4: every admin action, with its arguments."""
    admin, kind = new_person(roles=OPERATOR), uuid4().hex
    await call(admin, "read_records", {"table": TABLE, "filters": {"type": {"eq": kind}}})
    reader = LogReader(bus, topology.AUDIT)
    await reader.start()

    async def audited():
        entries = await reader.read(subjects.audit(SERVICE.name))
        events = [AuditEvent.model_validate_json(entry.body) for entry in entries]
        return [event for event in events if event.user == admin.user and event.action == "tool.read_records"]

    [event] = await eventually(audited)
    await reader.stop()
    assert event.parameters["filters"] == {"type": {"eq": kind}}


async def test_without_other_workers_the_answer_says_that_it_has_to_wait(call, person):
    """R-T5: within the tool's time."""
    reply = await call(person, "analyze_hustle_roi", {})
    assert (reply.outcome, reply.error.advice) == (Outcome.UNAVAILABLE, "try_later")


async def test_what_members_do_elsewhere_is_counted_once(call, bus, person):
    """R-D3: from the events of other services, whatever is redelivered."""
    envelope = EventEnvelope(id=uuid4(), user=person.user, occurred_at=datetime.now(UTC), data={"amount": "5.00"})
    subject = subjects.event("budget", "expense_recorded")
    for _ in range(2):
        await bus.publish(topology.EVENTS, subject, envelope.model_dump_json().encode(), {})

    async def told():
        reply = await call(person, "get_analytics_insights", {})
        return reply.message if reply.outcome is Outcome.OK else None

    assert await eventually(told) == "1 event of 1 member. Used most: expenses (1)."
