"""Count the connections of the diary: for operators."""

from pam_shared.contracts.identity import Role
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool


class Nothing(Arguments):
    """No arguments."""


class Count(Result):
    """How many."""

    count: int


@tool(effect="read", roles=frozenset({Role.ADMIN}))
async def count_all_notes(ctx: ToolContext, _args: Nothing) -> Count:
    """Count what an operator may count."""
    return Count(message="Counted.", count=await ctx.db.fetchval("select count(*) from notes"))
