"""Keeping what a member states, and confirming what matters."""

from datetime import timedelta
from uuid import uuid4

import pytest

from pam_shared.errors import ConflictError, InvalidRequestError, NotFoundError
from pam_tools_memory import rules
from pam_tools_memory.events import FactRemembered
from pam_tools_memory.tools.confirm_memory import confirm_memory

DOGS = ("pet", "dogs", "We have two dogs, Max and Bella.")
LENGTH = ("rig", "length", "My rig is 34 ft.")
INSULIN = ("health", "diabetes", "I take insulin twice a day.")


async def test_a_fact_keeps_the_turn_the_moment_and_the_words_it_was_said_in(new_member):
    """R-A7: provenance."""
    turn = uuid4()
    member = new_member(turn)
    kept = await member.says(*DOGS)
    assert (kept.memory.turn_id, kept.memory.said_at) == (turn, member.now)
    assert kept.memory.statement == "We have two dogs, Max and Bella."
    assert (kept.memory.confirmed, kept.ask_to_confirm) == (True, False)
    assert kept.message == "I will remember: “We have two dogs, Max and Bella”."


async def test_saying_it_twice_is_one_fact_refreshed(member):
    """R-A7: the same by content, however it is written and on whatever subject."""
    first = await member.says(*DOGS)
    later = member.at(member.now + timedelta(days=3))
    again = await later.says("pet", "Max", "we have two dogs  Max and Bella")
    assert again.memory.id == first.memory.id
    assert again.memory.said_at == later.now
    assert again.action == "refreshed"
    assert not later.events
    assert len(await member.kept()) == 1


async def test_a_contradiction_replaces_what_was_said_and_says_so(member):
    """R-A7: the older fact is kept with its successor, and not shown."""
    first = await member.says(*LENGTH)
    second = await member.says("rig", "My Length", "My rig is 28 ft now.")
    assert second.action == "replaced"
    assert second.replaced == first.memory
    assert "Before, you said outside a conversation on May 13, 2026: “My rig is 34 ft”" in second.message
    assert await member.kept() == ["My rig is 28 ft now."]
    async with member.context() as ctx:
        kept = await ctx.db.fetchval("select superseded_by from facts where id = $1", first.memory.id)
    assert kept == second.memory.id


async def test_what_was_replaced_may_be_said_again(member):
    """R-A7: back to the first statement is a third fact."""
    for statement in ("My rig is 34 ft.", "My rig is 28 ft.", "My rig is 34 ft."):
        await member.says("rig", "length", statement)
    assert await member.kept() == ["My rig is 34 ft."]


async def test_subjects_and_kinds_do_not_replace_each_other(member):
    """R-A7: two facts on different subjects both stand."""
    await member.says(*DOGS)
    await member.says("pet", "cat", "Our cat is called Tom.")
    await member.says("diet", "diet", "I'm vegetarian.")
    assert len(await member.kept()) == 3


async def test_what_matters_is_asked_about_and_confirmed(member):
    """R-A7: medical facts stand unconfirmed until the member says yes; the only one needs no id."""
    kept = await member.says(*INSULIN)
    assert kept.ask_to_confirm
    assert kept.message.endswith("It matters, so tell me: is that right?")
    confirmed = await member.run(confirm_memory)
    assert (confirmed.memory.id, confirmed.memory.confirmed) == (kept.memory.id, True)
    assert [event.confirmed for event in member.events] == [False, True]
    assert (await member.run(confirm_memory)).is_empty


async def test_of_several_that_wait_the_member_chooses(member):
    """R-A7: no guess at which one a yes is for."""
    pills = await member.says(*INSULIN)
    await member.says("person", "Ann", "My sister Ann is at 208-555-0134.")
    asked = await member.run(confirm_memory)
    assert asked.memory is None
    assert len(asked.choices) == 2
    assert asked.message.startswith("Which of these is right? (1) “My sister Ann")
    chosen = await member.run(confirm_memory, memory_id=pills.memory.id)
    assert chosen.memory.confirmed


async def test_an_event_names_the_fact_and_never_says_it(member):
    """R-A7: other services hear which fact, nothing of it."""
    kept = await member.says(*DOGS)
    [event] = member.events
    assert type(event) is FactRemembered
    assert event.model_dump(mode="json") == {"fact_id": str(kept.memory.id), "kind": "pet", "confirmed": True}


async def test_another_member_s_fact_is_not_found(member, other):
    """G6: foreign ids cannot be told from ids of nothing."""
    kept = await member.says(*INSULIN)
    with pytest.raises(NotFoundError, match="memory_id"):
        await other.run(confirm_memory, memory_id=kept.memory.id)
    assert not await other.kept()


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"subject": "  "}, "subject"),
        ({"statement": " … "}, "statement"),
        ({"statement": "x" * 501}, "statement"),
        ({"kind": "gossip"}, "kind"),
        ({"confidence": 1.1}, "confidence"),
        ({"statement": "My password is swordfish"}, "statement"),
    ],
)
async def test_a_bad_argument_is_named_and_nothing_is_kept(member, changed, named):
    """R-T3: the model is told what to correct."""
    with pytest.raises(InvalidRequestError, match=named):
        await member.says(**{"kind": "pet", "subject": "dogs", "statement": "We have two dogs."} | changed)
    assert not await member.kept()


async def test_memory_has_a_bound_and_a_full_one_may_still_be_corrected(member, monkeypatch):
    """R-A7: what is more is refused with what to do."""
    monkeypatch.setattr(rules, "MOST_FACTS", 1)
    await member.says(*LENGTH)
    with pytest.raises(ConflictError, match="forget some first"):
        await member.says(*DOGS)
    assert (await member.says("rig", "length", "It is 30 ft.")).action == "replaced"
