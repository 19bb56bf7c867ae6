"""Tell the member what is remembered about them."""

from itertools import groupby
from uuid import UUID

from pydantic import Field

from pam_shared.contracts.tools import SourceKind
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_memory import queries
from pam_tools_memory.kinds import Kind
from pam_tools_memory.shapes import Memory

ELSEWHERE = (
    "Your expenses, trips, vehicles, posts and settings are not among this: they are records of their own, and you can"
    " ask me for them."
)
_ORDER = list(Kind)


class Which(Arguments):
    """Which part of it."""

    kinds: list[Kind] = Field([], max_length=len(Kind), description="Only these kinds; all if not given.")
    limit: int = Field(50, ge=1, le=200, description="How many at most.")
    cursor: UUID | None = Field(None, description="The next_cursor of the page before.")


class Memories(Result):
    """A page of what is remembered, the newest first."""

    memories: list[Memory]
    next_cursor: UUID | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is remembered."""
        return not self.memories


@tool(effect="read", timeout=4, records="what you told me")
async def list_memories(ctx: ToolContext, args: Which) -> Memories:
    """Tell the member what is remembered about them, by kind, with when and where they said it."""
    found = await queries.page(ctx.db, args.kinds, args.cursor, args.limit + 1)
    page, more = found[: args.limit], len(found) > args.limit
    if page:
        ctx.cite("what you told me", max(memory.said_at for memory in page), SourceKind.MEMBER)
    return Memories(
        message=_sentences(page, args, more=more),
        memories=page,
        next_cursor=page[-1].id if more else None,
    )


def _sentences(page: list[Memory], args: Which, *, more: bool) -> str:
    if not page:
        about = " or ".join(kind.spoken for kind in args.kinds) or "you"
        return f"I remember nothing{' else' if args.cursor else ''} that you told me about {about}. {ELSEWHERE}"
    ordered = sorted(page, key=lambda memory: _ORDER.index(memory.kind))
    told = [
        f"About {kind.spoken}, {'; '.join(memory.spoken for memory in memories)}."
        for kind, memories in groupby(ordered, key=lambda memory: memory.kind)
    ]
    rest = ["There is more; ask me to go on."] if more else []
    return " ".join([*told, *rest, ELSEWHERE])
