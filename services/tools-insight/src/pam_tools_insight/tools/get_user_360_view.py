"""Everything about the member at a glance."""

from enum import StrEnum

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_insight import health, overview
from pam_tools_insight.asking import Gathered, Part, gather
from pam_tools_insight.records import Social
from pam_tools_insight.rules import counted, last_days

DAYS = 365
RECENT_DAYS = 30


class Section(StrEnum):
    """A part of the view."""

    FINANCIAL = "financial"
    TRAVEL = "travel"
    VEHICLE = "vehicle"
    SOCIAL = "social"
    HUSTLE = "hustle"


NEEDS = {
    Section.FINANCIAL: {Part.MONEY},
    Section.TRAVEL: {Part.TRAVEL, Part.AGENDA},
    Section.VEHICLE: {Part.TRAVEL, Part.VEHICLES},
    Section.SOCIAL: {Part.SOCIAL},
    Section.HUSTLE: {Part.MONEY},
}


class View(Arguments):
    """Which parts."""

    include: list[Section] = Field(list(Section), min_length=1, max_length=5, description="All parts if not given.")


class Overview(Result):
    """Each part asked for; null where there is nothing on record or nobody answered."""

    financial: overview.FinancialView | None = None
    travel: overview.TravelView | None = None
    vehicle: overview.VehicleView | None = None
    social: Social | None = None
    hustle: overview.HustleView | None = None
    calendar_entries: int | None = Field(None, description="Of the next 30 days, at most 50.")
    health_scores: list[health.HealthScore] = Field(default_factory=list)
    overall_health: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is on record."""
        return not any((self.financial, self.travel, self.vehicle, self.social, self.hustle, self.calendar_entries))


@tool(effect="read", aliases=("pam_get_user_360_view",))
async def get_user_360_view(ctx: ToolContext, args: View) -> Overview:
    """Show everything about the member at a glance: money, travel, vehicle, community, hustles, health scores."""
    parts = sorted(set.union(*(NEEDS[section] for section in args.include)))
    found = await gather(ctx, last_days(DAYS, ctx.today), *parts)
    view = _view(found, set(args.include), ctx)
    view.health_scores = health.scores(found.money, found.travel, ctx.today)
    view.overall_health = health.overall(view.health_scores)
    view.message = found.said(_sentence(view), empty=view.is_empty)
    return view


def _view(found: Gathered, wanted: set[Section], ctx: ToolContext) -> Overview:
    view, today = Overview(message=""), ctx.today
    if found.money and Section.FINANCIAL in wanted:
        view.financial = overview.financial(found.money, last_days(RECENT_DAYS, today))
    if found.money and Section.HUSTLE in wanted:
        view.hustle = overview.hustle(found.money)
    if found.travel and Section.TRAVEL in wanted:
        view.travel = overview.travel(found.travel, today)
    if Section.VEHICLE in wanted:
        view.vehicle = overview.vehicle(found.travel, found.garage, today)
    if found.social and any(found.social.model_dump().values()):
        view.social = found.social
    if found.agenda:
        view.calendar_entries = len(found.agenda.events)
    return view


def _sentence(view: Overview) -> str:
    """Say each part there is."""
    told = [part.sentence() for part in (view.financial, view.hustle, view.travel, view.vehicle) if part]
    if view.social:
        posts, followers = counted(view.social.posts_count, "post"), counted(view.social.followers_count, "follower")
        told.append(f"In the community you have {posts} and {followers}.")
    told += [
        f"{score.name.replace('_', ' ').capitalize()}: {score.score} of 100, {score.reason}."
        for score in view.health_scores
    ]
    return " ".join(told) or "There is nothing on record yet. Tell me about an expense, a trip or your vehicle."
