"""Export everything held about the member."""

import asyncio
from datetime import datetime
from typing import Any

from pydantic import Field

from pam_shared.tools import queries as sdk_queries
from pam_shared.tools.colleagues import Tables
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_account.exports import (
    Export,
    Format,
    as_format,
    chosen,
    export_sentence,
    row_counts,
    without_calculations,
)

OWN = "account"
OWN_ROWS = 10_000


class Wanted(Arguments):
    """What goes into the export. Profile, settings, vehicles, calendar and what PAM learned always do."""

    format: Format = Format.JSON
    include_expenses: bool = Field(True, description="Expenses, budgets, income and savings.")
    include_trips: bool = Field(True, description="Trips, fuel, maintenance and places.")
    include_social: bool = Field(True, description="Posts, comments, follows, groups and listings.")
    include_messages: bool = Field(False, description="Messages with other members.")

    def left_out(self) -> list[str]:
        """Return what does not go in; conversations with PAM never do, for no tool may read them."""
        parts = {
            "expenses": self.include_expenses,
            "trips": self.include_trips,
            "posts and follows": self.include_social,
            "messages with other members": self.include_messages,
            "your conversations with PAM": False,
        }
        return [name for name, included in parts.items() if not included]


class Exported(Result):
    """The export in the format asked for; all three are null where it is too large for a reply.

    ``rows`` counts by ``domain.table``; ``missing`` are parts that did not answer.
    """

    exported_at: datetime
    rows: dict[str, int]
    missing: list[str]
    not_included: list[str]
    export: dict[str, dict[str, list[dict[str, Any]]]] | None = None
    files: dict[str, str] | None = None
    pdf_base64: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held."""
        return not self.rows


@tool(effect="read", timeout=8)
async def export_data(ctx: ToolContext, args: Wanted) -> Exported:
    """Export all that PAM holds about the member as JSON, comma-separated values or a document to print."""
    export, missing = await _gather(ctx, args)
    ctx.partial = bool(missing)
    left_out = args.left_out()
    made = await asyncio.to_thread(as_format, export, args.format, ctx.now)
    if made.too_large:
        export = without_calculations(export)
        left_out.append("the log of calculations")
        made = await asyncio.to_thread(as_format, export, args.format, ctx.now)
    rows = row_counts(export)
    return Exported(
        message=export_sentence(rows, missing, left_out, made),
        exported_at=ctx.now,
        rows=rows,
        missing=missing,
        not_included=left_out,
        **({} if made.too_large else made.fields),
    )


async def _gather(ctx: ToolContext, args: Wanted) -> tuple[Export, list[str]]:
    """Return all there is of what was asked for, and who did not answer."""
    social = args.include_social or args.include_messages
    asked = {"budget": args.include_expenses, "trip": args.include_trips, "social": social, "insight": True}
    answers = await ctx.export([domain for domain, wanted in asked.items() if wanted])
    export: Export = {OWN: await _own(ctx)}
    export |= {domain: tables for domain, tables in answers.items() if tables is not None}
    if "social" in export:
        export["social"] = chosen(export["social"], posts=args.include_social, messages=args.include_messages)
    for domain in export:
        ctx.cite(f"{domain} records", ctx.now)
    return export, [domain for domain, tables in answers.items() if tables is None]


async def _own(ctx: ToolContext) -> Tables:
    """Read this worker's own tables here: asked over the bus, it would wait for another of its own connections."""
    tables = await sdk_queries.member_tables(ctx.db)
    return {table: await sdk_queries.member_rows(ctx.db, table, 0, OWN_ROWS) for table in tables}
