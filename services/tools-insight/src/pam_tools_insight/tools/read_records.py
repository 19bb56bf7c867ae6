"""Read rows."""

from typing import Any

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
    filters: dict[str, row_rules.Filter] = Field(
        {},
        max_length=20,
        description="By column: {'status': {'eq': 'active'}}; operators eq, neq, gt, gte, lt, lte, in.",
    )
    columns: list[str] = Field([], max_length=40, description="All if not given.")
    order_by: str = Field(row_rules.DEFAULT_ORDER, max_length=60, description="A column; '-' before it: descending.")
    limit: int = Field(50, ge=1, le=500)
    cursor: str | None = Field(None, max_length=2000, description="The next_cursor of the page before.")


class Page(Result):
    """Rows of all members, and where the next page begins."""

    records: list[dict[str, Any]]
    next_cursor: str | None
    has_more: bool

    @property
    def is_empty(self) -> bool:
        """Whether no row fulfils the filters."""
        return not self.records


@tool(effect="read", roles=OPERATORS, visibility="admin", aliases=("pam_read_records",))
async def read_records(ctx: ToolContext, args: Question) -> Page:
    """Read rows of a table of the allow-list, of all members, page by page. For operators."""
    wanted, by = row_rules.columns(args.table, args.columns), row_rules.order(args.table, args.order_by)
    where, after = row_rules.conditions(args.table, args.filters), row_rules.decode(args.table, args.cursor, by)
    fetched = list(dict.fromkeys([*wanted, by.column, "id"]))
    async with operators.as_operator(ctx.db):
        found = await rows.read(ctx.db, args.table, fetched, where, by, after, args.limit + 1)
    page, more = found[: args.limit], len(found) > args.limit
    last = row_rules.Position(page[-1][by.column], page[-1]["id"]) if more else None
    return Page(
        message=_sentence(args.table, len(page), more=more),
        records=[{column: row[column] for column in wanted} for row in page],
        next_cursor=row_rules.encode(last, by) if last else None,
        has_more=more,
    )


def _sentence(table: str, count: int, *, more: bool) -> str:
    """Say how many there are."""
    if not count:
        return f"No row of {table} fulfils that."
    return f"{counted(count, 'row')} of {table}{', and there are more' if more else ''}."
