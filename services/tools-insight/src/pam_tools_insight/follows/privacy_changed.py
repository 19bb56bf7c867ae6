"""A member changed what may be known of them."""

from pydantic import BaseModel

from pam_shared.tools.following import EventContext, follow
from pam_tools_insight.queries import contexts


class PrivacyChanged(BaseModel):
    """Whether PAM may note what the member does with it."""

    data_collection: bool = True


@follow("account", "privacy_changed")
async def privacy_changed(ctx: EventContext, event: PrivacyChanged) -> None:
    """Note nothing more of a member who does not want it."""
    await contexts.allow_notes(ctx.db, ctx.user, allowed=event.data_collection)
