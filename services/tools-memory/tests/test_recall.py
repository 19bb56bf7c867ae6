"""Finding, telling and forgetting what a member stated."""

from datetime import timedelta

import pytest

from pam_shared.contracts.tools import Outcome
from pam_shared.errors import InvalidRequestError, NotFoundError
from pam_tools_memory.events import FactForgotten
from pam_tools_memory.tools.forget_all_memories import forget_all_memories
from pam_tools_memory.tools.forget_memory import forget_memory
from pam_tools_memory.tools.get_memory_context import get_memory_context
from pam_tools_memory.tools.list_memories import list_memories
from pam_tools_memory.tools.recall_memories import recall_memories


@pytest.fixture
async def known(member):
    """A member who told a few things."""
    await member.says("pet", "dogs", "We have two dogs, Max and Bella.")
    await member.says("pet", "cat", "Our cat Tom hates dogs.")
    await member.says("rig", "length", "My rig is 34 ft.")
    await member.says("person", "Ann", "My sister Ann lives in Boise.")
    return member


async def found(member, query, **more):
    return [memory.subject for memory in (await member.run(recall_memories, query=query, **more)).memories]


async def test_words_are_found_in_any_form_and_the_best_come_first(known):
    """R-A7: full text, not equal text; what has every word comes before what has some."""
    assert await found(known, "dog") == ["dogs", "cat"]
    assert await found(known, "where does my sister live") == ["ann"]
    assert await found(known, "cats and dogs") == ["cat", "dogs"]
    assert set(await found(known, "pets")) == {"dogs", "cat"}
    assert await found(known, "dog -cat") == ["dogs"]
    assert await found(known, '"two dogs"') == ["dogs"]
    assert await found(known, "dogs", kinds=["rig"]) == []
    assert await found(known, "dogs", limit=1) == ["dogs"]


async def test_every_word_counts_for_more_than_one_word_often(member):
    """R-A7: rank alone would have it the other way round."""
    await member.says("pet", "dogs", "Dogs, dogs, dogs.")
    await member.says("place", "yard", "At the yard a dog met a cat.")
    assert await found(member, "dog cat") == ["yard", "dogs"]


async def test_of_equal_facts_the_newer_comes_first(member):
    """R-A7: rank and recency."""
    await member.at(member.now - timedelta(days=900)).says("place", "Yuma", "Good water at the fairground.")
    await member.says("place", "Bend", "Good water at the fairground, too.")
    assert await found(member, "water") == ["bend", "yuma"]


async def test_nothing_recalled_is_an_answer(known):
    """R-T5: "no results" is told apart from failures; punctuation breaks nothing."""
    reply = await known.reply(recall_memories, query="boat & | ! (:*")
    assert reply.outcome is Outcome.NO_RESULTS
    assert reply.message == "You have told me nothing about boat & | ! (:* that I remember."


async def test_what_is_known_is_told_by_kind_with_when_and_where(known):
    """R-A7: "what do you know about me?"; what is kept elsewhere is named."""
    told = await known.reply(list_memories)
    assert (
        "About your pets, you said outside a conversation on May 13, 2026: “Our cat Tom hates dogs”; you said"
        in told.message
    )
    assert told.message.index("your rig") < told.message.index("your pets")
    assert "Your expenses, trips, vehicles, posts and settings are not among this" in told.message
    assert [source.kind for source in told.sources] == ["member"]
    only = await known.run(list_memories, kinds=["rig"])
    assert [memory.subject for memory in only.memories] == ["length"]


async def test_pages_hold_every_fact_once(known):
    """R-A7: keyset pages; a fact stated meanwhile disturbs nothing."""
    first = await known.run(list_memories, limit=3)
    assert "There is more" in first.message
    await known.says("plan", "winter", "We plan to winter in Yuma.")
    rest = await known.run(list_memories, limit=3, cursor=first.next_cursor)
    assert [memory.subject for memory in first.memories + rest.memories] == ["ann", "length", "cat", "dogs"]
    assert rest.next_cursor is None


async def test_an_empty_memory_says_so(member):
    """R-T5: with what PAM may still know."""
    told = await member.run(list_memories)
    assert told.is_empty
    assert told.message.startswith("I remember nothing that you told me about you. Your expenses")


async def test_what_fits_one_fact_is_forgotten_with_what_it_replaced(member):
    """R-A7: nothing is left of it in the table."""
    await member.says("rig", "length", "My rig is 34 ft.")
    kept = await member.says("rig", "length", "My rig is 28 ft.")
    gone = await member.run(forget_memory, description="rig")
    assert gone.message == "Forgotten: “My rig is 28 ft”. I will not use it again."
    assert member.events[-1] == FactForgotten(fact_ids=[kept.memory.id])
    async with member.context() as ctx:
        assert await ctx.db.fetchval("select count(*) from facts") == 0


async def test_what_fits_several_is_asked_about_and_nothing_is_forgotten(known):
    """R-A7: also where only some of the words fit."""
    asked = await known.run(forget_memory, description="dogs")
    assert asked.forgotten is None
    assert asked.message.startswith("Which of these shall I forget? (1) “Our cat Tom hates dogs”; (2) “We have two")
    loosely = await known.run(forget_memory, description="my sister in Denver")
    assert [memory.subject for memory in loosely.choices] == ["ann"]
    assert len(await known.kept()) == 4
    assert (await known.run(forget_memory, memory_id=asked.choices[0].id)).forgotten.subject == "cat"
    assert (await known.run(forget_memory, description="spaceship")).is_empty


async def test_nobody_forgets_for_another(known, other):
    """G6: by id, by words or altogether."""
    fact = (await known.run(list_memories)).memories[0]
    with pytest.raises(NotFoundError):
        await other.run(forget_memory, memory_id=fact.id)
    with pytest.raises(InvalidRequestError, match="memory_id or description"):
        await other.run(forget_memory)
    assert (await other.run(forget_memory, description="dogs")).is_empty
    assert (await other.run(forget_all_memories)).is_empty
    assert (await other.run(recall_memories, query="dogs")).is_empty
    assert len(await known.kept()) == 4


async def test_everything_is_forgotten_at_once(known):
    """R-A7: one event names what stood; what was replaced is gone, too."""
    await known.says("rig", "length", "My rig is 28 ft.")
    gone = await known.run(forget_all_memories)
    assert (gone.count, len(known.events[-1].fact_ids)) == (4, 4)
    assert gone.message.startswith("I have forgotten all 4 things you told me")
    assert not await known.kept()


async def test_the_context_is_twenty_facts_the_surest_and_newest_first(member):
    """R-A6: what a prompt has room for."""
    for number in range(22):
        await member.at(member.now + timedelta(minutes=number)).says("place", f"place {number}", f"Slept at {number}.")
    await member.says("plan", "Yuma", "Maybe we go to Yuma.", confidence=0.5)
    context = (await member.run(get_memory_context)).memories
    assert [memory.subject for memory in context] == [f"place {number}" for number in range(21, 1, -1)]


async def test_the_context_stays_within_its_characters(member):
    """R-A6: long statements leave no room for the rest."""
    for number in range(6):
        await member.says("place", f"place {number}", f"{number} {'far ' * 120}")
    context = (await member.run(get_memory_context)).memories
    assert len(context) == 4
    assert sum(len(memory.statement) for memory in context) <= 2000


async def test_an_unsure_fact_is_in_the_context_marked_and_last(member):
    """R-A6: what is not confirmed says so."""
    await member.says("health", "insulin", "I take insulin.")
    await member.at(member.now - timedelta(days=30)).says("pet", "dog", "I have a dog.")
    context = (await member.run(get_memory_context)).memories
    assert [(memory.subject, memory.confirmed) for memory in context] == [("dog", True), ("insulin", False)]


async def test_leaving_takes_every_fact_and_an_export_has_them_all(known, other):
    """R-D7: also what was replaced; without the columns the database makes for itself."""
    await known.says("rig", "length", "My rig is 28 ft.")
    await other.says("rig", "length", "My rig is 40 ft.")
    async with known.context() as ctx:
        rows = [row[0] for row in await ctx.db.fetch("select member_rows('facts', 0, 100)")]
        await ctx.db.execute("select forget_member()")
        left = await ctx.db.fetchval("select count(*) from facts")
    assert len(rows) == 5
    assert "search" not in rows[0]
    assert left == 0
    assert await other.kept() == ["My rig is 40 ft."]
