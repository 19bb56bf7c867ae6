"""Search what PAM knows."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_insight.kinds import KnowledgeCategory, KnowledgeType, Tag
from pam_tools_insight.queries import knowledge
from pam_tools_insight.rules import counted

SAID = 3


class Question(Arguments):
    """What is looked for."""

    query: str = Field(min_length=1, max_length=200, description="Keywords.", examples=["generator quiet hours"])
    category: KnowledgeCategory | None = None
    knowledge_type: KnowledgeType | None = None
    location: str | None = Field(None, max_length=200, description="Also finds what holds everywhere.")
    tags: list[Tag] = Field([], max_length=20, description="Any of them.")
    min_priority: int = Field(1, ge=1, le=10)
    limit: int = Field(10, ge=1, le=100)


class FoundFact(BaseModel):
    """A fact; the best match comes first."""

    id: UUID
    title: str
    content: str
    knowledge_type: KnowledgeType
    category: KnowledgeCategory
    location_context: str | None
    date_context: str | None
    priority: int
    tags: list[str]


class Found(Result):
    """The facts that match."""

    knowledge: list[FoundFact]
    count: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known about it."""
        return not self.knowledge


@tool(effect="read", timeout=4)
async def search_knowledge(ctx: ToolContext, args: Question) -> Found:
    """Search PAM's own facts: travel rules, location tips, seasonal advice, policies, warnings."""
    rows = await knowledge.search(ctx.db, knowledge.Search(**vars(args)))
    if rows:
        await knowledge.note_use(ctx.db, ctx.user, [row["id"] for row in rows], args.query)
        ctx.cite("PAM's knowledge", min(_changed(rows)))
    found = [FoundFact.model_validate(row) for row in rows]
    return Found(message=_sentence(args.query, found), knowledge=found, count=len(found))


def _changed(rows: list[dict[str, datetime]]) -> list[datetime]:
    return [row["updated_at"] for row in rows]


def _sentence(query: str, found: list[FoundFact]) -> str:
    """Say the best of what was found."""
    if not found:
        return f"I have no facts about “{query}”. Other words may find more."
    told = " ".join(f"{fact.title}: {fact.content}" for fact in found[:SAID])
    more = f" There {'is' if len(found) == SAID + 1 else 'are'} {counted(len(found) - SAID, 'more fact')}."
    return told + (more if len(found) > SAID else "")
