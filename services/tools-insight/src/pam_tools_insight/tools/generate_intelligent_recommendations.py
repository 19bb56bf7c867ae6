"""What the member could do next, across everything PAM knows of them."""

from pydantic import BaseModel, Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_insight import advice, health
from pam_tools_insight.asking import Part, gather
from pam_tools_insight.queries import recommendations
from pam_tools_insight.rules import last_days

DAYS = 365
SAID = 3


class Wish(Arguments):
    """How many."""

    limit: int = Field(10, ge=1, le=50)


class Recommended(BaseModel):
    """A recommendation, why it is made, and the records it stands on."""

    type: str
    title: str
    content: str
    priority: advice.Priority
    reason: str
    sources: list[str]


class Recommendations(Result):
    """The most important first."""

    recommendations: list[Recommended]
    health_scores: list[health.HealthScore]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to recommend."""
        return not self.recommendations


@tool(effect="read", aliases=("pam_generate_intelligent_recommendations",))
async def generate_intelligent_recommendations(ctx: ToolContext, args: Wish) -> Recommendations:
    """Recommend what the member could do next, ranked, from budgets, spending, maintenance, trips and hustles."""
    found = await gather(ctx, last_days(DAYS, ctx.today), Part.MONEY, Part.TRAVEL)
    derived = advice.recommendations(found.money, found.travel, ctx.today)
    chosen = advice.ranked([*await _stored(ctx, args.limit), *derived])[: args.limit]
    scores = health.scores(found.money, found.travel, ctx.today)
    return Recommendations(
        message=found.said(_sentence(chosen, scores), empty=not chosen),
        recommendations=[Recommended.model_validate(one, from_attributes=True) for one in chosen],
        health_scores=scores,
    )


async def _stored(ctx: ToolContext, limit: int) -> list[advice.Recommendation]:
    """Return what was put aside for the member, and note that they have seen it."""
    rows = await recommendations.active(ctx.db, limit)
    await recommendations.note_viewed(ctx.db, [row["id"] for row in rows])
    return [
        advice.Recommendation(
            type=row["type"],
            title=row["type"].replace("_", " ").capitalize(),
            content=row["content"],
            priority=advice.Priority(row["priority_level"]),
            reason=f"put aside for you on {row['created_at'].date()}",
            sources=["recommendations"],
        )
        for row in rows
    ]


def _sentence(chosen: list[advice.Recommendation], scores: list[health.HealthScore]) -> str:
    """Say the most important."""
    if not chosen:
        if scores:
            return "All is in order; I have nothing to recommend right now."
        return "There is too little on record to recommend anything. Log expenses, a budget or maintenance first."
    return " ".join(f"{one.title}: {one.reason}. {one.content}" for one in chosen[:SAID])
