"""Change rows."""

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import OPERATORS, Result, tool
from pam_tools_insight.operations import Update
from pam_tools_insight.queries import operators
from pam_tools_insight.rules import counted


class Updated(Result):
    """How many rows."""

    updated_count: int

    @property
    def is_empty(self) -> bool:
        """Whether no row fulfilled the filters."""
        return not self.updated_count


@tool(effect="write", roles=OPERATORS, visibility="internal", aliases=("pam_update_records",))
async def update_records(ctx: ToolContext, args: Update) -> Updated:
    """Change the rows of a table of the allow-list that fulfil the filters. For operators."""
    async with operators.as_operator(ctx.db):
        count = await args.apply(ctx.db)
        await operators.note_change(ctx.db, ctx.user, "update_records", args.table, {"rows": count})
    return Updated(message=f"{counted(count, 'row')} of {args.table} changed.", updated_count=count)
