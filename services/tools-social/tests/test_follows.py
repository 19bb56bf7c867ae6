"""What the worker hears of members: names, privacy, and that they left."""

from datetime import UTC, datetime, timedelta

import pytest

from pam_shared.errors import NotFoundError
from pam_shared.service import MEMBER_DELETED
from pam_shared.tools.following import find_followers, forget_member
from pam_tools_social import tools
from pam_tools_social.follows.member_deleted import member_deleted
from pam_tools_social.follows.privacy_changed import privacy_changed
from pam_tools_social.follows.profile_updated import profile_updated
from pam_tools_social.service import SERVICE
from pam_tools_social.tools.comment_on_post import comment_on_post
from pam_tools_social.tools.create_event import create_event
from pam_tools_social.tools.create_group import create_group
from pam_tools_social.tools.create_post import create_post
from pam_tools_social.tools.get_social_records import get_social_records
from pam_tools_social.tools.join_group import join_group
from pam_tools_social.tools.like_post import like_post
from pam_tools_social.tools.message_friend import message_friend
from pam_tools_social.tools.read_comments import read_comments
from pam_tools_social.tools.read_messages import read_messages
from pam_tools_social.tools.rsvp_event import rsvp_event
from pam_tools_social.tools.share_location import share_location
from pam_tools_social.tools.submit_community_tip import submit_community_tip


@pytest.mark.unit
def test_the_worker_has_a_function_for_each_event_it_hears():
    """R-T7: what is subscribed is what is acted on."""
    assert {follower.event for follower in find_followers(tools)} == set(SERVICE.follows) >= {MEMBER_DELETED}


async def test_a_new_name_signs_what_was_written_before(ann, ben):
    """R-T1: names are the account worker's; a field it does not mention stays."""
    post = await ann.post(visibility="public")
    await ann.follow(profile_updated, {"username": f"new_{ann.name}", "bio": "not ours"})
    [found] = [one for one in (await ben.feed()).posts if one.id == post.id]
    assert found.author.username == f"new_{ann.name}"
    assert found.author.avatar_url == f"https://pam.test/{ann.name}"
    await ann.follow(profile_updated, {"avatar_url": None})
    [found] = [one for one in (await ben.feed()).posts if one.id == post.id]
    assert (found.author.username, found.author.avatar_url) == (f"new_{ann.name}", None)


async def test_what_is_older_than_what_is_known_changes_nothing(ann, ben):
    """G4: events that come late, or again, do not undo newer ones."""
    post = await ann.post(visibility="public")
    earlier = ann.at(datetime.now(UTC) - timedelta(hours=1))
    await ann.privacy(profile_visibility="private")
    await earlier.follow(privacy_changed, {"profile_visibility": "public"})
    await earlier.follow(profile_updated, {"username": "an_old_name"})
    assert not await ben.sees(post)
    assert (await ann.feed()).posts[0].author.username == ann.name


async def test_privacy_is_known_of_members_before_their_name(unnamed, ben):
    """R-T1: events of a member come in any order."""
    member = unnamed()
    await member.follow(privacy_changed, {"profile_visibility": "private"})
    post = await member.post(visibility="public")
    assert not await ben.sees(post)
    published = await member.run(create_post, content="x", visibility="public")
    assert published.message == "Your post is up. It is seen by nobody but you, because your profile is private."
    await member.follow(privacy_changed, {"profile_visibility": "friends"})
    published = await member.run(create_post, content="x", visibility="public")
    assert published.message.endswith("your friends only, because your profile is for friends.")


async def test_a_members_numbers_are_theirs(friends):
    """R-T1: for other workers, by name."""
    ann, ben = friends
    post = await ann.post()
    await ann.run(comment_on_post, post_id=post.id, comment="x")
    await ann.run(message_friend, recipient=ben.name, message="x")
    await ann.run(create_group, name=f"Numbers {ann.name}")
    numbers = (await ann.run(get_social_records)).model_dump(exclude={"message"})
    assert set(numbers.values()) == {1}
    assert set(numbers) == {
        "posts_count", "followers_count", "following_count", "comments_count", "groups_count", "messages_sent"
    }  # fmt: skip
    assert (await ben.run(get_social_records)).posts_count == 0


async def test_who_leaves_is_forgotten_also_in_the_rows_of_others(friends, cat, administrator):
    """R-D7: rows, letters, follows, blocks; the counters follow, and what others wrote elsewhere stays."""
    ann, ben = friends
    post = await ben.post(visibility="public")
    event = (await ben.run(create_event, title="T", event_date="2036-07-04T18:00", location="x")).event
    for member in (ann, cat):
        await member.run(like_post, post_id=post.id)
        await member.run(comment_on_post, post_id=post.id, comment="x")
        await member.run(rsvp_event, event_id=event.id)
    await ben.run(comment_on_post, post_id=(await ann.post()).id, comment="goes with the post")
    await ann.run(message_friend, recipient=ben.name, message="x")
    await ben.run(message_friend, recipient=ann.name, message="x")
    await ann.run(share_location, location_name="x", latitude=1, longitude=1)
    await ann.run(submit_community_tip, title="x", content="x", category="other")
    await cat.block(ann)
    shared = (await ann.run(create_group, name=f"Shared {ann.name}")).group
    lonely = (await ann.run(create_group, name=f"Lonely {ann.name}")).group
    await ben.run(join_group, group_id=shared.id)
    in_group = await ben.post("stays", group_id=shared.id)
    for follower in (member_deleted, forget_member):
        await ann.follow(follower, {})

    tables = await administrator.fetch(
        "select c.table_name, c.column_name from information_schema.columns c"
        " join information_schema.tables t using (table_schema, table_name)"
        " where c.table_schema = 'social' and t.table_type = 'BASE TABLE' and c.data_type = 'uuid'"
        " and c.table_name not in ('inbox', 'outbox')"
    )
    for table, column in tables:
        left = await administrator.fetchval(f'select count(*) from social."{table}" where "{column}" = $1', ann.user)
        assert left == 0, f"{table}.{column}"
    read = await ben.run(read_comments, post_id=post.id)
    assert (read.post.likes_count, read.post.comments_count) == (1, 1)
    assert (await ben.run(rsvp_event, event_id=event.id)).event.attendee_count == 2
    assert (await ben.run(read_messages)).is_empty
    assert await ben.sees(in_group)
    assert (await ben.run(join_group, group_id=shared.id)).group.member_count == 1
    with pytest.raises(NotFoundError):
        await ben.run(join_group, group_id=lonely.id)
    owner = await administrator.fetchval("select owner_id from social.social_groups where id = $1", shared.id)
    assert owner == ben.user
