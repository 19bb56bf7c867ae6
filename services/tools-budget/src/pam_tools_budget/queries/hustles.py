"""Ideas for side income, and what came of trying them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pam_shared.postgres.pool import Connection, Record
from pam_tools_budget.rules import Window

MOST = 2000


@dataclass(frozen=True)
class NewIdea:
    """An idea to be proposed."""

    title: str
    description: str | None
    tags: list[str]
    avg_earnings: Decimal


@dataclass(frozen=True)
class NewAttempt:
    """Time spent on an idea, and what it earned."""

    hustle_id: UUID
    hours_spent: Decimal
    earnings: Decimal
    notes: str | None
    start_date: date


@dataclass(frozen=True)
class Tried:
    """An approved idea of the member's: what it is said to earn a month, and what it earned since ``first_day``."""

    title: str
    avg_earnings: Decimal
    earnings: Decimal | None
    first_day: date | None


async def insert_idea(db: Connection, user: UUID, idea: NewIdea) -> UUID:
    """Write an idea down, to be reviewed, and return its id."""
    idea_id: UUID = await db.fetchval(
        "insert into hustle_ideas (user_id, title, description, tags, avg_earnings)"
        " values ($1, $2, $3, $4, $5) returning id",
        user,
        idea.title,
        idea.description,
        idea.tags,
        idea.avg_earnings,
    )
    return idea_id


async def ideas(
    db: Connection, user: UUID, tag: str | None, before: tuple[datetime, UUID] | None, limit: int
) -> list[Record]:
    """Return ideas that are not rejected, the newest first, from a place on."""
    at, tie = before or (None, None)
    rows: list[Record] = await db.fetch(
        "select id, title, description, tags, avg_earnings, status, user_id = $1 as mine, created_at,"
        " (select video_url from youtube_hustles where idea_id = hustle_ideas.id order by created_at desc limit 1)"
        " from hustle_ideas where status <> 'rejected' and ($2::text is null or $2 = any(tags))"
        " and ($3::timestamptz is null or (created_at, id) < ($3, $4)) order by created_at desc, id desc limit $5",
        user,
        tag,
        at,
        tie,
        limit,
    )
    return rows


async def insert_attempt(db: Connection, user: UUID, attempt: NewAttempt) -> Record | None:
    """Write an attempt down; None when there is no such idea for this member."""
    return await db.fetchrow(
        "insert into user_hustle_attempts (user_id, hustle_id, title, hours_spent, earnings, notes, start_date)"
        " select $1, id, title, $3, $4, $5, $6 from hustle_ideas where id = $2 and status <> 'rejected'"
        " returning id, hustle_id, title, status",
        user,
        attempt.hustle_id,
        attempt.hours_spent,
        attempt.earnings,
        attempt.notes,
        attempt.start_date,
    )


async def attempts(db: Connection, window: Window) -> list[dict[str, Any]]:
    """Return the window's attempts, the latest first, 2,000 at most."""
    rows = await db.fetch(
        "select hustle_id, title, status, earnings, hours_spent, start_date from user_hustle_attempts"
        " where start_date between $1 and $2 order by start_date desc, id desc limit $3",
        *window,
        MOST,
    )
    return [dict(row) for row in rows]


async def approved(db: Connection, user: UUID, window: Window) -> list[Tried]:
    """Return the approved ideas the member proposed or tried within the window, by title."""
    rows = await db.fetch(
        "select title, avg_earnings, earnings, first_day from hustle_ideas left join (select hustle_id,"
        "  sum(earnings) as earnings, min(start_date) as first_day from user_hustle_attempts"
        "  where start_date between $2 and $3 group by 1) as tried on hustle_id = id"
        " where status = 'approved' and (user_id = $1 or hustle_id is not null) order by title, id",
        user,
        *window,
    )
    return [Tried(**row) for row in rows]


async def ideas_to_review(db: Connection, most: int) -> list[Record]:
    """Return ideas of all members that nobody has decided on, the oldest first."""
    rows: list[Record] = await db.fetch(
        "select id, title, description, tags, avg_earnings, created_at from ideas_to_review($1)", most
    )
    return rows


async def review_idea(db: Connection, idea_id: UUID, verdict: str) -> str | None:
    """Approve or reject any member's idea; return its title, None when there is no such idea."""
    title: str | None = await db.fetchval("select review_idea($1, $2)", idea_id, verdict)
    return title
