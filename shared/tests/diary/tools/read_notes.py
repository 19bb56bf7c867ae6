"""Read notes."""

import asyncio

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool


class Search(Arguments):
    """Which notes."""

    stars: int | None = Field(None, ge=1, le=5)
    seconds: float = Field(0, ge=0, le=5, description="How long reading takes.")


class Notes(Result):
    """The notes, in the order they were written."""

    texts: list[str]

    @property
    def is_empty(self) -> bool:
        """Whether there are none."""
        return not self.texts


@tool(effect="read", timeout=8)
async def read_notes(ctx: ToolContext, args: Search) -> Notes:
    """Read the notes in the member's diary."""
    await asyncio.sleep(args.seconds)
    rows = await ctx.db.fetch("select text from notes where $1::int is null or stars = $1 order by id", args.stars)
    return Notes(message=f"{len(rows)} notes.", texts=[row["text"] for row in rows])
