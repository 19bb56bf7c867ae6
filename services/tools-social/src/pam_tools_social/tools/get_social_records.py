"""A member's numbers, for other workers."""

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_social.queries import records


class Nothing(Arguments):
    """The numbers are of all time."""


class Numbers(Result):
    """How much the member has done among others."""

    posts_count: int
    followers_count: int
    following_count: int
    comments_count: int
    groups_count: int
    messages_sent: int


@tool(effect="read", timeout=4, visibility="internal")
async def get_social_records(ctx: ToolContext, _: Nothing) -> Numbers:
    """Count what the member has done among others, and who follows them."""
    counts = await records.counts(ctx.db)
    said = f"{counts['posts_count']} posts, {counts['followers_count']} followers"
    return Numbers(message=f"You have {said}, and follow {counts['following_count']}.", **counts)
