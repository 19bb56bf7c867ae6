"""What PAM knows for everybody: who may add to it, how it is found, and that its use is noted."""

import asyncio

import pytest

from pam_shared.errors import InvalidRequestError, NotPermittedError
from pam_tools_insight.events import KnowledgeAdded
from pam_tools_insight.tools.add_knowledge import add_knowledge
from pam_tools_insight.tools.search_knowledge import search_knowledge


@pytest.fixture
def add(admin):
    """Add a fact."""

    async def add(title, content="Nothing else is known.", **more):
        fact = {"knowledge_type": "travel_rule", "category": "travel", "title": title, "content": content, **more}
        return (await admin.run(add_knowledge, **fact)).knowledge.id

    return add


def titles(found):
    return [fact.title for fact in found.knowledge]


async def test_an_admin_adds_a_fact_and_a_member_finds_it(admin, member):
    """R-T1: the member is told the fact and where it holds; what was used is noted once."""
    added = await admin.run(
        add_knowledge,
        title="Quartzsite quiet hours",
        content="Generators rest from 10 pm.",
        knowledge_type="location_tip",
        category="travel",
        location_context="Quartzsite, AZ",
        priority=8,
        tags=[" Boondocking "],
    )
    assert [type(event) for event in admin.events] == [KnowledgeAdded]
    reply = await member.reply(search_knowledge, query="quiet generators in Quartzsite")
    [fact] = reply.data["knowledge"]
    assert reply.message == "Quartzsite quiet hours: Generators rest from 10 pm."
    assert (fact["id"], fact["location_context"], fact["tags"]) == (
        str(added.knowledge.id),
        "Quartzsite, AZ",
        ["boondocking"],
    )
    assert [source.name for source in reply.sources] == ["PAM's knowledge"]


async def test_a_change_to_what_everybody_is_told_leaves_a_row(admin, add, administrator):
    """R-S4: every admin action is audited, in the transaction of its effect."""
    added = await add("A rule that is audited")
    row = await administrator.fetchrow(
        "select operator_id, action, detail from insight.security_audit_log where subject = $1", str(added)
    )
    assert (row["operator_id"], row["action"]) == (admin.identity.user, "add_knowledge")
    assert "A rule that is audited" in row["detail"]


async def test_only_admins_add_facts(member, system):
    """R-S4: neither members nor services."""
    fact = {"title": "a", "content": "b", "knowledge_type": "policy", "category": "shop"}
    for nobody in (member, system):
        with pytest.raises(NotPermittedError):
            await nobody.run(add_knowledge, **fact)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"priority": 11}, "priority"),
        ({"title": ""}, "title"),
        ({"content": "x" * 5001}, "content"),
        ({"knowledge_type": "rumour"}, "knowledge_type"),
        ({"tags": ["x"] * 21}, "tags"),
    ],
)
async def test_a_fact_that_is_none_is_refused(admin, wrong, named):
    """R-T3: the sentence names the field."""
    fact = {"title": "a", "content": "b", "knowledge_type": "policy", "category": "shop", **wrong}
    with pytest.raises(InvalidRequestError, match=named):
        await admin.run(add_knowledge, **fact)


async def test_facts_with_all_words_come_before_those_with_some(add, member):
    """R-T1: then rank, weighted by priority."""
    await add("Zebra crossing")
    await add("Zebra stripes on a wagon", priority=10)
    await add("Zebra wagon", priority=1)
    found = await member.run(search_knowledge, query="zebra wagon")
    assert titles(found)[-1] == "Zebra crossing"
    assert set(titles(found)[:2]) == {"Zebra wagon", "Zebra stripes on a wagon"}


async def test_of_two_equal_facts_the_one_of_higher_priority_comes_first(add, member):
    """R-T1: editors decide."""
    await add("Yak road", "Minor.", priority=2)
    await add("Yak road", "Major.", priority=9)
    assert [fact.content for fact in (await member.run(search_knowledge, query="yaks")).knowledge] == [
        "Major.",
        "Minor.",
    ]


async def test_a_search_can_be_narrowed(add, member):
    """R-T1: by category, type, place, tags and priority; what holds everywhere is found at every place."""
    await add("Walrus ferry", category="travel", location_context="Alaska", tags=["ferry"], priority=7)
    await add("Walrus fees", category="budget", knowledge_type="policy", priority=3)

    async def found(**asked):
        return sorted(titles(await member.run(search_knowledge, query="walrus", **asked)))

    assert await found() == ["Walrus fees", "Walrus ferry"]
    assert await found(category="budget") == await found(knowledge_type="policy") == ["Walrus fees"]
    assert await found(tags=["FERRY", "train"]) == await found(min_priority=5) == ["Walrus ferry"]
    assert await found(location="alaska") == ["Walrus fees", "Walrus ferry"]
    assert await found(location="Texas") == ["Walrus fees"]
    assert len(await found(limit=1)) == 1


@pytest.mark.parametrize("query", ["xyzzyplugh", "the", "'; drop table pam_admin_knowledge; --", "& | ! :*", "\\"])
async def test_what_nobody_wrote_down_is_not_found(member, query):
    """R-T5, R-S2: no results is an answer, and no query is an error."""
    found = await member.run(search_knowledge, query=query)
    assert found.is_empty
    assert found.message == f"I have no facts about “{query}”. Other words may find more."


async def test_every_use_is_counted_also_when_many_search_at_once(add, new_member, administrator):
    """R-D3: no count is lost, and searches do not lock each other out."""
    ids = [await add(f"Pangolin {n}") for n in range(3)]
    searches = (new_member().run(search_knowledge, query="pangolin") for _ in range(30))
    assert {len(found.knowledge) for found in await asyncio.gather(*searches)} == {3}
    counts = await administrator.fetch("select usage_count from insight.pam_admin_knowledge where id = any($1)", ids)
    assert [row["usage_count"] for row in counts] == [30, 30, 30]
    logged = await administrator.fetchval(
        "select count(*) from insight.pam_knowledge_usage_log where knowledge_id = any($1)", ids
    )
    assert logged == 90


async def test_more_facts_than_can_be_said_are_counted(add, member):
    """R-T5: the sentence is short and complete."""
    for n in range(5):
        await add(f"Quokka {n}", "Smiles.")
    assert (await member.run(search_knowledge, query="quokka")).message.endswith(" There are 2 more facts.")
