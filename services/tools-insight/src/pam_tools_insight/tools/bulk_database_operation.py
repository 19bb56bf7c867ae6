"""Several operations in one transaction."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from pam_shared.errors import InvalidRequestError, PamError
from pam_shared.postgres.pool import Connection
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import OPERATORS, Arguments, Result, tool
from pam_tools_insight.operations import Create, Delete, Update, Upsert
from pam_tools_insight.queries import operators
from pam_tools_insight.rules import counted


class CreateStep(Create):
    """Make one row."""

    operation: Literal["create"]


class UpdateStep(Update):
    """Change rows."""

    operation: Literal["update"]


class DeleteStep(Delete):
    """Delete rows."""

    operation: Literal["delete"]


class UpsertStep(Upsert):
    """Make or change rows."""

    operation: Literal["upsert"]


Step = Annotated[CreateStep | UpdateStep | DeleteStep | UpsertStep, Field(discriminator="operation")]
EXAMPLE = {
    "operation": "update",
    "table": "pam_recommendations",
    "filters": {"type": {"eq": "maintenance"}},
    "data": {"priority_level": "high"},
}


class Bulk(Arguments):
    """What to do, in this order."""

    operations: list[Step] = Field(min_length=1, max_length=100, examples=[[EXAMPLE]])


class Done(BaseModel):
    """What an operation did."""

    operation: str
    table: str
    rows: int


class Committed(Result):
    """What each operation did. Where one fails there is no result: nothing of the others happened either."""

    results: list[Done]
    committed: bool


@tool(effect="destructive", roles=OPERATORS, visibility="internal", aliases=("pam_bulk_database_operation",))
async def bulk_database_operation(ctx: ToolContext, args: Bulk) -> Committed:
    """Create, update, delete and upsert rows in one transaction: all of it or nothing. For operators."""
    async with operators.as_operator(ctx.db):
        done = [await _apply(ctx.db, place, step) for place, step in enumerate(args.operations, 1)]
        detail = {"operations": [one.model_dump() for one in done]}
        await operators.note_change(ctx.db, ctx.user, "bulk_database_operation", "several", detail)
    return Committed(message=f"{counted(len(done), 'operation')} done.", results=done, committed=True)


async def _apply(db: Connection, place: int, step: Step) -> Done:
    try:
        count = await step.apply(db)
    except PamError as error:
        which = f"operation {place} ({step.operation} {step.table})"
        raise InvalidRequestError(f"{which} failed, and nothing was done. {error}", code=error.problem.code) from error
    return Done(operation=step.operation, table=step.table, rows=count)
