"""Add a fact for everybody."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import ADMINS, Arguments, Result, tool
from pam_tools_insight.events import KnowledgeAdded
from pam_tools_insight.kinds import KnowledgeCategory, KnowledgeType, Tag
from pam_tools_insight.queries import knowledge, operators

Place = Annotated[str, Field(min_length=1, max_length=200)]


class Fact(Arguments):
    """What PAM may tell everybody."""

    title: str = Field(min_length=1, max_length=200, examples=["Quiet hours in national parks"])
    content: str = Field(min_length=1, max_length=5000, examples=["Generators are off from 10 pm to 6 am."])
    knowledge_type: KnowledgeType = Field(examples=["travel_rule"])
    category: KnowledgeCategory = Field(examples=["travel"])
    location_context: Place | None = Field(None, description="Where it holds; everywhere if not given.")
    date_context: Place | None = Field(None, description="When it holds, such as 'June to September'.")
    priority: int = Field(5, ge=1, le=10, description="10 is found first.")
    tags: list[Tag] = Field([], max_length=20)


class AddedFact(BaseModel):
    """The fact as written down."""

    id: UUID
    title: str
    knowledge_type: KnowledgeType
    category: KnowledgeCategory
    priority: int


class Added(Result):
    """The fact."""

    knowledge: AddedFact


@tool(effect="write", timeout=4, roles=ADMINS)
async def add_knowledge(ctx: ToolContext, args: Fact) -> Added:
    """Add a fact, rule, tip or warning that PAM may use for every member. For admins."""
    async with operators.as_operator(ctx.db):
        added = await knowledge.insert_knowledge(ctx.db, ctx.user, knowledge.NewKnowledge(**vars(args)))
        await operators.note_change(ctx.db, ctx.user, "add_knowledge", str(added), args.model_dump(mode="json"))
    ctx.emit(KnowledgeAdded(knowledge_id=added, category=args.category))
    fact = AddedFact(id=added, **args.model_dump(include=set(AddedFact.model_fields)))
    return Added(message=f"I will remember “{args.title}” for everybody.", knowledge=fact)
