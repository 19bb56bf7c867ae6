"""Measuring a range of days for all members."""

from pam_shared.postgres.pool import Connection
from pam_tools_insight.analytics import Metrics, Totals, metrics, span
from pam_tools_insight.queries import analytics
from pam_tools_insight.rules import Window

MOST_FEATURES = 10
UTC = "UTC"


async def measure(db: Connection, window: Window) -> tuple[Totals, Metrics]:
    """Return the numbers of UTC days. Needs operators' rights."""
    start, end = span(window)
    totals = await analytics.totals(db, start, end, None)
    used = await analytics.by_feature(db, start, end, None, MOST_FEATURES)
    return totals, metrics(totals, used, await analytics.by_hour(db, start, end, None, UTC))
