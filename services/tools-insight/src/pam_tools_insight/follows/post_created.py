"""A member published a post."""

from pam_shared.tools.following import EventContext, follow
from pam_tools_insight import usage


@follow("social", "post_created")
async def post_created(ctx: EventContext, _: usage.Done) -> None:
    """Count it."""
    await usage.note(ctx, "posts")
