"""Mark a place."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool


class Place(Arguments):
    """The place."""

    place: Annotated[str, Field(json_schema_extra={"x-synonyms": ["spot"]})] = Field(max_length=50)


class Marked(Result):
    """The mark."""

    mark_id: UUID
    note: str | None = None


@tool(effect="write")
async def set_mark(ctx: ToolContext, args: Place) -> Marked:
    """Mark a place on the member's map."""
    insert = "insert into marks (user_id, place) values ($1, $2) returning id"
    return Marked(message=f"{args.place} is marked.", mark_id=await ctx.db.fetchval(insert, ctx.user, args.place))
