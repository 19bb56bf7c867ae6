"""Posts, what is said to them, and who likes them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pam_shared.errors import NotFoundError
from pam_shared.postgres.pool import Connection, Record
from pam_tools_social.paging import Page, Place, page_of
from pam_tools_social.rules import Visibility
from pam_tools_social.shapes import Comment, Post, Traveller


@dataclass(frozen=True)
class NewPost:
    """A post to be published."""

    content: str
    title: str | None
    location: str | None
    image_url: str | None
    tags: list[str]
    group_id: UUID | None
    visibility: Visibility


async def insert(db: Connection, user: UUID, post: NewPost) -> UUID:
    """Publish a post and return its id."""
    post_id: UUID = await db.fetchval(
        "insert into social_posts (user_id, content, title, location, image_url, tags, group_id, visibility)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
        user,
        post.content,
        post.title,
        post.location,
        post.image_url,
        post.tags,
        post.group_id,
        post.visibility,
    )
    return post_id


async def get(db: Connection, post_id: UUID) -> Post:
    """Return a post. Raises NotFoundError where the member sees none of that id."""
    row = await db.fetchrow("select * from seen_posts where id = $1", post_id)
    if row is None:
        raise NotFoundError("post_id: I see no such post; it may have been for others only, or be gone.")
    return as_post(row)


async def comment(db: Connection, user: UUID, post_id: UUID, text: str) -> UUID:
    """Comment on a post and return the comment's id."""
    comment_id: UUID = await db.fetchval(
        "insert into comments (user_id, post_id, comment) values ($1, $2, $3) returning id", user, post_id, text
    )
    return comment_id


async def get_comment(db: Connection, comment_id: UUID) -> Comment:
    """Return a comment that is there."""
    row = await db.fetchrow(
        "select k.*, c.username, c.avatar_url from comments k left join lateral card(k.user_id) c on true"
        " where k.id = $1",
        comment_id,
    )
    return _as_comment(row)


async def comments(db: Connection, post_id: UUID, after: Place[datetime], limit: int) -> Page[Comment]:
    """Return what was said to a post, the oldest first."""
    rows = await db.fetch(
        "select k.*, c.username, c.avatar_url from comments k left join lateral card(k.user_id) c on true"
        " where k.post_id = $1 and (k.created_at, k.id) > ($2, $3) order by k.created_at, k.id limit $4",
        post_id,
        after.position,
        after.id,
        limit + 1,
    )
    return page_of(rows, limit, "created_at", _as_comment)


async def like(db: Connection, user: UUID, post_id: UUID) -> bool:
    """Like a post, once; return whether that is new."""
    new = await db.fetchval(
        "insert into post_likes (user_id, post_id) values ($1, $2) on conflict do nothing returning true",
        user,
        post_id,
    )
    return new is not None


async def unlike(db: Connection, user: UUID, post_id: UUID) -> None:
    """Take a like back."""
    await db.execute("delete from post_likes where user_id = $1 and post_id = $2", user, post_id)


async def likes(db: Connection, post_id: UUID) -> int:
    """Return how many like a post."""
    count: int = await db.fetchval("select likes_count from social_posts where id = $1", post_id)
    return count


def as_post(row: Record) -> Post:
    """Return a row of ``seen_posts`` as it is told."""
    return Post(author=_author(row), **{name: row[name] for name in Post.model_fields if name != "author"})


def _as_comment(row: Record) -> Comment:
    return Comment(author=_author(row), **{name: row[name] for name in Comment.model_fields if name != "author"})


def _author(row: Record) -> Traveller:
    return Traveller(user_id=row["user_id"], username=row["username"], avatar_url=row["avatar_url"])
