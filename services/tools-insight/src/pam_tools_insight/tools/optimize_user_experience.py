"""How PAM could adapt to the member."""

import datetime as dt
from typing import Any

from pydantic import BaseModel, Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_insight import habits
from pam_tools_insight.queries import analytics, contexts

DAYS = 90
MOST_FEATURES = 20


class Wish(Arguments):
    """What to look at."""

    focus_areas: list[habits.Focus] = Field(
        list(habits.Focus), min_length=1, max_length=10, description="All if not given."
    )


class Suggested(BaseModel):
    """How PAM could adapt, and why."""

    area: habits.Focus
    suggestion: str
    reason: str


class Optimized(Result):
    """Suggestions, and what PAM has learned of the member's habits."""

    optimizations: list[Suggested]
    learned_preferences: dict[str, Any]

    @property
    def is_empty(self) -> bool:
        """Whether too little is known."""
        return not self.optimizations


@tool(effect="write", timeout=4, aliases=("pam_optimize_user_experience",))
async def optimize_user_experience(ctx: ToolContext, args: Wish) -> Optimized:
    """Suggest how PAM could adapt to the member, from how they use it, and remember their habits."""
    seen = await _habits(ctx)
    known = await contexts.learned(ctx.db)
    learned = {**known, **habits.preferences(seen)}
    if learned != known:
        await contexts.keep_learned(ctx.db, ctx.user, learned)
        await contexts.note_learning(ctx.db, ctx.user, "preferences_learned", {"before": known, "after": learned})
    found = habits.optimizations(seen, args.focus_areas)
    suggested = [Suggested(**vars(one)) for one in found]
    return Optimized(message=_sentence(seen, found), optimizations=suggested, learned_preferences=learned)


async def _habits(ctx: ToolContext) -> habits.Habits:
    start, zone = ctx.now - dt.timedelta(days=DAYS), str(ctx.zone)
    liked, disliked = await contexts.opinions(ctx.db)
    return habits.Habits(
        totals=await analytics.totals(ctx.db, start, ctx.now, ctx.user),
        features=await analytics.by_feature(ctx.db, start, ctx.now, ctx.user, MOST_FEATURES),
        hours=await analytics.by_hour(ctx.db, start, ctx.now, ctx.user, zone),
        liked=liked,
        disliked=disliked,
    )


def _sentence(seen: habits.Habits, found: list[habits.Optimization]) -> str:
    """Say the suggestions."""
    if found:
        return " ".join(f"{one.suggestion} ({one.reason}.)" for one in found)
    if seen.totals.events < habits.ENOUGH_EVENTS:
        return "We have not done enough together yet for me to know your habits; ask again in a few weeks."
    return "Nothing in how you use me asks for a change."
