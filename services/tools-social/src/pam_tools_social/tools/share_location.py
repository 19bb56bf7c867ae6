"""Share a location for a time."""

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from pam_shared.errors import NotPermittedError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_social.events import LocationShared
from pam_tools_social.queries import people, places
from pam_tools_social.rules import Circle, spoken_audience, spoken_moment
from pam_tools_social.words import Place


class NewLocation(Arguments):
    """Where the member is, for whom and how long."""

    location_name: Place = Field(description="What the place is called.", examples=["Elko, NV"])
    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False, description="Degrees.", examples=[40.8324])
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False, description="Degrees.", examples=[-115.7631])
    description: str | None = Field(None, max_length=500, description="A word to go with it.")
    is_public: bool = Field(False, description="The same as sharing with public.")
    share_duration_hours: int = Field(24, ge=1, le=168)
    share_with: Circle = Circle.FOLLOWERS

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.is_public and "share_with" in self.model_fields_set and self.share_with is not Circle.PUBLIC:
            raise ValueError("is_public and share_with contradict each other; give one of them")
        return self

    @property
    def circle(self) -> Circle:
        """Who it is for."""
        return Circle.PUBLIC if self.is_public else self.share_with


class SharedLocation(BaseModel):
    """The location as others see it."""

    id: UUID
    location_name: str
    latitude: float
    longitude: float
    description: str | None
    share_with: Circle


class Shared(Result):
    """The location, and until when it is shared."""

    location: SharedLocation
    expires_at: datetime


@tool(effect="write", timeout=4)
async def share_location(ctx: ToolContext, args: NewLocation) -> Shared:
    """Show others where the member is, for some hours; it takes the place of what was shared before."""
    privacy = await people.privacy(ctx.db, ctx.user)
    if privacy.location_sharing is False:
        raise NotPermittedError(
            "Location sharing is switched off in your privacy settings. Tell me to switch it on, then ask again."
        )
    until = ctx.now + timedelta(hours=args.share_duration_hours)
    seen = args.model_dump(include={"location_name", "latitude", "longitude", "description"})
    new_id = await places.put(ctx.db, ctx.user, places.NewPlace(share_with=args.circle, expires_at=until, **seen))
    ctx.emit(LocationShared(share_with=args.circle, expires_at=until))
    audience = spoken_audience(args.circle, privacy.profile_visibility)
    return Shared(
        message=f"{args.location_name} is seen by {audience} until {spoken_moment(until, ctx.zone)}.",
        location=SharedLocation(id=new_id, share_with=args.circle, **seen),
        expires_at=until,
    )
