"""Groups and tips."""

import asyncio

import pytest

from pam_shared.errors import ConflictError, InvalidRequestError, NotFoundError
from pam_tools_social.tools.create_group import create_group
from pam_tools_social.tools.join_group import join_group
from pam_tools_social.tools.search_community_tips import search_community_tips
from pam_tools_social.tools.submit_community_tip import submit_community_tip
from pam_tools_social.tools.suggest_groups import suggest_groups


async def test_groups_are_suggested_to_those_who_are_not_in_them(ann, ben):
    """R-T1: by place, until they are joined."""
    place = f"Ajo {ann.name}"
    founded = await ann.run(create_group, name=f"Desert rats {ann.name}", location=place)
    assert founded.message == f"Desert rats {ann.name} is founded. Everyone may join."
    assert (await ann.run(suggest_groups, location=place)).is_empty
    found = await ben.run(suggest_groups, location=place.lower())
    assert found.message == f"You could join around {place.lower()}: Desert rats {ann.name} (1 member)."
    await ben.run(join_group, group_id=found.groups[0].id)
    empty = await ben.run(suggest_groups, location=place)
    assert empty.message == f"I know of no group around {place} that you are not in already. Shall I found one for you?"


async def test_groups_elsewhere_are_suggested_after_our_own(ann, administrator):
    """R-T1: what operators enter is suggested with its address."""
    place = f"Yuma {ann.name}"
    await administrator.execute(
        "insert into social.facebook_groups (group_name, group_url, location, member_count)"
        " values ('Yuma campers', $1, $2, 9000), ('Yuma cooks', $1 || '/2', $2, null)",
        f"https://facebook.test/{ann.name}",
        place,
    )
    found = await ann.run(suggest_groups, location=place)
    said = "Yuma campers on Facebook (9000 members); Yuma cooks on Facebook (size unknown)."
    assert found.message == f"You could join around {place}: {said}"
    assert found.groups[0].url == f"https://facebook.test/{ann.name}"


async def test_fifty_who_join_at_once_are_fifty_more(ann, new_member, administrator):
    """R-T1: the counter of members is exact, though some leave meanwhile."""
    group = (await ann.run(create_group, name=f"Crowd {ann.name}")).group
    members = [await new_member() for _ in range(50)]
    await asyncio.gather(*(one.run(join_group, group_id=group.id) for one in members for _ in range(2)))
    leaving = members[:20]
    await asyncio.gather(*(one.run(join_group, group_id=group.id, leave=True) for one in leaving for _ in range(2)))
    counted = await administrator.fetchval("select member_count from social.social_groups where id = $1", group.id)
    there = await administrator.fetchval("select count(*) from social.group_memberships where group_id = $1", group.id)
    assert counted == there == 31


async def test_one_of_those_who_found_a_group_at_once_has_the_name(ann, new_member):
    """R-T1: a name is one group's, however it is written."""
    founders = [await new_member() for _ in range(8)]
    names = [f"{'lake' if n % 2 else 'LAKE'} people {ann.name}" for n in range(8)]
    calls = (one.run(create_group, name=name) for one, name in zip(founders, names, strict=True))
    told = await asyncio.gather(*calls, return_exceptions=True)
    assert sorted(type(result).__name__ for result in told) == ["ConflictError"] * 7 + ["Founded"]
    with pytest.raises(ConflictError, match="name: there is a group called"):
        await ann.run(create_group, name=names[0])


async def test_a_group_for_friends_is_not_there_for_others(ann, ben, cat):
    """R-T6: neither suggested nor joined by its id."""
    await ann.befriend(ben)
    place = f"Moab {ann.name}"
    group = (await ann.run(create_group, name=place, location=place, privacy="friends")).group
    assert (await cat.run(suggest_groups, location=place)).is_empty
    with pytest.raises(NotFoundError, match="group_id: I see no such group"):
        await cat.run(join_group, group_id=group.id)
    assert (await ben.run(join_group, group_id=group.id)).group.member_count == 2


async def test_tips_are_found_by_words_category_and_place(ann, ben):
    """R-T1: what one gave, all others find, signed."""
    word = ann.name.replace("_", "")
    water = {"title": f"{word} water", "content": "The tap runs all year.", "location_name": f"Ajo {word}"}
    given = await ann.run(submit_community_tip, category="camping", tags=["Water", "#free"], **water)
    assert given.message == f"Thank you: every traveller can now find {word} water."
    assert given.tip.tags == ["water", "free"]
    await ann.run(submit_community_tip, title=f"{word} mud", content="Not after rain.", category="route")

    async def titles(**asked):
        return [tip.title for tip in (await ben.run(search_community_tips, **asked)).tips]

    assert await titles(query=word) == [f"{word} mud", f"{word} water"]
    assert await titles(query=f"{word} running taps") == [f"{word} water"]
    assert await titles(query=word, category="route") == [f"{word} mud"]
    assert await titles(location=f"ajo {word}") == [f"{word} water"]
    assert len(await titles(limit=1)) == 1
    found = await ben.run(search_community_tips, query=word, category="camping")
    assert found.message == f'1 tip: {word} water: "The tap runs all year." ({ann.name}).'
    empty = await ben.run(search_community_tips, query=f"{word} unicorns")
    assert (empty.is_empty, empty.message) == (True, "I know of no such tip. Fewer words may find some.")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"category": "gossip"}, "category"),
        ({"title": ""}, "title"),
        ({"content": "x" * 2001}, "content"),
        ({"tags": [str(n) for n in range(11)]}, "tags"),
    ],
)
async def test_a_bad_tip_is_refused_with_the_fields_name(ann, arguments, named):
    """R-T3: the model is told what to correct."""
    with pytest.raises(InvalidRequestError, match=named):
        await ann.run(submit_community_tip, **{"title": "t", "content": "c", "category": "other", **arguments})
