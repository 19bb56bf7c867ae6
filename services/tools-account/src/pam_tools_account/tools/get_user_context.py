"""What PAM knows of the member when a conversation begins, for other services."""

import asyncio
from datetime import timedelta

from pydantic import Field

from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_account.member_context import Context, Finances, Location, Preferences, Travel
from pam_tools_account.members import Profile
from pam_tools_account.other_workers import MoneyRecords, TravelRecords, money_records, travel_records
from pam_tools_account.periods import Days, Period, days_of
from pam_tools_account.queries import profiles, vehicles
from pam_tools_account.sentences import listed

YEAR = timedelta(days=365)


class Question(Arguments):
    """How much."""

    own_only: bool = Field(False, description="Without money and trips, for which other workers are asked.")


class UserContext(Result):
    """The context, and the parts in which nothing is known."""

    context: Context
    missing: list[str] = Field(description="Of profile, vehicle, location, finances and travel.")


@tool(effect="read", timeout=4, visibility="internal")
async def get_user_context(ctx: ToolContext, args: Question) -> UserContext:
    """Tell who the member is, what they drive, where they are, how their money and trips stand and what they prefer."""
    money, travel = (None, None) if args.own_only else await _asked(ctx)
    profile = await profiles.profile(ctx.db, ctx.user)
    owned = await vehicles.vehicles(ctx.db, ctx.user)
    context = Context(
        profile=profile,
        vehicle=owned[0] if owned else None,
        location=Location(home=profile.location, position=ctx.location),
        finances=await _finances(ctx, money),
        travel=Travel.of(travel, ctx.today),
        preferences=await _preferences(ctx),
    )
    known = {
        "profile": profile != Profile(),
        "vehicle": bool(owned),
        "location": bool(profile.location or ctx.location),
        "finances": money is not None,
        "travel": travel is not None,
    }
    missing = [part for part, there in known.items() if not there]
    unknown = f"I know nothing of your {listed(missing)}." if missing else "I know all parts."
    return UserContext(message=unknown, context=context, missing=missing)


async def _asked(ctx: ToolContext) -> tuple[MoneyRecords | None, TravelRecords | None]:
    year = Days(ctx.today - YEAR, ctx.today + YEAR)
    return await asyncio.gather(money_records(ctx, days_of(Period.MONTH, ctx.today)), travel_records(ctx, year))


async def _finances(ctx: ToolContext, money: MoneyRecords | None) -> Finances:
    if money is None:
        return Finances()
    sums = {"spent_this_month": money.spent, "earned_this_month": money.earned}
    await log_calculation(ctx, "get_user_context", {"month": ctx.today}, sums)
    return Finances(budgets=money.budgets, **sums)


async def _preferences(ctx: ToolContext) -> Preferences:
    settings = await profiles.settings(ctx.db, ctx.user)
    return Preferences(settings=settings, privacy=await profiles.privacy(ctx.db, ctx.user))
