"""Read a mark."""

from uuid import UUID

from pam_shared.errors import NotFoundError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool


class Which(Arguments):
    """The mark."""

    mark_id: UUID


class Mark(Result):
    """The place."""

    place: str


@tool(effect="read")
async def read_mark(ctx: ToolContext, args: Which) -> Mark:
    """Read one of the member's marks."""
    place = await ctx.db.fetchval("select place from marks where id = $1", args.mark_id)
    if place is None:
        raise NotFoundError("mark_id: there is no such mark.")
    return Mark(message=f"It is {place}.", place=place)
