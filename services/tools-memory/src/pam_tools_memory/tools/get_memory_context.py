"""What the mind should know of the member while it answers."""

from pam_shared.contracts.tools import SourceKind
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_memory import queries
from pam_tools_memory.shapes import Memory

MOST = 20
MOST_CHARACTERS = 2000


class Nothing(Arguments):
    """Nothing to choose."""


class MemoryContext(Result):
    """The facts worth having in a prompt, the most certain and newest first."""

    memories: list[Memory]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is remembered."""
        return not self.memories


@tool(effect="read", timeout=2, visibility="internal")
async def get_memory_context(ctx: ToolContext, _args: Nothing) -> MemoryContext:
    """Return what to know of the member: twenty facts at most, their statements within 2,000 characters."""
    found = _within(await queries.most_certain(ctx.db, MOST), MOST_CHARACTERS)
    if not found:
        return MemoryContext(message="The member has told nothing about themselves yet.", memories=[])
    ctx.cite("what you told me", max(memory.said_at for memory in found), SourceKind.MEMBER)
    return MemoryContext(message=f"{len(found)} things the member told about themselves.", memories=found)


def _within(memories: list[Memory], room: int) -> list[Memory]:
    """Return the first facts whose kinds, subjects and statements fit into so many characters."""
    kept = []
    for memory in memories:
        room -= len(memory.kind) + len(memory.subject) + len(memory.statement)
        if room < 0:
            break
        kept.append(memory)
    return kept
