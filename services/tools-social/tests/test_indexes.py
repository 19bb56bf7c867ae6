"""The questions that are asked of a million posts are read off indexes."""

import re
from uuid import UUID

import asyncpg
import pytest

from pam_tools_social.paging import NEWEST

MEMBERS, POSTS = 200, 20_000
START = f"'{NEWEST.position}', '{NEWEST.id}'"
FUNCTIONS = {
    "newest_posts": ("timestamptz, uuid, timestamptz, integer", f"{START}, '2000-01-01', 21"),
    "posts_of_followed": ("timestamptz, uuid, boolean, integer", f"{START}, false, 21"),
    "search_posts": ("text, text[], text, timestamptz, uuid, integer", f"'kingfisher', '{{}}', null, {START}, 21"),
}
ME = UUID(int=1)


@pytest.fixture(scope="module")
async def crowd(databases, postgres_url):
    """A connection in whose transaction there are many posts of members who follow each other; it sees every row."""
    db = await asyncpg.connect(postgres_url)
    transaction = db.transaction()
    await transaction.start()
    await db.execute("set local search_path to social; set local session_replication_role to replica")
    await db.execute("select set_config('pam.member', $1, true)", str(ME))
    await db.execute(
        "insert into user_follows (user_id, following_id) select a, b from ("
        " select lpad(to_hex(n), 32, '0')::uuid as a, lpad(to_hex(m), 32, '0')::uuid as b"
        f" from generate_series(1, {MEMBERS}) n, generate_series(1, {MEMBERS}) m where n <> m and (n * m) % 3 = 0) f"
    )
    await db.execute(
        "insert into social_posts (user_id, content, visibility, created_at)"
        f" select lpad(to_hex(1 + g % {MEMBERS}), 32, '0')::uuid,"
        "  case when g % 1000 = 0 then 'kingfisher' else 'Post number ' || g end,"
        "  case when g % 4 = 0 then 'public' else 'friends' end, now() - g * interval '1 minute'"
        f" from generate_series(1, {POSTS}) g"
    )
    await db.execute("analyze social_posts; analyze user_follows")
    yield db
    await transaction.rollback()
    await db.close()


async def plan_of(db, name):
    """The plan of a function's own text, with an ordinary page's arguments."""
    types, arguments = FUNCTIONS[name]
    text = await db.fetchval(
        "select prosrc from pg_proc where proname = $1 and pronamespace = 'social'::regnamespace", name
    )
    await db.execute(f"set local plan_cache_mode to force_custom_plan; prepare {name}_ ({types}) as {text}")
    rows = await db.fetch(f"explain (analyze, timing off) execute {name}_ ({arguments})")
    await db.execute(f"deallocate {name}_")
    return "\n".join(row[0] for row in rows)


@pytest.mark.parametrize(
    ("name", "indexes"),
    [
        ("newest_posts", ["social_posts_public", "social_posts_by_author", "social_posts_by_group"]),
        ("posts_of_followed", ["social_posts_by_author"]),
        ("search_posts", ["social_posts_by_word"]),
    ],
)
async def test_a_page_is_read_off_indexes_whatever_the_number_of_posts(crowd, name, indexes):
    """R-Q4: no scan of the table, no row touched that is not nearly shown."""
    plan = await plan_of(crowd, name)
    assert "Seq Scan on social_posts" not in plan
    assert [index for index in indexes if index not in plan] == []
    read = [float(rows) for rows in re.findall(r"social_posts\w* .*?rows=([\d.]+) loops", plan)]
    assert max(read) <= 21


async def test_the_popular_are_read_off_their_index(crowd):
    """R-Q4: as the worker asks, with row-level security."""
    await crowd.execute("set local role pam_social")
    rows = await crowd.fetch(
        "explain select * from seen_posts where visibility = 'public' and group_id is null"
        f" and (heat, id) < ('infinity', '{NEWEST.id}') order by heat desc, id desc limit 21"
    )
    await crowd.execute("reset role")
    plan = "\n".join(row[0] for row in rows)
    assert "social_posts_popular" in plan
    assert "Seq Scan on social_posts" not in plan


@pytest.mark.parametrize(
    ("question", "index"),
    [
        ("select * from messages where user_id = $1 and recipient_id = $1 order by created_at desc, id desc limit 21",
         "messages_between"),
        ("select * from messages where recipient_id = $1 order by created_at desc, id desc limit 21",
         "messages_received"),
        ("select * from comments where post_id = $1 order by created_at, id limit 21", "comments_by_post"),
        ("select * from shared_locations where latitude between 1 and 2 and longitude between 1 and 2",
         "shared_locations_by_place"),
        ("select * from meetups where (event_date, id) > (now(), $1) order by event_date, id limit 21",
         "meetups_by_date"),
        ("select * from seen_posts where user_id = $1 and visibility = 'friends' order by created_at desc, id desc",
         "social_posts_by_author"),
    ],
)  # fmt: skip
async def test_every_other_page_has_its_index(crowd, question, index):
    """R-Q4: with row-level security, and tables too small for indexes to be worth it."""
    await crowd.execute("set local enable_seqscan to off; set local enable_sort to off; set local role pam_social")
    rows = await crowd.fetch(f"explain {question.replace('$1', repr(str(ME)))}")
    await crowd.execute("reset role; set local enable_seqscan to on; set local enable_sort to on")
    assert index in "\n".join(row[0] for row in rows)
