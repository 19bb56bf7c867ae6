"""A member who leaves."""

from pydantic import BaseModel

from pam_shared.tools.following import EventContext, follow
from pam_tools_social.queries import people


class MemberDeleted(BaseModel):
    """All that is known of someone who left is who it was."""


@follow("member", "deleted")
async def member_deleted(ctx: EventContext, _: MemberDeleted) -> None:
    """Hand their groups on, and forget them in the rows of others; their own rows are the SDK's to delete."""
    await people.forget_mentions(ctx.db)
