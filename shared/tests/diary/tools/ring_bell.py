"""Ring, not too often."""

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Result, tool
from shared.tests.diary.tools.count_all_notes import Nothing


class Rung(Result):
    """It rang."""


@tool(effect="write", visibility="internal", calls_per_minute=3)
async def ring_bell(_ctx: ToolContext, _args: Nothing) -> Rung:
    """Ring the bell."""
    return Rung(message="Ding.")
