"""Survey the compass: for operators."""

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import ADMINS, Result, tool
from services.gateway.tests.compass.tools.erase_marks import Nothing


class Survey(Result):
    """How many marks the operator has."""

    marks: int


@tool(effect="read", roles=ADMINS, visibility="admin")
async def survey_marks(ctx: ToolContext, _args: Nothing) -> Survey:
    """Survey what there is."""
    return Survey(message="Surveyed.", marks=await ctx.db.fetchval("select count(*) from marks"))
