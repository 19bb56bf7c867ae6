"""Like a post, or no longer."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_social.events import PostLiked
from pam_tools_social.queries import posts
from pam_tools_social.words import counted


class Liking(Arguments):
    """Which post."""

    post_id: Annotated[UUID, id_from("create_post", "post.id")] = Field(description="The post.")
    unlike: bool = Field(False, description="Take the like back.")


class Liked(Result):
    """Whether the member likes the post now, and how many do."""

    liked: bool
    likes_count: int


@tool(effect="write", timeout=4)
async def like_post(ctx: ToolContext, args: Liking) -> Liked:
    """Like a post, or take the like back. A member likes a post once, however often they say so."""
    post = await posts.get(ctx.db, args.post_id)
    if args.unlike:
        await posts.unlike(ctx.db, ctx.user, post.id)
    elif await posts.like(ctx.db, ctx.user, post.id):
        ctx.emit(PostLiked(post_id=post.id, author_id=post.author.user_id))
    count = await posts.likes(ctx.db, post.id)
    head = "You no longer like the post" if args.unlike else "You like the post"
    return Liked(message=f"{head}. It has {counted(count, 'like')}.", liked=not args.unlike, likes_count=count)
