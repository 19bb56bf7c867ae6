"""Take a seat at a meet-up, or give it up."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from pam_shared.errors import ConflictError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_social.events import SeatTaken
from pam_tools_social.queries import meetups
from pam_tools_social.rules import spoken_moment
from pam_tools_social.shapes import Meetup


class Answer(Arguments):
    """Coming or not."""

    event_id: Annotated[UUID, id_from("create_event", "event.id", shared=True)] = Field(description="The meet-up.")
    cancel: bool = Field(False, description="Not coming after all.")


class Answered(Result):
    """The meet-up as it stands, ``going`` says whether the member has a seat."""

    event: Meetup


@tool(effect="write", timeout=4)
async def rsvp_event(ctx: ToolContext, args: Answer) -> Answered:
    """Say that the member is coming to a meet-up, or is not coming after all."""
    event = await meetups.get(ctx.db, args.event_id)
    if event.event_date <= ctx.now:
        raise ConflictError(f"{event.title} was on {spoken_moment(event.event_date, ctx.zone)}; it is over.")
    if args.cancel:
        await _give_up_seat(ctx, event)
    elif not event.going:
        await _take_seat(ctx, event)
    said = f"You are {'not ' if args.cancel else ''}going to {event.title}"
    return Answered(
        message=f"{said} on {spoken_moment(event.event_date, ctx.zone)}.", event=await meetups.get(ctx.db, event.id)
    )


async def _take_seat(ctx: ToolContext, event: Meetup) -> None:
    if await meetups.take_seat(ctx.db, ctx.user, event.id):
        ctx.emit(SeatTaken(meetup_id=event.id, host_id=event.host.user_id))
    elif not (await meetups.get(ctx.db, event.id)).going:
        raise ConflictError(f"{event.title} is full: all {event.max_attendees} seats are taken.", code="full")


async def _give_up_seat(ctx: ToolContext, event: Meetup) -> None:
    if event.host.user_id == ctx.user:
        raise ConflictError(f"You host {event.title}: the first seat is yours.")
    await meetups.give_up_seat(ctx.db, ctx.user, event.id)
