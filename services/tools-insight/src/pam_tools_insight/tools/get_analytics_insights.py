"""What the analytics say."""

import datetime as dt
from contextlib import nullcontext
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_insight import analytics as rules
from pam_tools_insight.queries import analytics, operators
from pam_tools_insight.rules import scope_of

DAYS = 30
MOST_FEATURES = 20


class InsightType(StrEnum):
    """What is asked about."""

    GENERAL = "general"
    USER = "user"
    PERFORMANCE = "performance"
    TRENDS = "trends"


class Question(Arguments):
    """What is asked about whom."""

    insight_type: InsightType = InsightType.GENERAL
    user_id: UUID | None = Field(None, description="For admins: one member; everybody if not given.")


class Insights(Result):
    """Sentences, and warnings where more than five percent of calls fail."""

    insights: list[str]
    warnings: list[str]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was noted."""
        return not self.insights


@tool(effect="read", aliases=("pam_get_analytics_insights",))
async def get_analytics_insights(ctx: ToolContext, args: Question) -> Insights:
    """Tell how PAM was used in the last 30 days: what, how well, with which trend. Members see their own use."""
    user = scope_of(ctx.member, args.user_id)
    start = ctx.now - dt.timedelta(days=DAYS)
    async with operators.as_operator(ctx.db) if ctx.member.is_admin else nullcontext():
        totals = await analytics.totals(ctx.db, start, ctx.now, user)
        used = await analytics.by_feature(ctx.db, start, ctx.now, user, MOST_FEATURES)
        told = await _told(ctx, args.insight_type, totals, used, user)
    if not totals.events:
        return Insights(message=f"Nothing was noted in the last {DAYS} days.", insights=[], warnings=[])
    warnings = rules.warnings(totals, used)
    return Insights(message=" ".join([*told, *warnings]), insights=told, warnings=warnings)


async def _told(
    ctx: ToolContext, kind: InsightType, totals: rules.Totals, used: list[rules.Used], user: UUID | None
) -> list[str]:
    start = ctx.now - dt.timedelta(days=DAYS)
    match kind:
        case InsightType.GENERAL:
            return rules.general(totals, used)
        case InsightType.USER:
            hours = await analytics.by_hour(ctx.db, start, ctx.now, user, str(ctx.zone))
            return rules.engagement(totals, hours)
        case InsightType.PERFORMANCE:
            return rules.performance(totals)
        case InsightType.TRENDS:
            by_day = await analytics.by_day(ctx.db, start, ctx.now, user)
            return rules.trends(by_day, ctx.now.astimezone(dt.UTC).date())
