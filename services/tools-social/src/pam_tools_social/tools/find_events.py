"""Find meet-ups."""

from typing import Self

from pydantic import Field, model_validator

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_social.geography import box_around
from pam_tools_social.paging import FIRST_ID, Place, moment
from pam_tools_social.queries import meetups
from pam_tools_social.rules import spoken_moment
from pam_tools_social.shapes import Meetup, spoken_list
from pam_tools_social.words import Search, counted


class Question(Arguments):
    """Which meet-ups."""

    query: Search | None = Field(None, description="A word of the title, the place or the description.")
    latitude: float | None = Field(None, ge=-90, le=90, allow_inf_nan=False, description="With longitude: near there.")
    longitude: float | None = Field(None, ge=-180, le=180, allow_inf_nan=False)
    radius_miles: int = Field(100, ge=1, le=500)
    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, description="The next_cursor of the page before.")

    @model_validator(mode="after")
    def _whole_point(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude belong together; give both or neither")
        return self

    @property
    def around(self) -> meetups.Around | None:
        """The circle that is looked into, if one was given."""
        if self.latitude is None or self.longitude is None:
            return None
        box = box_around(self.latitude, self.longitude, self.radius_miles)
        return meetups.Around(self.latitude, self.longitude, self.radius_miles, box)


class Meetups(Result):
    """A page of meet-ups to come, the soonest first."""

    events: list[Meetup]
    next_cursor: str | None

    @property
    def is_empty(self) -> bool:
        """Whether there are none."""
        return not self.events


@tool(effect="read", timeout=4, records="members' events")
async def find_events(ctx: ToolContext, args: Question) -> Meetups:
    """Find meet-ups of travellers that are still to come, by words or near a point."""
    after = moment(args.cursor, "event_date", Place(ctx.now, FIRST_ID))
    page = await meetups.coming(ctx.db, args.query, args.around, after, args.limit)
    said = [f"{event.title} on {spoken_moment(event.event_date, ctx.zone)} at {event.location}" for event in page.rows]
    nothing = "That was all." if args.cursor else "I know of no such meet-up to come. Shall I set one up for you?"
    message = f"{counted(len(said), 'meet-up')}: {spoken_list(said, len(said))}" if said else nothing
    return Meetups(message=message, events=page.rows, next_cursor=page.next_cursor)
