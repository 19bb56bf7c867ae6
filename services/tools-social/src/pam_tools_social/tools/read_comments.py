"""Read what was said to a post."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_social.paging import OLDEST, moment
from pam_tools_social.queries import posts
from pam_tools_social.shapes import Comment, Post, spoken_list
from pam_tools_social.words import counted, quoted


class Question(Arguments):
    """Which post."""

    post_id: Annotated[UUID, id_from("create_post", "post.id")] = Field(description="The post.")
    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, description="The next_cursor of the page before.")


class Comments(Result):
    """The post and a page of its comments, the oldest first."""

    post: Post
    comments: list[Comment]
    next_cursor: str | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said."""
        return not self.comments


@tool(effect="read", timeout=4, records="members' comments")
async def read_comments(ctx: ToolContext, args: Question) -> Comments:
    """Read one post and what was said to it, the oldest comment first."""
    post = await posts.get(ctx.db, args.post_id)
    page = await posts.comments(ctx.db, post.id, moment(args.cursor, "created_at", OLDEST), args.limit)
    said = [f"{comment.author.spoken}: {quoted(comment.comment)}" for comment in page.rows]
    nothing = "Nobody has said more to it." if args.cursor else "Nobody has commented on it yet."
    message = f"{counted(len(said), 'comment')}: {spoken_list(said, len(said))}" if said else nothing
    return Comments(message=message, post=post, comments=page.rows, next_cursor=page.next_cursor)
