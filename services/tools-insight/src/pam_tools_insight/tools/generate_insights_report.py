"""A report over a window."""

import datetime as dt

from pydantic import BaseModel

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_insight import health, reports
from pam_tools_insight.asking import Part, gather
from pam_tools_insight.rules import last_days

DAYS = 365
"""Further back than any report: what is usual, and when work is due, shows over a year."""


class Wish(Arguments):
    """Which report."""

    report_type: reports.ReportType = reports.ReportType.COMPREHENSIVE
    time_period: reports.TimePeriod = reports.TimePeriod.LAST_30_DAYS


class Report(BaseModel):
    """What the records of the window say."""

    start_date: dt.date
    end_date: dt.date
    sections: list[reports.ReportSection]
    scores: list[health.HealthScore]
    generated_at: dt.datetime


class Reported(Result):
    """The report."""

    report: Report

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to report."""
        return not self.report.sections


@tool(effect="read", aliases=("pam_generate_insights_report",))
async def generate_insights_report(ctx: ToolContext, args: Wish) -> Reported:
    """Write a report on the member's money, travel and vehicle over the last 7, 30 or 90 days."""
    parts = [Part.MONEY] if reports.wants(args.report_type, reports.ReportType.FINANCIAL) else []
    parts += [] if args.report_type is reports.ReportType.FINANCIAL else [Part.TRAVEL]
    found = await gather(ctx, last_days(DAYS, ctx.today), *parts)
    window = last_days(args.time_period.days, ctx.today)
    report = Report(
        start_date=window.start,
        end_date=window.end,
        sections=reports.sections(args.report_type, found.money, found.travel, window),
        scores=health.scores(found.money, found.travel, ctx.today),
        generated_at=ctx.now,
    )
    return Reported(message=found.said(_sentence(report, args), empty=not report.sections), report=report)


def _sentence(report: Report, args: Wish) -> str:
    """Say every section."""
    if not report.sections:
        return f"There is nothing on record for the last {args.time_period.days} days. Try a longer period."
    told = [sentence for section in report.sections for sentence in section.sentences]
    return f"The last {args.time_period.days} days: {' '.join(told)}"
