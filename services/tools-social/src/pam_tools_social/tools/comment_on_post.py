"""Comment on a post."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_social.events import PostCommented
from pam_tools_social.queries import posts
from pam_tools_social.shapes import Comment

Remark = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class NewComment(Arguments):
    """What is said to which post."""

    post_id: Annotated[UUID, id_from("create_post", "post.id")] = Field(description="The post.")
    comment: Remark = Field(description="The words.", examples=["We loved it there, too."])


class Commented(Result):
    """The comment, and how many the post has now."""

    comment: Comment
    comments_count: int


@tool(effect="write", timeout=4)
async def comment_on_post(ctx: ToolContext, args: NewComment) -> Commented:
    """Comment on a post; everybody who sees the post sees the comment."""
    post = await posts.get(ctx.db, args.post_id)
    comment_id = await posts.comment(ctx.db, ctx.user, post.id, args.comment)
    ctx.emit(PostCommented(comment_id=comment_id, post_id=post.id, author_id=post.author.user_id))
    whose = "your own post" if post.author.user_id == ctx.user else f"the post of {post.author.spoken}"
    return Commented(
        message=f"Your comment is under {whose}.",
        comment=await posts.get_comment(ctx.db, comment_id),
        comments_count=(await posts.get(ctx.db, post.id)).comments_count,
    )
