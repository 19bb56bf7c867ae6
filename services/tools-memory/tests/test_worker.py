"""The worker as callers see it: messages in, messages out."""

import asyncio
from uuid import uuid4

from pam_shared.contracts.tools import Outcome

DOGS = {"kind": "pet", "subject": "dogs", "statement": "We have two dogs, Max and Bella."}


async def test_a_fact_in_messages(call, person):
    """R-A7: stated, asked for and forgotten; the turn in the token is where it was said."""
    turn = uuid4()
    assert (await call(person, "list_memories", {})).outcome is Outcome.NO_RESULTS
    kept = await call(person, "remember", DOGS, key=f"{turn}:1", turn=turn)
    assert kept.data["memory"]["turn_id"] == str(turn)
    told = await call(person, "list_memories", {})
    assert "in our conversation" in told.message
    gone = await call(person, "forget_memory", {"memory_id": kept.data["memory"]["id"]})
    assert gone.outcome is Outcome.OK
    assert (await call(person, "get_memory_context", {})).outcome is Outcome.NO_RESULTS


async def test_a_call_repeated_under_its_key_has_its_effect_once(call, person):
    """G4: the second answer is the first one, even after the fact was replaced."""
    first = await call(person, "remember", DOGS, key="same")
    await call(person, "remember", DOGS | {"statement": "We have one dog."})
    assert await call(person, "remember", DOGS, key="same") == first
    assert "one dog" in (await call(person, "list_memories", {})).message


async def test_contradictions_said_at_once_leave_one_fact(call, person):
    """R-A7: whatever order they come in, each replaces the one before."""
    said = [DOGS | {"statement": f"We have {number} dogs."} for number in range(8)]
    replies = await asyncio.gather(*(call(person, "remember", stated) for stated in said))
    assert sorted(reply.data["action"] for reply in replies) == ["remembered"] + ["replaced"] * 7
    assert len((await call(person, "list_memories", {})).data["memories"]) == 1
