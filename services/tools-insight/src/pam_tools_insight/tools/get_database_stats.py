"""How large the tables are."""

from pydantic import BaseModel

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import OPERATORS, Arguments, Result, tool
from pam_tools_insight.queries import catalogue
from pam_tools_insight.rules import counted

MEBIBYTE = 1 << 20


class Nothing(Arguments):
    """Nothing is asked."""


class TableStats(BaseModel):
    """A table: rows are PostgreSQL's estimate, the size includes indexes."""

    rows: int
    size_bytes: int


class Stats(Result):
    """The tables of every service, as ``schema.table``."""

    tables: dict[str, TableStats]
    total_tables: int
    total_size_bytes: int


@tool(effect="read", timeout=4, roles=OPERATORS, visibility="admin", aliases=("pam_get_database_stats",))
async def get_database_stats(ctx: ToolContext, _: Nothing) -> Stats:
    """Show the tables of every service with their estimated rows and sizes; no row is read. For operators."""
    found = await catalogue.table_sizes(ctx.db)
    total = sum(table.size_bytes for table in found)
    return Stats(
        message=f"{counted(len(found), 'table')}, {total / MEBIBYTE:.1f} MiB in all.",
        tables={f"{one.schema}.{one.name}": TableStats(rows=one.rows, size_bytes=one.size_bytes) for one in found},
        total_tables=len(found),
        total_size_bytes=total,
    )
