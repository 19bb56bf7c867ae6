"""Posts, comments and likes: bounds, sentences, and counters that hold under concurrency."""

import asyncio

import pytest

from pam_shared.errors import ConflictError, InvalidRequestError, NotFoundError, NotPermittedError
from pam_tools_social.events import PostCommented, PostCreated, PostLiked
from pam_tools_social.tools.comment_on_post import comment_on_post
from pam_tools_social.tools.create_group import create_group
from pam_tools_social.tools.create_post import create_post
from pam_tools_social.tools.join_group import join_group
from pam_tools_social.tools.like_post import like_post
from pam_tools_social.tools.read_comments import read_comments
from pam_tools_social.tools.search_posts import search_posts


async def test_a_post_is_for_friends_unless_the_member_says_otherwise(friends, cat):
    """R-T1: private unless asked; what was written is what is read."""
    ann, ben = friends
    result = await ann.run(
        create_post,
        content="  Two bars of LTE.\nQuiet. ",
        title="By the river",
        location="Elko, NV",
        image_url="https://pictures.test/river.jpg",
        tags=["#Boondocking", "boondocking", " LTE "],
    )
    assert result.message == "Your post is up. It is seen by your friends."
    post = (await ben.feed()).posts[0]
    assert post == result.post
    assert (post.content, post.title, post.location) == ("Two bars of LTE.\nQuiet.", "By the river", "Elko, NV")
    assert (post.tags, post.image_url) == (["boondocking", "lte"], "https://pictures.test/river.jpg")
    assert (post.author.username, post.author.avatar_url) == (ann.name, f"https://pam.test/{ann.name}")
    assert not await cat.sees(post)
    assert [type(event) for event in ann.events[-1:]] == [PostCreated]


async def test_a_public_post_is_for_every_member(ann, cat):
    """R-A10: a public post is one the member asked to be public."""
    result = await ann.run(create_post, content="Hello road", visibility="public")
    assert result.message == "Your post is up. It is seen by every member."
    assert await cat.sees(result.post)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"content": " \n "}, "content"),
        ({"content": "x" * 5001}, "content"),
        ({}, "content is missing"),
        ({"content": "x", "title": "t" * 201}, "title"),
        ({"content": "x", "location": ""}, "location"),
        ({"content": "x", "image_url": "javascript:alert(1)"}, "image_url"),
        ({"content": "x", "tags": [f"t{n}" for n in range(21)]}, "tags"),
        ({"content": "x", "tags": ["#"]}, "tags"),
        ({"content": "x", "group_id": "mine"}, "group_id"),
        ({"content": "x", "visibility": "everybody"}, "visibility"),
        ({"content": "x", "user_id": "somebody"}, "user_id"),
    ],
)
async def test_a_bad_post_is_refused_with_the_fields_name(ann, arguments, named):
    """R-T3: the model is told what to correct; nothing is written."""
    with pytest.raises(InvalidRequestError, match=named):
        await ann.run(create_post, **arguments)
    assert (await ann.feed("friends")).is_empty


async def test_the_longest_post_there_may_be_is_kept_whole(ann):
    """R-T1: bounds are inclusive, and counted in characters."""
    post = await ann.post("ü" * 5000, title="é" * 200)
    assert (len(post.content), len(post.title)) == (5000, 200)


async def test_comments_are_read_in_the_order_they_were_made(friends):
    """R-T1: a conversation under a post, a page at a time."""
    ann, ben = friends
    post = await ann.post("Where is everybody?", title="Question")
    assert (await ann.run(read_comments, post_id=post.id)).message == "Nobody has commented on it yet."
    said = await ben.run(comment_on_post, post_id=post.id, comment="Elko!")
    assert said.message == f"Your comment is under the post of {ann.name}."
    own = await ann.run(comment_on_post, post_id=post.id, comment="Me too.")
    assert (own.message, own.comments_count) == ("Your comment is under your own post.", 2)
    first = await ann.run(read_comments, post_id=post.id, limit=1)
    rest = await ann.run(read_comments, post_id=post.id, limit=1, cursor=first.next_cursor)
    assert [c.comment for c in (*first.comments, *rest.comments)] == ["Elko!", "Me too."]
    assert first.message == f'1 comment: {ben.name}: "Elko!".'
    assert rest.next_cursor is None
    assert [type(event) for event in ben.events[-1:]] == [PostCommented]
    assert ben.events[-1].author_id == ann.user


async def test_a_post_is_liked_once_however_often_it_is_said(friends):
    """R-T1: likes are a state, not a sum; others hear of the first alone."""
    ann, ben = friends
    post = await ann.post()
    for _ in range(3):
        result = await ben.run(like_post, post_id=post.id)
        assert (result.liked, result.likes_count) == (True, 1)
    assert result.message == "You like the post. It has 1 like."
    assert [type(event) for event in ben.events].count(PostLiked) == 1
    for _ in range(3):
        result = await ben.run(like_post, post_id=post.id, unlike=True)
        assert (result.liked, result.likes_count) == (False, 0)
    assert (await ben.feed()).posts[0].liked is False


async def test_fifty_likes_at_once_are_fifty(ann, new_member):
    """R-T1: no like is lost between members who like at the same moment, and each is told a count that was true."""
    post = await ann.post(visibility="public")
    fans = [await new_member() for _ in range(50)]
    told = await asyncio.gather(*(fan.run(like_post, post_id=post.id) for fan in fans))
    assert sorted(result.likes_count for result in told) == list(range(1, 51))
    assert (await fans[0].feed("popular")).posts[0].likes_count == 50


async def test_a_storm_of_likes_and_unlikes_leaves_the_count_that_is_there(ann, new_member, administrator):
    """R-T1: the counter of a post is the number of its likes, whatever happened on the way."""
    post = await ann.post(visibility="public")
    fans = [await new_member() for _ in range(20)]

    async def waver(number, fan):
        calls = [fan.run(like_post, post_id=post.id, unlike=bool(turn % 2)) for turn in range(6 + number % 2)]
        await asyncio.gather(*calls)

    await asyncio.gather(*(waver(number, fan) for number, fan in enumerate(fans)))
    counted, there = await administrator.fetchrow(
        "select likes_count, (select count(*) from social.post_likes where post_id = p.id)"
        " from social.social_posts p where id = $1",
        post.id,
    )
    assert counted == there


async def test_fifty_comments_at_once_are_fifty(ann, new_member):
    """R-T1: the counter of comments is exact, too."""
    post = await ann.post(visibility="public")
    readers = [await new_member() for _ in range(10)]
    calls = (reader.run(comment_on_post, post_id=post.id, comment="Hi") for reader in readers for _ in range(5))
    assert max(result.comments_count for result in await asyncio.gather(*calls)) == 50
    assert len((await ann.run(read_comments, post_id=post.id, limit=100)).comments) == 50


@pytest.mark.parametrize("tool", [like_post, read_comments])
async def test_a_post_one_may_not_see_is_not_there(ann, ben, tool):
    """R-T6: a foreign id is not found, and nothing tells that it exists."""
    post = await ann.post("for friends")
    with pytest.raises(NotFoundError, match="post_id: I see no such post"):
        await ben.run(tool, post_id=post.id)
    with pytest.raises(NotFoundError):
        await ben.run(comment_on_post, post_id=post.id, comment="Hello?")


async def test_a_group_post_is_for_its_members_alone(ann, ben, cat):
    """R-T1: also where the post is public, and also for friends outside of the group."""
    await ann.befriend(cat)
    group = (await ann.run(create_group, name=f"Solar {ann.name}")).group
    joined = await ben.run(join_group, group_id=group.id)
    assert joined.message == f"You are in Solar {ann.name}, which has 2 members."
    result = await ann.run(create_post, content="Panels", group_id=group.id, visibility="public")
    assert result.message == f"Your post is up. It is seen by the members of Solar {ann.name}."
    assert (await ben.feed()).posts[0] == result.post
    assert (await cat.sees(result.post), await ben.sees(result.post)) == (False, True)
    await cat.privacy(profile_visibility="private")
    with pytest.raises(NotPermittedError, match="join it first"):
        await cat.run(create_post, content="Me too", group_id=group.id)
    await ben.run(join_group, group_id=group.id, leave=True)
    assert not await ben.sees(result.post)
    with pytest.raises(ConflictError, match="an owner cannot leave"):
        await ann.run(join_group, group_id=group.id, leave=True)


async def test_search_finds_words_phrases_tags_and_places(friends, cat):
    """R-T1: full text over title and content, in the member's own sight."""
    ann, ben = friends
    lake = await ann.post("Camped at the lake", title="Zanzibar mornings", tags=["sunrise"], location="Lake Havasu, AZ")
    city = await ann.post("zanzibar nights in the city, never by a lake", location="Elko")

    async def found(query, **more):
        return [post.id for post in (await ben.run(search_posts, query=query, **more)).posts]

    assert await found("zanzibar") == [city.id, lake.id]
    assert await found("zanzibar camping") == [lake.id]  # camped, camping: one word
    assert await found('"zanzibar nights"') == [city.id]
    assert await found("zanzibar -city") == [lake.id]
    assert await found("zanzibar", tags=["#Sunrise"]) == [lake.id]
    assert await found("zanzibar", location="havasu") == [lake.id]
    empty = await cat.run(search_posts, query="zanzibar")
    assert empty.is_empty
    assert empty.message == 'I found no posts with "zanzibar". Fewer or other words may find some.'


@pytest.mark.parametrize("query", ["the", "' or 1=1 --", "&|!():*", '"', "50% _off_"])
async def test_no_words_break_the_search(ann, query):
    """R-S2: what is searched for is data."""
    assert (await ann.run(search_posts, query=query)).is_empty


async def test_the_popular_feed_is_ordered_by_reactions_for_their_age(ann, new_member):
    """R-T1: ten reactions outweigh a minute; what nobody minds is the newest."""
    fans = [await new_member() for _ in range(11)]
    liked = await ann.post("liked", visibility="public")
    fresh = await ann.post("fresh", visibility="public")
    for fan in fans:
        await fan.run(like_post, post_id=liked.id)
    page = await ann.feed("popular", limit=100)
    order = [post.id for post in page.posts]
    assert order.index(liked.id) < order.index(fresh.id)
