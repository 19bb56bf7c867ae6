"""Change privacy."""

from typing import Self

from pydantic import ConfigDict, Field, model_validator

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_account.events import PrivacyChanged
from pam_tools_account.members import AllowMessages, FinancialVisibility, Privacy, ProfileVisibility
from pam_tools_account.queries import profiles
from pam_tools_account.sentences import switched


class PrivacyChanges(Arguments):
    """What to change."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"profile_visibility": "friends", "show_activity": False}]}
    )

    profile_visibility: ProfileVisibility | None = Field(None, description="Who sees the profile.")
    location_sharing: bool | None = Field(None, description="Whether others may see where the member is.")
    show_activity: bool | None = Field(None, description="Whether others see what the member does.")
    allow_messages: AllowMessages | None = Field(None, description="Who may write to the member.")
    data_collection: bool | None = Field(None, description="Whether PAM may learn from what the member does.")
    trip_sharing: bool | None = Field(None, description="Whether others may see the member's trips.")
    financial_data_visibility: FinancialVisibility | None = Field(
        None, description="How much others see of the member's money."
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_dump(exclude_none=True):
            raise ValueError(
                "say at least one of profile_visibility, location_sharing, show_activity, allow_messages,"
                " data_collection, trip_sharing, financial_data_visibility"
            )
        return self


class ChangedPrivacy(Result):
    """Who sees what now."""

    privacy_settings: Privacy


@tool(effect="write", timeout=4, records="your privacy settings")
async def manage_privacy(ctx: ToolContext, args: PrivacyChanges) -> ChangedPrivacy:
    """Change who sees what of the member and who may write to them."""
    changes = args.model_dump(mode="json", exclude_none=True)
    privacy = await profiles.change_privacy(ctx.db, ctx.user, changes)
    ctx.emit(PrivacyChanged(**privacy.model_dump()))
    return ChangedPrivacy(message=f"I have changed your privacy ({switched(changes)}).", privacy_settings=privacy)
