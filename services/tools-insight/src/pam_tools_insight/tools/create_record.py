"""Make one row."""

from typing import Any

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import OPERATORS, Result, tool
from pam_tools_insight.operations import Create
from pam_tools_insight.queries import operators


class Created(Result):
    """The row as it is now."""

    record: dict[str, Any]


@tool(effect="write", timeout=4, roles=OPERATORS, visibility="internal", aliases=("pam_create_record",))
async def create_record(ctx: ToolContext, args: Create) -> Created:
    """Make one row in a table of the allow-list. For operators."""
    async with operators.as_operator(ctx.db):
        record = await args.create(ctx.db)
        await operators.note_change(ctx.db, ctx.user, "create_record", args.table, {"id": record["id"]})
    return Created(message=f"A row of {args.table} is made.", record=record)
