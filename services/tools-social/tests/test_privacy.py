"""Who sees what: profiles, friends, blocks. Looked at through every tool, and straight in SQL."""

import itertools

import asyncpg
import pytest

from pam_shared.errors import InvalidRequestError, NotFoundError, NotPermittedError
from pam_shared.postgres.pool import member_transaction
from pam_tools_social.events import MemberFollowed, MessageSent
from pam_tools_social.follows.profile_updated import profile_updated
from pam_tools_social.tools.comment_on_post import comment_on_post
from pam_tools_social.tools.create_event import create_event
from pam_tools_social.tools.create_group import create_group
from pam_tools_social.tools.find_events import find_events
from pam_tools_social.tools.find_nearby_rvers import find_nearby_rvers
from pam_tools_social.tools.follow_user import follow_user
from pam_tools_social.tools.get_social_records import get_social_records
from pam_tools_social.tools.join_group import join_group
from pam_tools_social.tools.like_post import like_post
from pam_tools_social.tools.message_friend import message_friend
from pam_tools_social.tools.read_comments import read_comments
from pam_tools_social.tools.read_messages import read_messages
from pam_tools_social.tools.rsvp_event import rsvp_event
from pam_tools_social.tools.search_community_tips import search_community_tips
from pam_tools_social.tools.search_posts import search_posts
from pam_tools_social.tools.share_location import share_location
from pam_tools_social.tools.submit_community_tip import submit_community_tip

HERE = {"latitude": -54.8, "longitude": -68.3}
VISIBILITIES = ("public", "friends", "private")


@pytest.fixture
async def everything(ann):
    """Ann has done all that others could see, under a word of her own."""
    word = ann.name.replace("_", "")
    post = await ann.post(f"{word} camps", visibility="public")
    await ann.run(share_location, location_name=word, share_with="public", **HERE)
    await ann.run(create_event, title=word, event_date="2036-07-04T18:00", location="Ushuaia")
    await ann.run(submit_community_tip, title=word, content=f"{word} says", category="camping")
    return word, post


async def seen(member, word, author):
    """Names of the places in which a member comes upon somebody."""
    feeds = {kind: (await member.feed(kind, limit=100)).posts for kind in ("all", "recent", "popular", "following")}
    found = {kind for kind, posts in feeds.items() if any(post.author.user_id == author.user for post in posts)}
    if not (await member.run(search_posts, query=word)).is_empty:
        found.add("search")
    if not (await member.run(find_events, query=word)).is_empty:
        found.add("events")
    if not (await member.run(search_community_tips, query=word)).is_empty:
        found.add("tips")
    nearby = await member.run(find_nearby_rvers, **HERE, radius_miles=5, limit=100)
    if any(one.user_id == author.user for one in nearby.rvers):
        found.add("nearby")
    return found


SHOWN = {"all", "recent", "popular", "search", "events", "nearby"}


async def test_what_is_public_is_found_everywhere(ann, ben, everything):
    """R-T1: the test of the tests below: a stranger finds a public member in each place."""
    word, _ = everything
    assert await seen(ben, word, ann) == SHOWN | {"tips"}


@pytest.mark.parametrize("visibility", VISIBILITIES)
@pytest.mark.parametrize("relation", ["stranger", "follower", "followed", "friend"])
async def test_a_profile_is_shown_to_those_it_is_open_to(ann, ben, everything, visibility, relation):
    """R-T1: profile_visibility bounds all a member shows, wherever it is looked at; a tip is given to everybody."""
    word, post = everything
    if relation in {"follower", "friend"}:
        await ben.follow_(ann)
    if relation in {"followed", "friend"}:
        await ann.follow_(ben)
    await ann.privacy(profile_visibility=visibility)
    open_to_ben = visibility == "public" or (visibility == "friends" and relation == "friend")
    follows = {"following"} if relation in {"follower", "friend"} else set()
    assert await seen(ben, word, ann) == {"tips"} | (SHOWN | follows if open_to_ben else set())
    assert await ben.sees(post) is open_to_ben


@pytest.mark.parametrize("blocker", ["ann", "ben"])
async def test_a_block_parts_two_members_everywhere_and_both_ways(friends, everything, blocker):
    """R-T1: feed, search, nearby, events, tips, comments, likes, messages, follows; whoever of the two blocked."""
    ann, ben = friends
    word, post = everything
    assert await seen(ben, word, ann) == SHOWN | {"tips", "following"}
    await (ann.block(ben) if blocker == "ann" else ben.block(ann))
    assert await seen(ben, word, ann) == set()
    for tool, arguments in (
        (like_post, {"post_id": post.id}),
        (comment_on_post, {"post_id": post.id, "comment": "?"}),
        (read_comments, {"post_id": post.id}),
        (message_friend, {"recipient": ann.name, "message": "?"}),
        (message_friend, {"recipient": str(ann.user), "message": "?"}),
        (follow_user, {"target": ann.name}),
        (read_messages, {"person": ann.name}),
    ):
        with pytest.raises(NotFoundError):
            await ben.run(tool, **arguments)


async def test_a_block_ends_what_there_was_between_the_two_and_nothing_else(friends, cat):
    """R-T1: follows, likes, comments, seats and places in each other's groups go; the counters follow."""
    ann, ben = friends
    post = await ann.post(visibility="public")
    event = (await ann.run(create_event, title="Picnic", event_date="2036-07-04T18:00", location="Elko")).event
    group = (await ann.run(create_group, name=f"Blocks {ann.name}")).group
    for member in (ben, cat):
        await member.run(like_post, post_id=post.id)
        await member.run(comment_on_post, post_id=post.id, comment=f"I am {member.name}")
        await member.run(rsvp_event, event_id=event.id)
        await member.run(join_group, group_id=group.id)
    await ann.block(ben)
    left = await ann.run(read_comments, post_id=post.id)
    assert [comment.author.user_id for comment in left.comments] == [cat.user]
    assert (left.post.likes_count, left.post.comments_count) == (1, 1)
    assert (await cat.run(find_events, query="Picnic", limit=100)).events[-1].attendee_count == 2
    assert (await cat.run(join_group, group_id=group.id)).group.member_count == 2
    assert (await ann.run(get_social_records)).followers_count == 0
    await ann.block(ben, unblock=True)
    assert await ben.sees(post)
    assert (await ben.run(get_social_records)).following_count == 0


async def test_comments_of_a_blocked_member_on_a_third_ones_post_are_hidden_from_the_two_alone(ann, ben, cat):
    """R-T1: a block is between two."""
    post = await cat.post(visibility="public")
    for member in (ann, ben):
        await member.run(comment_on_post, post_id=post.id, comment=f"I am {member.name}")
    await ann.block(ben)

    async def authors(member):
        return [one.author.user_id for one in (await member.run(read_comments, post_id=post.id)).comments]

    assert (await authors(ann), await authors(ben), await authors(cat)) == (
        [ann.user],
        [ben.user],
        [ann.user, ben.user],
    )


async def test_nobody_learns_who_blocked_them(ann, ben, pool):
    """G6: a block looks like an absence, in words and in SQL."""
    await ann.block(ben)
    with pytest.raises(NotFoundError) as blocked:
        await ben.run(follow_user, target=ann.name)
    with pytest.raises(NotFoundError) as unknown:
        await ben.run(follow_user, target="nobody_ever")
    assert str(blocked.value).replace(ann.name, "nobody_ever") == str(unknown.value)
    with pytest.raises(NotFoundError):
        await ben.block(ann, unblock=True)
    async with member_transaction(pool, ben.user) as db:
        assert await db.fetch("select * from blocked_members") == []


@pytest.mark.parametrize("allowed", ["everyone", "friends", "none"])
@pytest.mark.parametrize("relation", ["stranger", "follower", "friend"])
async def test_messages_come_from_those_they_are_allowed_from(ann, ben, allowed, relation):
    """R-T1: allow_messages, asked of the recipient."""
    if relation != "stranger":
        await ben.follow_(ann)
    if relation == "friend":
        await ann.follow_(ben)
    await ann.privacy(allow_messages=allowed)
    if allowed == "everyone" or (allowed == "friends" and relation == "friend"):
        result = await ben.run(message_friend, recipient=f"@{ann.name}", message="Hi")
        assert result.message == f"Your message to {ann.name} is on its way."
        assert ben.events[-1] == MessageSent(message_id=result.sent.id, recipient_id=ann.user)
    else:
        with pytest.raises(NotPermittedError, match="takes no messages from you"):
            await ben.run(message_friend, recipient=ann.name, message="Hi")
        assert (await ann.run(read_messages)).is_empty


async def test_two_read_what_they_wrote_to_each_other_and_nobody_else_does(ann, ben, cat):
    """R-T1, G6: a conversation is between two."""
    await ann.run(message_friend, recipient=ben.name, message="Still at Elko?")
    await ben.run(message_friend, recipient=ann.name, message="Until Monday.")
    await cat.run(message_friend, recipient=ann.name, message="I am cat.")
    told = await ann.run(read_messages, person=ben.name)
    assert [(letter.mine, letter.text) for letter in told.messages] == [
        (False, "Until Monday."),
        (True, "Still at Elko?"),
    ]
    assert told.message == (
        f'2 messages, the newest first: {ben.name}: "Until Monday."; you to {ben.name}: "Still at Elko?".'
    )
    assert len((await ann.run(read_messages)).messages) == 3
    assert [letter.text for letter in (await cat.run(read_messages)).messages] == ["I am cat."]
    assert (
        await cat.run(read_messages, person=ben.name)
    ).message == f"You and {ben.name} have not written to each other."
    await ann.block(cat)
    assert len((await ann.run(read_messages)).messages) == 2
    assert (await cat.run(read_messages)).is_empty


async def test_a_private_member_is_found_by_those_they_turned_to(ann, ben, cat):
    """R-T1: a private profile hides its owner, not from whom they follow or write to."""
    await ann.privacy(profile_visibility="private")
    with pytest.raises(NotFoundError):
        await ben.run(message_friend, recipient=ann.name, message="Hi")
    await ann.run(message_friend, recipient=ben.name, message="It is me.")
    assert (await ben.run(message_friend, recipient=ann.name, message="Hi")).sent.recipient.username == ann.name
    with pytest.raises(NotFoundError):
        await cat.run(follow_user, target=ann.name)
    await ann.follow_(cat)
    assert (await cat.follow_(ann)).friends is True


async def test_a_private_members_comment_is_signed_by_nobody(ann, ben, cat):
    """R-T1: what is said in public stays; the name goes."""
    post = await ben.post(visibility="public")
    await ann.run(comment_on_post, post_id=post.id, comment="Lovely")
    await ann.privacy(profile_visibility="private")
    [comment] = (await cat.run(read_comments, post_id=post.id)).comments
    assert (comment.author.username, comment.author.avatar_url) == (None, None)
    assert (await cat.run(read_comments, post_id=post.id)).message == '1 comment: a traveller: "Lovely".'


async def test_a_member_nobody_has_named_is_a_traveller_with_default_privacy(unnamed, ben):
    """R-T1: account may say nothing of a member for long; the social life goes on."""
    member = unnamed()
    post = await member.post("Hello", visibility="public")
    assert (await ben.run(like_post, post_id=post.id)).liked
    [found] = [one for one in (await ben.feed()).posts if one.id == post.id]
    assert found.author.username is None
    assert found.spoken == 'a traveller: "Hello" (1 like)'
    assert (await ben.run(follow_user, target=str(member.user))).message == "You follow a traveller."


async def test_following_each_other_is_friendship(ann, ben):
    """R-T1: friends are those who follow each other; saying it again changes nothing."""
    assert (await ann.follow_(ben)).message == f"You follow {ben.name}."
    both = await ben.run(follow_user, target=ann.name.upper())
    assert both.message == f"You follow {ann.name}. {ann.name} follows you, too: you are friends."
    assert (await ben.follow_(ann)).friends
    assert [event for event in ben.events if isinstance(event, MemberFollowed)] == [
        MemberFollowed(following_id=ann.user, friends=True)
    ]
    assert (await ben.run(follow_user, target=ann.name, unfollow=True)).following is False
    assert (await ann.follow_(ben)).friends is False
    with pytest.raises(InvalidRequestError, match="that is you"):
        await ann.follow_(ann)


async def test_unknown_people_are_not_found(ann, new_person):
    """R-T6: nobody writes to an id nobody has."""
    for who in ("nobody_ever", str(new_person().user), "a' or 'a'='a"):
        with pytest.raises(NotFoundError, match="I know no traveller"):
            await ann.run(message_friend, recipient=who, message="Hi")


async def test_a_name_that_changed_hands_leads_to_its_new_owner(ann, ben, cat):
    """R-T1: names are the account worker's; the latest to take one has it."""
    await ben.follow(profile_updated, {"username": ann.name})
    await cat.run(message_friend, recipient=ann.name, message="For whoever is called so now")
    assert (await ann.run(read_messages)).is_empty
    assert len((await ben.run(read_messages)).messages) == 1


async def test_sample_sam_is_marked_as_made_up(ann):
    """R-E2: a sample is marked, in the sentence and in the sources."""
    reply = await ann.reply(message_friend, recipient="sample_sam", message="Hi")
    assert "made up, for trying PAM out: nobody will answer" in reply.message
    assert [source.sample for source in reply.sources] == [True]


TABLES = (
    "members", "user_follows", "blocked_members", "messages", "social_posts", "comments", "post_likes",
    "group_memberships", "shared_locations", "meetups", "event_attendees", "community_tips", "marketplace_listings",
)  # fmt: skip


async def test_no_row_can_be_written_in_anybody_elses_name(ann, ben, pool):
    """G6: row-level security refuses what a wrong query would do."""
    await ann.post(visibility="public")
    for statement in (
        "insert into social_posts (user_id, content) values ($1, 'theft')",
        "insert into messages (user_id, recipient_id, message) values ($1, current_member(), 'theft')",
        "insert into user_follows (user_id, following_id) values ($1, current_member())",
        "insert into blocked_members (user_id, blocked_id) values ($1, current_member())",
        "insert into members (user_id, username) values ($1, 'thief')",
        "insert into community_tips (user_id, title, content, category) values ($1, 't', 't', 'other')",
        "insert into post_likes (user_id, post_id) select $1, id from social_posts where user_id = $1 limit 1",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with member_transaction(pool, ben.user) as db:
                await db.execute(statement, ann.user)


async def test_a_comment_a_like_and_a_seat_need_something_that_is_seen(ann, ben, pool):
    """G6: the database itself refuses what is put under a hidden post or meet-up."""
    post = await ann.post()
    event = (await ann.run(create_event, title="T", event_date="2036-07-04T18:00", location="E", is_public=False)).event
    for statement, its_id in (
        ("insert into comments (user_id, post_id, comment) values (current_member(), $1, 'x')", post.id),
        ("insert into post_likes (user_id, post_id) values (current_member(), $1)", post.id),
        ("insert into event_attendees (user_id, meetup_id) values (current_member(), $1)", event.id),
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with member_transaction(pool, ben.user) as db:
                await db.execute(statement, its_id)


async def test_without_a_member_nothing_is_shown(ann, everything, pool):
    """G6: a transaction that forgot whose it is sees no row of any table, public or not."""
    async with pool.acquire() as db:
        for table in TABLES:
            assert await db.fetchval(f"select count(*) from {table} where user_id = $1", ann.user) == 0, table


async def test_what_is_shown_is_never_more_than_the_rule_says(friends, cat, pool):
    """G6: posts in SQL against the rule told in the requirements, for every profile, relation and visibility."""
    ann, ben = friends
    posts = {visibility: await ann.post(visibility=visibility) for visibility in ("public", "friends")}
    for profile, (reader, is_friend), (visibility, post) in itertools.product(
        VISIBILITIES, ((ben, True), (cat, False)), posts.items()
    ):
        await ann.privacy(profile_visibility=profile)
        expected = profile != "private" and (is_friend or profile == visibility == "public")
        assert await reader.sees(post) is expected, (profile, is_friend, visibility)
    assert all([await ann.sees(post) for post in posts.values()])
