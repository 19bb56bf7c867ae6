"""The SQL of analytics. ``user`` is the member asked about; None, with operators' rights, is everybody."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pam_shared.postgres.pool import Connection
from pam_tools_insight.analytics import Totals, Used


@dataclass(frozen=True)
class Logged:
    """An event to be noted, in the order of the statement's parameters."""

    event_id: UUID
    event_type: str
    event_data: dict[str, Any]
    session_id: str | None
    feature: str | None
    success: bool | None
    response_time_ms: int | None
    error_type: str | None
    at: datetime


TOTALS = """
select count(*) as events, count(distinct user_id) as members,
       count(success) as judged, count(*) filter (where not success) as errors,
       count(response_time_ms) as timed, round(avg(response_time_ms), 1) as mean_ms,
       round((percentile_cont(0.95) within group (order by response_time_ms))::numeric, 1) as p95_ms
from pam_analytics_logs where created_at >= $1 and created_at < $2 and ($3::uuid is null or user_id = $3)
"""

BY_FEATURE = """
select coalesce(feature, event_type) as name, count(*) as events, count(distinct user_id) as members,
       count(success) as judged, count(*) filter (where not success) as errors
from pam_analytics_logs where created_at >= $1 and created_at < $2 and ($3::uuid is null or user_id = $3)
group by 1 order by 2 desc, 1 limit $4
"""

BY_HOUR = """
select extract(hour from created_at at time zone $4)::int as hour, count(*) as events
from pam_analytics_logs where created_at >= $1 and created_at < $2 and ($3::uuid is null or user_id = $3)
group by 1 order by 1
"""


BY_DAY = """
select (created_at at time zone 'UTC')::date as day, count(*) as events
from pam_analytics_logs where created_at >= $1 and created_at < $2 and ($3::uuid is null or user_id = $3)
group by 1
"""


async def may_note(db: Connection) -> bool:
    """Return whether the member lets PAM note what they do with it."""
    allowed: bool | None = await db.fetchval("select data_collection from pam_user_context")
    return allowed is not False


async def insert_event(db: Connection, user: UUID, event: Logged) -> bool:
    """Note an event; return whether it was new."""
    status: str = await db.execute(
        "insert into pam_analytics_logs (user_id, event_id, event_type, event_data, session_id, feature, success,"
        " response_time_ms, error_type, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " on conflict (user_id, event_id) do nothing",
        user,
        *vars(event).values(),
    )
    return status.endswith("1")


async def totals(db: Connection, start: datetime, end: datetime, user: UUID | None) -> Totals:
    """Return the numbers of a span of time, its end not included."""
    row = await db.fetchrow(TOTALS, start, end, user)
    return Totals(**row)


async def by_feature(db: Connection, start: datetime, end: datetime, user: UUID | None, most: int) -> list[Used]:
    """Return what was used most."""
    return [Used(**row) for row in await db.fetch(BY_FEATURE, start, end, user, most)]


async def by_hour(db: Connection, start: datetime, end: datetime, user: UUID | None, zone: str) -> dict[int, int]:
    """Return how many events each hour of the day has, in a zone."""
    return {row["hour"]: row["events"] for row in await db.fetch(BY_HOUR, start, end, user, zone)}


async def by_day(db: Connection, start: datetime, end: datetime, user: UUID | None) -> dict[date, int]:
    """Return how many events each UTC day has."""
    return {row["day"]: row["events"] for row in await db.fetch(BY_DAY, start, end, user)}


async def put_daily(db: Connection, day: date, found: Totals, metrics: dict[str, Any]) -> None:
    """Keep a day's numbers, in place of earlier ones of that day. Needs operators' rights."""
    await db.execute(
        "insert into analytics_daily (date, log_count, unique_users, metrics) values ($1, $2, $3, $4)"
        " on conflict (date) do update set log_count = excluded.log_count, unique_users = excluded.unique_users,"
        " metrics = excluded.metrics, generated_at = now()",
        day,
        found.events,
        found.members,
        metrics,
    )


async def daily_counts(db: Connection, start: date, end: date) -> dict[date, int]:
    """Return how many events the days that were aggregated have. Needs operators' rights."""
    rows = await db.fetch("select date, log_count from analytics_daily where date between $1 and $2", start, end)
    return {row["date"]: row["log_count"] for row in rows}


async def put_summary(db: Connection, kind: str, start: date, end: date, metrics: dict[str, Any]) -> None:
    """Keep the numbers of a range, in place of earlier ones. Needs operators' rights."""
    await db.execute(
        "insert into analytics_summary (summary_type, start_date, end_date, metrics) values ($1, $2, $3, $4)"
        " on conflict (summary_type, start_date, end_date)"
        " do update set metrics = excluded.metrics, generated_at = now()",
        kind,
        start,
        end,
        metrics,
    )
