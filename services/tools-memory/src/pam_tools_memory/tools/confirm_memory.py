"""Note that something remembered is right."""

from pydantic import Field

from pam_shared.errors import NotFoundError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_memory import queries
from pam_tools_memory.events import FactRemembered
from pam_tools_memory.shapes import Memory, MemoryId, numbered

MOST_CHOICES = 5


class Confirmed(Arguments):
    """Which fact is right."""

    memory_id: MemoryId | None = Field(None, description="The memory's id; not needed where only one waits.")


class Confirmation(Result):
    """The fact that is confirmed now, or those the member must choose from."""

    memory: Memory | None = None
    choices: list[Memory] = Field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waited."""
        return not self.memory and not self.choices


@tool(effect="write", timeout=4, records="what you told me")
async def confirm_memory(ctx: ToolContext, args: Confirmed) -> Confirmation:
    """Note that the member said something remembered is right. What is wrong is corrected with remember instead."""
    if args.memory_id:
        fact = await queries.get(ctx.db, args.memory_id)
        if fact is None:
            raise NotFoundError("memory_id: I remember no such thing; list_memories tells what I do.")
        return await _confirmed(ctx, fact)
    waiting = await queries.unconfirmed(ctx.db, MOST_CHOICES)
    if not waiting:
        return Confirmation(message="Nothing I remember about you waits to be confirmed.")
    if len(waiting) > 1:
        return Confirmation(message=f"Which of these is right? {numbered(waiting)}.", choices=waiting)
    return await _confirmed(ctx, waiting[0])


async def _confirmed(ctx: ToolContext, fact: Memory) -> Confirmation:
    if not fact.confirmed:
        fact = await queries.confirm(ctx.db, fact.id)
        ctx.emit(FactRemembered(fact_id=fact.id, kind=fact.kind, confirmed=True))
    return Confirmation(message=f"Thank you, I will count on it: {fact.quoted}.", memory=fact)
