"""Change the profile."""

from typing import Self

from pydantic import ConfigDict, Field, HttpUrl, model_validator

from pam_shared.errors import ConflictError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_account.events import ProfileUpdated
from pam_tools_account.members import Profile
from pam_tools_account.queries import profiles
from pam_tools_account.rules import check_model_year
from pam_tools_account.sentences import listed


class ProfileChanges(Arguments):
    """What to change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"bio": "On the road since 2019.", "rv_year": 2021}]})

    username: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_]{3,30}$",
        description="3 to 30 letters, digits and underscores; nobody else has it.",
    )
    bio: str | None = Field(None, max_length=500, description="About the member; an empty text removes it.")
    avatar_url: HttpUrl | None = Field(None, description="Where their picture is.")
    location: str | None = Field(None, max_length=200, description="Where they are at home; an empty text removes it.")
    rv_type: str | None = Field(None, max_length=100, description="Such as Class A motorhome; empty removes it.")
    rv_year: int | None = Field(None, ge=1900, description="The model year, at most next year's.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_dump(exclude_none=True):
            raise ValueError("say at least one of username, bio, avatar_url, location, rv_type, rv_year")
        return self


class ChangedProfile(Result):
    """The profile as it is now, and what was changed."""

    profile: Profile
    updated_fields: list[str]


@tool(effect="write", timeout=4, records="your profile")
async def update_profile(ctx: ToolContext, args: ProfileChanges) -> ChangedProfile:
    """Change the member's profile: username, bio, picture, home, kind and model year of the RV."""
    check_model_year("rv_year", args.rv_year, ctx.today)
    if args.username and not await profiles.claim_username(ctx.db, ctx.user, args.username):
        raise ConflictError(
            f"username: {args.username} is taken (capitals make no difference); please choose another one."
        )
    changes = args.model_dump(mode="json", exclude_none=True)
    emptied = {field: value if value != "" else None for field, value in changes.items()}
    profile = await profiles.change_profile(ctx.db, ctx.user, emptied)
    ctx.emit(ProfileUpdated(**profile.model_dump()))
    fields = list(changes)
    names = listed([field.replace("_", " ").replace("url", "URL").replace("rv", "RV") for field in fields])
    return ChangedProfile(message=f"I have updated your {names}.", profile=profile, updated_fields=fields)
