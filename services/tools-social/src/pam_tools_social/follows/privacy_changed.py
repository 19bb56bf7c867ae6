"""Who may see and reach a member, as the account worker has it."""

from pydantic import BaseModel

from pam_shared.tools.following import EventContext, follow
from pam_tools_social.queries import people
from pam_tools_social.rules import MayWrite, ProfileVisibility


class PrivacyChanged(BaseModel):
    """The settings that matter here. What is absent stays as it was."""

    profile_visibility: ProfileVisibility | None = None
    location_sharing: bool | None = None
    show_activity: bool | None = None
    allow_messages: MayWrite | None = None


@follow("account", "privacy_changed")
async def privacy_changed(ctx: EventContext, event: PrivacyChanged) -> None:
    """Show the member to fewer or more people from now on."""
    await people.put_privacy(ctx.db, ctx.user, ctx.occurred_at, event.model_dump())
