"""Keyset pages: what was there at the start is read once, whatever is written meanwhile."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pam_shared.errors import InvalidRequestError
from pam_tools_social.paging import NEWEST, OLDEST, moment
from pam_tools_social.tools.comment_on_post import comment_on_post
from pam_tools_social.tools.create_event import create_event
from pam_tools_social.tools.find_events import find_events
from pam_tools_social.tools.like_post import like_post
from pam_tools_social.tools.message_friend import message_friend
from pam_tools_social.tools.read_comments import read_comments
from pam_tools_social.tools.read_messages import read_messages
from pam_tools_social.tools.search_posts import search_posts

SLOW = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # each example has members of its own: making it smaller takes minutes
)
SIZES = {"there": st.integers(0, 12), "meanwhile": st.integers(0, 3), "limit": st.integers(1, 5)}


async def read_all(read, part, write, meanwhile):
    """Return the ids of all pages; before each next page something is written."""
    found, cursor = [], None
    for _ in range(1000):  # more than there is: a feed also shows what the examples before it made public
        page = await read(cursor=cursor)
        found += [row.id for row in getattr(page, part)]
        cursor = page.next_cursor
        if cursor is None:
            return found
        for _ in range(meanwhile):
            await write()
    raise AssertionError("the pages have no end")


def assert_none_lost_none_twice(found, there):
    assert len(found) == len(set(found))
    assert [row for row in found if row in set(there)] == there


@SLOW
@given(**SIZES, kind=st.sampled_from(["all", "recent", "friends", "following"]))
async def test_no_post_of_a_feed_is_lost_or_read_twice_while_others_are_written(
    new_member, there, meanwhile, limit, kind
):
    """R-T1: insert while paging, in each feed that is ordered by time; public posts and friends' among each other."""
    ann, ben = await new_member(), await new_member()
    await ann.befriend(ben)
    posts = [await ann.post(f"{n}", visibility="public" if n % 3 else "friends") for n in range(there)]

    async def page(cursor):
        return await ben.feed(kind, limit=limit, cursor=cursor)

    found = await read_all(page, "posts", lambda: ann.post("meanwhile"), meanwhile)
    mine = {post.id for post in posts}
    assert_none_lost_none_twice([one for one in found if one in mine], [post.id for post in reversed(posts)])
    assert len(found) == len(set(found))


@SLOW
@given(**SIZES)
async def test_no_search_result_is_lost_or_read_twice_while_others_are_written(new_member, there, meanwhile, limit):
    """R-T1: the search goes by the same rule."""
    ann = await new_member()
    word = f"w{uuid4().hex}"
    posts = [(await ann.post(word)).id for _ in range(there)]

    async def page(cursor):
        return await ann.run(search_posts, query=word, limit=limit, cursor=cursor)

    found = await read_all(page, "posts", lambda: ann.post(word), meanwhile)
    assert_none_lost_none_twice(found, posts[::-1])


@SLOW
@given(**SIZES)
async def test_no_message_is_lost_or_read_twice_while_others_come(new_member, there, meanwhile, limit):
    """R-T1: with one person, and with all."""
    ann, ben = await new_member(), await new_member()

    async def write(number=0):
        sender, recipient = (ann, ben) if number % 2 else (ben, ann)
        return (await sender.run(message_friend, recipient=recipient.name, message="Hi")).sent.id

    sent = [await write(number) for number in range(there)]
    for whom in ({}, {"person": ben.name}):

        async def page(cursor, whom=whom):
            return await ann.run(read_messages, limit=limit, cursor=cursor, **whom)

        assert_none_lost_none_twice(await read_all(page, "messages", write, meanwhile), sent[::-1])
        sent = [letter.id for letter in (await ann.run(read_messages, limit=100)).messages][::-1]


@SLOW
@given(**SIZES)
async def test_comments_and_meetups_are_paged_forwards(new_member, there, meanwhile, limit):
    """R-T1: the oldest comment and the soonest meet-up come first; what is added later follows."""
    ann = await new_member()
    post = await ann.post("x")
    word = f"w{uuid4().hex}"
    day = datetime.now(UTC) + timedelta(days=1)

    async def comment():
        return (await ann.run(comment_on_post, post_id=post.id, comment="x")).comment.id

    async def invite():
        return (await ann.run(create_event, title=word, event_date=day, location="x")).event.id

    comments = [await comment() for _ in range(there)]
    events = [await invite() for _ in range(there)]

    async def comment_page(cursor):
        return await ann.run(read_comments, post_id=post.id, limit=limit, cursor=cursor)

    async def event_page(cursor):
        return await ann.run(find_events, query=word, limit=limit, cursor=cursor)

    budget = iter(range(5))  # what is added at the end would never end
    found = await read_all(comment_page, "comments", lambda: comment() if next(budget, None) else _nothing(), meanwhile)
    assert_none_lost_none_twice(found, comments)
    found = await read_all(event_page, "events", lambda: invite() if next(budget, None) else _nothing(), meanwhile)
    assert_none_lost_none_twice(found, sorted(events))


async def _nothing():
    pass


async def test_no_popular_post_is_read_twice_while_nobody_reacts(new_member):
    """R-T1: posts that are equally popular have an order, too."""
    ann = await new_member()
    posts = [await ann.post(f"{n}", visibility="public") for n in range(9)]
    for post in posts[:3]:
        await ann.run(like_post, post_id=post.id)

    async def page(cursor):
        return await ann.feed("popular", limit=2, cursor=cursor)

    found = await read_all(page, "posts", lambda: ann.post("cold"), 0)
    mine = {post.id for post in posts}
    assert sorted(one for one in found if one in mine) == sorted(mine)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("cursor", ["x", "!", "====", "aGVsbG8", "ü", "A" * 5000])
async def test_a_cursor_nobody_gave_out_is_refused(ann, cursor):
    """R-T3: the field is named, and how to mend it."""
    with pytest.raises(InvalidRequestError, match="cursor: this one does not belong here"):
        await ann.feed(cursor=cursor)


async def test_a_cursor_belongs_to_its_question(new_member):
    """R-T3: a place in one order is none in another."""
    ann = await new_member()
    for _ in range(2):
        await ann.post(visibility="public")
    cursor = (await ann.feed(limit=1)).next_cursor
    with pytest.raises(InvalidRequestError, match="cursor: this one does not belong here"):
        await ann.feed("popular", cursor=cursor)


@pytest.mark.unit
@pytest.mark.parametrize("start", [NEWEST, OLDEST])
def test_without_a_cursor_a_page_begins_at_the_beginning(start):
    """R-T1: no cursor, or an empty one."""
    assert moment(None, "created_at", start) == moment("", "created_at", start) == start
