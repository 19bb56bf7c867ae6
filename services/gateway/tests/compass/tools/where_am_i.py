"""Say where the member is, as this worker and one it asks hear it."""

from typing import Any

from pydantic import Field

from pam_shared.contracts.location import Fix
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool


class Depth(Arguments):
    """Whether to ask a colleague."""

    colleague: bool = Field(False, description="Whether another worker is asked.")


class Whereabouts(Result):
    """The position and the zone."""

    fix: Fix | None
    zone: str
    asked: dict[str, Any] | None = None


@tool(effect="read")
async def where_am_i(ctx: ToolContext, args: Depth) -> Whereabouts:
    """Say where the member is."""
    asked = (await ctx.ask("compass", "where_am_i", {})).data if args.colleague else None
    return Whereabouts(message="You are here.", fix=ctx.location, zone=ctx.zone.key, asked=asked)
