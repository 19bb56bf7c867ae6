"""Numbers about the member."""

import asyncio
from datetime import datetime, time

from pydantic import Field

from pam_shared.money import spoken
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_account.member_stats import AccountNumbers, BudgetNumbers, Stats, TripNumbers
from pam_tools_account.other_workers import money_records, social_records, travel_records
from pam_tools_account.periods import Days, Period, days_of
from pam_tools_account.queries import orders, profiles, vehicles
from pam_tools_account.sentences import listed, many


class Question(Arguments):
    """Which days."""

    period: Period = Field(Period.ALL_TIME, description="The current week (from Monday), month or year, or all time.")


class Statistics(Result):
    """The numbers; ``missing`` are the parts that did not answer."""

    stats: Stats
    missing: list[str]


@tool(effect="read", timeout=6, records="your account")
async def get_user_stats(ctx: ToolContext, args: Question) -> Statistics:
    """Tell numbers about the member: money, trips, social life and account, for a period or all time."""
    days = days_of(args.period, ctx.today)
    money, travel, social = await asyncio.gather(
        money_records(ctx, days), travel_records(ctx, days), social_records(ctx)
    )
    stats = Stats(
        budget=BudgetNumbers.of(money) if money else None,
        trips=TripNumbers.of(travel) if travel else None,
        social=social,
        account=await _account(ctx, days),
    )
    if stats.budget:
        outputs = stats.budget.model_dump(mode="json")
        await log_calculation(ctx, "get_user_stats", days.arguments(), outputs)
    missing = [name for name in ("budget", "trips", "social") if getattr(stats, name) is None]
    return Statistics(message=_sentence(args.period, stats, missing), stats=stats, missing=missing)


async def _account(ctx: ToolContext, days: Days) -> AccountNumbers:
    membership = await profiles.membership(ctx.db, ctx.user)
    return AccountNumbers(
        **membership.model_dump(),
        vehicles_count=len(await vehicles.vehicles(ctx.db, ctx.user)),
        orders_count=await orders.count_orders(ctx.db, ctx.user, datetime.combine(days.start, time(), ctx.zone)),
    )


def _sentence(period: Period, stats: Stats, missing: list[str]) -> str:
    parts = [many(stats.account.vehicles_count, "vehicle"), many(stats.account.orders_count, "order")]
    if stats.trips:
        parts = [many(stats.trips.trips_count, "trip"), *parts]
    if stats.budget:
        counted = f"{'the newest ' if stats.budget.truncated else ''}{many(stats.budget.expenses_count, 'expense')}"
        parts = [f"{spoken(stats.budget.spent)} spent in {counted}", *parts]
    if stats.social:
        ever = f"{many(stats.social.posts_count, 'post')} and {many(stats.social.followers_count, 'follower')}"
        parts.append(f"{ever} in all")
    lost = f" I could not ask about your {listed(missing)} just now." if missing else ""
    head = period.spoken[0].upper() + period.spoken[1:]
    return f"{head}: {listed(parts)}.{lost}"
