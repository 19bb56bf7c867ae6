"""Invite to a meet-up."""

from datetime import datetime
from typing import Self

from pydantic import Field, model_validator

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_social.events import MeetupCreated
from pam_tools_social.queries import meetups, people
from pam_tools_social.rules import spoken_audience, spoken_moment, upcoming
from pam_tools_social.shapes import Meetup
from pam_tools_social.words import Place, Title


class NewEvent(Arguments):
    """What, when and where."""

    title: Title = Field(description="What it is called.", examples=["Potluck at the lake"])
    description: str | None = Field(None, max_length=2000)
    event_date: datetime = Field(
        description="When it begins; without an offset, in the member's zone.", examples=["2036-07-04T18:00:00"]
    )
    location: Place = Field(description="Where it is.", examples=["Lake Havasu State Park, AZ"])
    latitude: float | None = Field(None, ge=-90, le=90, allow_inf_nan=False)
    longitude: float | None = Field(None, ge=-180, le=180, allow_inf_nan=False)
    max_attendees: int | None = Field(None, ge=1, le=1000, description="Seats, the member's own included.")
    is_public: bool = Field(True, description="Whether everyone may come, or friends alone.")

    @model_validator(mode="after")
    def _whole_point(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude belong together; give both or neither")
        return self


class Created(Result):
    """The meet-up, with the host in the first seat."""

    event: Meetup


@tool(effect="write", timeout=4)
async def create_event(ctx: ToolContext, args: NewEvent) -> Created:
    """Invite others to a meet-up at a place and time."""
    when = upcoming(args.event_date, ctx.zone, ctx.now)
    new = meetups.NewMeetup(**{**dict(args), "event_date": when})
    event = await meetups.get(ctx.db, await meetups.insert(ctx.db, ctx.user, new))
    ctx.emit(MeetupCreated(meetup_id=event.id, event_date=when, is_public=args.is_public))
    profile = (await people.privacy(ctx.db, ctx.user)).profile_visibility
    audience = spoken_audience("public" if args.is_public else "friends", profile)
    said = f"{event.title} is set for {spoken_moment(when, ctx.zone)} at {event.location}"
    return Created(message=f"{said}. It is seen by {audience}.", event=event)
