"""Change settings."""

from typing import Self

from pydantic import ConfigDict, Field, model_validator

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_account.events import SettingsChanged
from pam_tools_account.languages import language_code
from pam_tools_account.members import Settings, Theme
from pam_tools_account.queries import profiles
from pam_tools_account.sentences import switched


class SettingsChanges(Arguments):
    """What to change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"theme": "dark", "budget_alerts": False}]})

    email_notifications: bool | None = Field(None, description="Whether PAM may write emails.")
    push_notifications: bool | None = Field(None, description="Whether PAM may notify the member's devices.")
    theme: Theme | None = Field(None, description="How the app looks; auto follows the device.")
    language: str | None = Field(None, min_length=2, max_length=5, description="ISO code, such as en, es or fr-CA.")
    budget_alerts: bool | None = Field(None, description="Whether to warn when a budget runs out.")
    trip_reminders: bool | None = Field(None, description="Whether to remind of trips ahead.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_dump(exclude_none=True):
            raise ValueError(
                "say at least one of email_notifications, push_notifications, theme, language, budget_alerts,"
                " trip_reminders"
            )
        return self


class ChangedSettings(Result):
    """The settings as they are now."""

    settings: Settings


@tool(effect="write", timeout=4, records="your settings")
async def update_settings(ctx: ToolContext, args: SettingsChanges) -> ChangedSettings:
    """Change the member's settings: notifications, theme, language, budget alerts and trip reminders."""
    changes = args.model_dump(mode="json", exclude_none=True)
    if args.language:
        changes["language"] = language_code(args.language)
    settings = await profiles.change_settings(ctx.db, ctx.user, changes)
    ctx.emit(SettingsChanged(**settings.model_dump()))
    return ChangedSettings(message=f"I have changed your settings ({switched(changes)}).", settings=settings)
