"""Share a location for a time."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from pam_shared.errors import InvalidRequestError, NotPermittedError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_social.events import LocationShared
from pam_tools_social.queries import people, places
from pam_tools_social.rules import Circle, spoken_audience, spoken_moment
from pam_tools_social.shapes import Traveller
from pam_tools_social.who import Who, caveat
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
    recipient: Who | None = Field(None, description="The one member to share it with, by username or id: nobody else.")

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.recipient and (self.is_public or "share_with" in self.model_fields_set):
            raise ValueError("recipient is one member alone; leave out share_with and is_public")
        if self.is_public and "share_with" in self.model_fields_set and self.share_with is not Circle.PUBLIC:
            raise ValueError("is_public and share_with contradict each other; give one of them")
        return self

    @property
    def circle(self) -> Circle:
        """Who it is for."""
        return Circle.PUBLIC if self.is_public else self.share_with


class SharedLocation(BaseModel):
    """The location as others see it: the circle, or where there is one the ``recipient`` alone, whatever the circle."""

    id: UUID
    location_name: str
    latitude: float
    longitude: float
    description: str | None
    share_with: Circle
    recipient: Traveller | None = None


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
    found = await _named(ctx, args.recipient) if args.recipient else None
    seen = args.model_dump(include={"location_name", "latitude", "longitude", "description"})
    place = places.NewPlace(share_with=args.circle, expires_at=until, **seen)
    new_id = await places.put(ctx.db, ctx.user, replace(place, seen_by=found.traveller.user_id) if found else place)
    other = found.traveller if found else None
    ctx.emit(LocationShared(share_with=args.circle, recipient_id=other and other.user_id, expires_at=until))
    audience = f"{found.spoken} alone" if found else spoken_audience(args.circle, privacy.profile_visibility)
    ending = caveat(ctx, found) if found else ""
    return Shared(
        message=f"“{args.location_name}” is seen by {audience} until {spoken_moment(until, ctx.zone)}.{ending}",
        location=SharedLocation(id=new_id, share_with=args.circle, recipient=other, **seen),
        expires_at=until,
    )


async def _named(ctx: ToolContext, name: str) -> people.Found:
    found = await people.find(ctx.db, name)
    if found.traveller.user_id == ctx.user:
        raise InvalidRequestError("recipient: that is you; name somebody else.")
    return found
