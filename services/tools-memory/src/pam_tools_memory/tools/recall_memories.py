"""Search what the member told."""

from pydantic import Field

from pam_shared.contracts.tools import SourceKind
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_memory import queries
from pam_tools_memory.kinds import Kind
from pam_tools_memory.shapes import Memory


class Question(Arguments):
    """What is looked for."""

    query: str = Field(
        min_length=1,
        max_length=200,
        examples=["two dogs"],
        description='Words, of which any may fit; "in quotes" for a phrase, - before a word that must not be there.',
    )
    kinds: list[Kind] = Field([], max_length=len(Kind), description="Only these kinds; all if not given.")
    limit: int = Field(10, ge=1, le=50, description="How many at most.")


class Recalled(Result):
    """The facts that fit, the best first."""

    memories: list[Memory]

    @property
    def is_empty(self) -> bool:
        """Whether nothing fits."""
        return not self.memories


@tool(effect="read", timeout=4, records="what you told me")
async def recall_memories(ctx: ToolContext, args: Question) -> Recalled:
    """Search what the member has told about themselves, by words."""
    found = await queries.search(ctx.db, args.query, args.kinds, args.limit)
    if not found:
        return Recalled(message=f"You have told me nothing about {args.query} that I remember.", memories=[])
    ctx.cite("what you told me", max(memory.said_at for memory in found), SourceKind.MEMBER)
    told = "; ".join(memory.spoken for memory in found)
    return Recalled(message=f"{told[0].upper()}{told[1:]}.", memories=found)
