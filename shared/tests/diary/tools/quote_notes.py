"""Say what the diary says, as another worker would have to ask for it."""

from datetime import UTC, datetime

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool


class Question(Arguments):
    """Whom to ask."""

    domain: str = "diary"


class Quoted(Result):
    """The notes, as told."""

    texts: list[str]


@tool(effect="read")
async def quote_notes(ctx: ToolContext, args: Question) -> Quoted:
    """Quote the diary, and say how old the copy is."""
    told = await ctx.ask(args.domain, "read_notes", {}, within=1.0)
    ctx.partial = not told.success
    ctx.confidence = 0.5
    ctx.cite("an old copy", datetime(2026, 5, 1, tzinfo=UTC), "stale", sample=True)
    return Quoted(message="Quoted.", texts=(told.data or {}).get("texts", []))
