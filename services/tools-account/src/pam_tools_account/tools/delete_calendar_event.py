"""Remove a calendar entry."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_account.queries import calendar


class Which(Arguments):
    """Which entry."""

    event_id: Annotated[UUID, id_from("create_calendar_event", "event.id")] = Field(description="The entry's id.")


class Deleted(Result):
    """Whether there was such an entry; either way there is none now."""

    deleted: bool

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to delete."""
        return not self.deleted


@tool(effect="destructive", timeout=4, records="your calendar")
async def delete_calendar_event(ctx: ToolContext, args: Which) -> Deleted:
    """Remove an entry from the member's calendar."""
    title = await calendar.delete_entry(ctx.db, args.event_id)
    if title is None:
        return Deleted(message="There is no such entry in your calendar.", deleted=False)
    ctx.proposal = f"Take “{title}” out of your calendar"
    return Deleted(message=f"“{title}” is no longer in your calendar.", deleted=True)
