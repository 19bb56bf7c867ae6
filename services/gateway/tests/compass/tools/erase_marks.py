"""Erase all marks."""

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool


class Nothing(Arguments):
    """No arguments."""


class Erased(Result):
    """Gone."""


@tool(effect="destructive")
async def erase_marks(ctx: ToolContext, _args: Nothing) -> Erased:
    """Erase all marks of the member's map."""
    await ctx.db.execute("delete from marks")
    return Erased(message="All gone.")
