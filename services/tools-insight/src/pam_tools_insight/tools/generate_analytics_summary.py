"""Aggregate a range of days."""

import datetime as dt
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import OPERATORS, Arguments, Result, tool
from pam_tools_insight.analytics import Metrics
from pam_tools_insight.measuring import measure
from pam_tools_insight.queries import analytics, operators
from pam_tools_insight.rules import Window, counted

MOST_DAYS = 366


class SummaryType(StrEnum):
    """What the range is."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    CUSTOM = "custom"


class Range(Arguments):
    """Which days."""

    start_date: dt.date = Field(description="First day, UTC.", examples=["2026-05-04"])
    end_date: dt.date = Field(description="Last day, UTC.", examples=["2026-05-10"])
    summary_type: SummaryType = SummaryType.WEEKLY

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        days = (self.end_date - self.start_date).days + 1
        if not 1 <= days <= MOST_DAYS:
            raise ValueError(f"end_date must be on or after start_date, and at most {MOST_DAYS} days may be asked for")
        return self


class Summarised(Result):
    """The range's numbers; ``days_aggregated`` counts the events of each day that was aggregated by itself."""

    summary_type: SummaryType
    metrics: Metrics
    days_aggregated: dict[dt.date, int]

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened in the range."""
        return not self.metrics.events


@tool(effect="write", roles=OPERATORS, aliases=("pam_generate_analytics_summary",))
async def generate_analytics_summary(ctx: ToolContext, args: Range) -> Summarised:
    """Aggregate a range of days of all members' events and keep the numbers. For operators."""
    window = Window(args.start_date, args.end_date)
    async with operators.as_operator(ctx.db):
        _, found = await measure(ctx.db, window)
        days = await analytics.daily_counts(ctx.db, *window)
        stored = {**found.model_dump(mode="json"), "days": {str(day): events for day, events in days.items()}}
        await analytics.put_summary(ctx.db, args.summary_type, *window, stored)
    many = f"{counted(found.events, 'event')} of {counted(found.unique_users, 'member')}"
    when = f"from {window.start} to {window.end}"
    message = f"There were {many} {when}." if found.events else f"Nothing was noted {when}."
    return Summarised(message=message, summary_type=args.summary_type, metrics=found, days_aggregated=days)
