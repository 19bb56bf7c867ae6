"""Pages of posts: their ids from functions that know the indexes, then the posts the member may see."""

from datetime import datetime

from pam_shared.postgres.pool import Connection
from pam_tools_social.paging import Page, Place, page_of
from pam_tools_social.queries.posts import as_post
from pam_tools_social.shapes import Post


async def latest(db: Connection, after: Place[datetime], since: datetime, limit: int) -> Page[Post]:
    """Return all the member may see since a moment, the newest first."""
    rows = await db.fetch(
        "select * from seen_posts where id = any (array(select newest_posts($1, $2, $3, $4)))"
        " order by created_at desc, id desc",
        after.position,
        after.id,
        since,
        limit + 1,
    )
    return page_of(rows, limit, "created_at", as_post)


async def of_followed(db: Connection, after: Place[datetime], limit: int, *, friends_only: bool) -> Page[Post]:
    """Return posts of those the member follows, or of friends alone, the newest first."""
    rows = await db.fetch(
        "select * from seen_posts where id = any (array(select posts_of_followed($1, $2, $3, $4)))"
        " order by created_at desc, id desc",
        after.position,
        after.id,
        friends_only,
        limit + 1,
    )
    return page_of(rows, limit, "created_at", as_post)


async def popular(db: Connection, after: Place[float], limit: int) -> Page[Post]:
    """Return public posts, first those that are liked and commented on most for their age."""
    rows = await db.fetch(
        "select * from seen_posts where visibility = 'public' and group_id is null and (heat, id) < ($1, $2)"
        " order by heat desc, id desc limit $3",
        after.position,
        after.id,
        limit + 1,
    )
    return page_of(rows, limit, "heat", as_post)


async def search(
    db: Connection, words: str, tags: list[str], place: str | None, after: Place[datetime], limit: int
) -> Page[Post]:
    """Return posts with these words and all of these tags, from there, the newest first."""
    rows = await db.fetch(
        "select * from seen_posts where id = any (array(select search_posts($1, $2, $3, $4, $5, $6)))"
        " order by created_at desc, id desc",
        words,
        tags,
        place,
        after.position,
        after.id,
        limit + 1,
    )
    return page_of(rows, limit, "created_at", as_post)
