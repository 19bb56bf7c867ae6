"""Count rows."""

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import OPERATORS, Arguments, Result, tool
from pam_tools_insight import row_rules
from pam_tools_insight.allowed import TableName
from pam_tools_insight.operations import TABLE
from pam_tools_insight.queries import operators, rows
from pam_tools_insight.rules import counted


class Question(Arguments):
    """Which rows."""

    table: TableName = TABLE
    filters: dict[str, row_rules.Filter] = Field({}, max_length=20, description="As for read_records.")


class Counted(Result):
    """How many rows, of all members."""

    count: int

    @property
    def is_empty(self) -> bool:
        """Whether no row fulfils the filters."""
        return not self.count


@tool(effect="read", roles=OPERATORS, visibility="admin", aliases=("pam_count_records",))
async def count_records(ctx: ToolContext, args: Question) -> Counted:
    """Count rows of a table of the allow-list, of all members. For operators."""
    where = row_rules.conditions(args.table, args.filters)
    async with operators.as_operator(ctx.db):
        count = await rows.count(ctx.db, args.table, where)
    return Counted(message=f"{counted(count, 'row')} of {args.table}.", count=count)
