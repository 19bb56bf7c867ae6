"""Publish a post."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from pam_shared.errors import NotPermittedError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_social.events import PostCreated
from pam_tools_social.queries import groups, people, posts
from pam_tools_social.rules import ProfileVisibility, Visibility, spoken_audience
from pam_tools_social.shapes import Post
from pam_tools_social.words import Place, Tags, Title, WebAddress

Content = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]


class NewPost(Arguments):
    """What is published, and for whom."""

    content: Content = Field(description="The post's text.", examples=["Quiet site by the river, two bars of LTE."])
    title: Title | None = None
    location: Place | None = Field(None, description="Where it was written or what it is about.")
    image_url: WebAddress | None = Field(None, description="A picture on the web.")
    tags: Tags = Field([], max_length=20)
    group_id: Annotated[UUID | None, id_from("create_group", "group.id")] = Field(
        None, description="The member's group it is for; then its members alone see it."
    )
    visibility: Visibility = Field(Visibility.FRIENDS, description="Public only where the member asks for it.")


class Published(Result):
    """The post as it stands."""

    post: Post


@tool(effect="destructive", timeout=4, aliases=("post_update",))
async def create_post(ctx: ToolContext, args: NewPost) -> Published:
    """Publish a post for the member's friends, for a group they are in or, where they say so, for everyone."""
    audience = await _audience(ctx, args)
    ctx.proposal = f"Post “{args.content}” for {audience}"
    post_id = await posts.insert(ctx.db, ctx.user, posts.NewPost(**dict(args)))
    ctx.emit(PostCreated(post_id=post_id, visibility=args.visibility, group_id=args.group_id))
    return Published(message=f"Your post is up. It is seen by {audience}.", post=await posts.get(ctx.db, post_id))


async def _audience(ctx: ToolContext, args: NewPost) -> str:
    """Say who will see the post. Raises NotPermittedError for a group the member is not in."""
    profile = (await people.privacy(ctx.db, ctx.user)).profile_visibility
    if args.group_id is None:
        return spoken_audience(args.visibility, profile)
    group = await groups.get(ctx.db, args.group_id)
    if not await groups.is_member(ctx.db, group.id):
        raise NotPermittedError(f"group_id: you are not in {group.name}; join it first.")
    if profile is ProfileVisibility.PRIVATE:
        return spoken_audience(args.visibility, profile)
    return f"the members of {group.name}"
