"""A member's name and picture, as the account worker has them."""

from pydantic import BaseModel

from pam_shared.tools.following import EventContext, follow
from pam_tools_social.queries import people


class ProfileUpdated(BaseModel):
    """What is signed with. What is absent stays as it was."""

    username: str | None = None
    avatar_url: str | None = None


@follow("account", "profile_updated")
async def profile_updated(ctx: EventContext, event: ProfileUpdated) -> None:
    """Sign the member's posts with the new name and picture."""
    await people.put_profile(ctx.db, ctx.user, ctx.occurred_at, event.model_dump(exclude_unset=True))
