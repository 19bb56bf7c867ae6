"""Make or change rows by their name."""

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import OPERATORS, Result, tool
from pam_tools_insight.operations import Upsert
from pam_tools_insight.queries import operators
from pam_tools_insight.rules import counted


class Upserted(Result):
    """How many rows."""

    upserted_count: int


@tool(effect="write", roles=OPERATORS, visibility="internal", aliases=("pam_upsert_records",))
async def upsert_records(ctx: ToolContext, args: Upsert) -> Upserted:
    """Make rows of a table of the allow-list, or change those with the same conflict columns. For operators."""
    async with operators.as_operator(ctx.db):
        count = await args.apply(ctx.db)
        await operators.note_change(ctx.db, ctx.user, "upsert_records", args.table, {"rows": count})
    return Upserted(message=f"{counted(count, 'row')} of {args.table} made or changed.", upserted_count=count)
