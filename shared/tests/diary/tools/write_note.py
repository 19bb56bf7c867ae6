"""Write one note."""

import asyncio

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from shared.tests.diary.events import NoteWritten

BROKEN = "ZX81"
"""What an error of the worker's inside looks like; no caller may see it."""


class Note(Arguments):
    """What is to be written."""

    text: str = Field(max_length=200)
    stars: int = Field(3, ge=1, le=5)
    seconds: float = Field(0, ge=0, le=5, description="How long writing takes.")
    fails: bool = Field(False, description="Whether it goes wrong in the end.")


class Written(Result):
    """The note, and how many the member has."""

    text: str
    notes: int


@tool(effect="write", timeout=8, aliases=("jot",))
async def write_note(ctx: ToolContext, args: Note) -> Written:
    """Write one note into the member's diary."""
    await ctx.db.execute(
        "insert into notes (user_id, text, stars) values ($1, $2, $3)", ctx.user, args.text, args.stars
    )
    ctx.emit(NoteWritten(text=args.text))
    await asyncio.sleep(args.seconds)
    if args.fails:
        raise RuntimeError(f"the pen of {BROKEN} broke")
    count = await ctx.db.fetchval("select count(*) from notes")
    return Written(message=f"Note {count} is written.", text=args.text, notes=count)
