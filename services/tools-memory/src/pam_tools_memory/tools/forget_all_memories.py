"""Forget everything the member told."""

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_memory import queries
from pam_tools_memory.events import FactForgotten


class Everything(Arguments):
    """Nothing to choose."""


class ForgottenAll(Result):
    """How many facts were forgotten."""

    count: int

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to forget."""
        return not self.count


@tool(effect="destructive", timeout=8, records="what you told me")
async def forget_all_memories(ctx: ToolContext, _args: Everything) -> ForgottenAll:
    """Forget everything the member ever told about themselves; expenses, trips and other records stay."""
    await queries.lock(ctx.db, ctx.user)
    forgotten = await queries.delete_all(ctx.db)
    if not forgotten:
        return ForgottenAll(message="You have told me nothing I remember, so there is nothing to forget.", count=0)
    ctx.emit(FactForgotten(fact_ids=forgotten))
    many = f"all {len(forgotten)} things" if len(forgotten) > 1 else "the one thing"
    ctx.proposal = f"Forget {many} you told me about yourself"
    return ForgottenAll(
        message=f"I have forgotten {many} you told me about yourself. Other records are as they were.",
        count=len(forgotten),
    )
