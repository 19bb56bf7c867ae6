"""Put a recommendation aside for a member."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from pam_shared.errors import InvalidRequestError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import OPERATORS, Arguments, Result, tool
from pam_tools_insight.advice import Priority
from pam_tools_insight.events import RecommendationCreated
from pam_tools_insight.queries import operators, recommendations


class NewRecommendation(Arguments):
    """What is recommended to whom."""

    user_id: UUID = Field(description="The member it is for.", examples=["0190f3a0-0000-7000-8000-000000000001"])
    type: str = Field(min_length=1, max_length=50, description="What it is about.", examples=["maintenance"])
    content: str = Field(min_length=1, max_length=2000, examples=["Check your tyres before the desert."])
    priority: Priority = Priority.MEDIUM
    expires_at: AwareDatetime | None = Field(None, description="When it is of no use any more, with its zone.")


class Stored(BaseModel):
    """The recommendation as written down."""

    id: UUID
    user_id: UUID
    type: str
    priority: Priority
    expires_at: datetime | None


class Created(Result):
    """The recommendation."""

    recommendation: Stored


@tool(effect="write", timeout=4, roles=OPERATORS, visibility="internal", aliases=("pam_create_recommendation",))
async def create_recommendation(ctx: ToolContext, args: NewRecommendation) -> Created:
    """Put a recommendation aside for a member, who sees it when they ask for recommendations. For operators."""
    if args.expires_at and args.expires_at <= ctx.now:
        raise InvalidRequestError(f"expires_at: {args.expires_at} has passed; nobody would see the recommendation.")
    async with operators.as_operator(ctx.db):
        given = (args.user_id, args.type, args.content, args.priority, args.expires_at)
        stored = await recommendations.insert_recommendation(ctx.db, *given)
        await operators.note_change(ctx.db, ctx.user, "create_recommendation", str(stored), {"user_id": args.user_id})
    about = {"recommended_to": args.user_id, "type": args.type, "priority": args.priority}
    ctx.emit(RecommendationCreated(recommendation_id=stored, **about))
    kept = args.model_dump(exclude={"content"})
    return Created(message="The recommendation is put aside for the member.", recommendation=Stored(id=stored, **kept))
