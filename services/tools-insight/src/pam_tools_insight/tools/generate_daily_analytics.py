"""Aggregate one day."""

import datetime as dt

from pydantic import Field

from pam_shared.errors import InvalidRequestError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import OPERATORS, Arguments, Result, tool
from pam_tools_insight.analytics import Metrics
from pam_tools_insight.measuring import measure
from pam_tools_insight.queries import analytics, operators
from pam_tools_insight.rules import Window, counted


class Day(Arguments):
    """Which day."""

    target_date: dt.date | None = Field(None, description="A day, UTC; yesterday if not given.")


class Aggregated(Result):
    """The day's numbers."""

    date: dt.date
    metrics: Metrics

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened that day."""
        return not self.metrics.events


@tool(effect="write", roles=OPERATORS, aliases=("pam_generate_daily_analytics",))
async def generate_daily_analytics(ctx: ToolContext, args: Day) -> Aggregated:
    """Aggregate one day of all members' events and keep the numbers, in place of earlier ones. For operators."""
    today = ctx.now.astimezone(dt.UTC).date()
    day = args.target_date or today - dt.timedelta(days=1)
    if day > today:
        raise InvalidRequestError(f"target_date: {day} has not come yet; name a day that has.")
    async with operators.as_operator(ctx.db):
        totals, found = await measure(ctx.db, Window(day, day))
        await analytics.put_daily(ctx.db, day, totals, found.model_dump(mode="json"))
    many = f"{counted(found.events, 'event')} of {counted(found.unique_users, 'member')}"
    message = f"On {day} there were {many}." if found.events else f"Nothing was noted on {day}."
    return Aggregated(message=message, date=day, metrics=found)
