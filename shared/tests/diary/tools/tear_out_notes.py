"""Tear notes out."""

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool


class Chosen(Arguments):
    """Which notes go."""

    stars: int = Field(ge=1, le=5)


class TornOut(Result):
    """How many notes are gone."""

    count: int


@tool(effect="destructive", timeout=4)
async def tear_out_notes(ctx: ToolContext, args: Chosen) -> TornOut:
    """Tear the notes with so many stars out of the member's diary."""
    gone = await ctx.db.fetch("delete from notes where stars = $1 returning id", args.stars)
    return TornOut(message=f"{len(gone)} notes are torn out.", count=len(gone))
