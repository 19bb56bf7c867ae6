"""Find north: for other services alone."""

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Result, tool
from services.gateway.tests.compass.tools.erase_marks import Nothing


class North(Result):
    """Up."""


@tool(effect="read", visibility="internal")
async def find_north(_ctx: ToolContext, _args: Nothing) -> North:
    """Find north."""
    return North(message="That way.")
