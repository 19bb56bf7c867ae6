"""Delete rows."""

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import OPERATORS, Result, tool
from pam_tools_insight.operations import Delete
from pam_tools_insight.queries import operators
from pam_tools_insight.rules import counted


class Deleted(Result):
    """How many rows."""

    deleted_count: int

    @property
    def is_empty(self) -> bool:
        """Whether no row fulfilled the filters."""
        return not self.deleted_count


@tool(effect="destructive", roles=OPERATORS, visibility="internal", aliases=("pam_delete_records",))
async def delete_records(ctx: ToolContext, args: Delete) -> Deleted:
    """Delete the rows of a table of the allow-list that fulfil the filters. For operators."""
    async with operators.as_operator(ctx.db):
        count = await args.apply(ctx.db)
        await operators.note_change(ctx.db, ctx.user, "delete_records", args.table, {"rows": count})
    return Deleted(message=f"{counted(count, 'row')} of {args.table} deleted.", deleted_count=count)
