"""The SQL of the calendar."""

from dataclasses import dataclass
from uuid import UUID

from pam_shared.postgres.pool import Connection, Record
from pam_tools_account.calendar_times import Range, When


@dataclass(frozen=True)
class NewEntry:
    """What is to be in the calendar; ``reminder_minutes`` are before it begins."""

    title: str
    when: When
    description: str | None = None
    event_type: str = "reminder"
    location_name: str | None = None
    reminder_minutes: tuple[int, ...] = (15,)
    color: str | None = None
    is_private: bool = True


@dataclass(frozen=True, kw_only=True)
class Entry(NewEntry):
    """An entry of the calendar."""

    id: UUID


async def add_entry(db: Connection, user: UUID, entry: NewEntry) -> Entry:
    """Add an entry and return it."""
    entry_id = await db.fetchval(
        "insert into calendar_events (user_id, title, description, event_type, start_date, end_date, all_day,"
        " location_name, reminder_minutes, color, is_private)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
        user,
        *_values(entry),
    )
    return Entry(id=entry_id, **vars(entry))


async def add_entry_once(db: Connection, user: UUID, entry: Entry) -> None:
    """Add an entry under an id that somebody else chose, unless it is there."""
    await db.execute(
        "insert into calendar_events (id, user_id, title, description, event_type, start_date, end_date, all_day,"
        " location_name, reminder_minutes, color, is_private)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (id) do nothing",
        entry.id,
        user,
        *_values(entry),
    )


async def change_entry(db: Connection, entry: Entry) -> None:
    """Make an entry what it should be."""
    await db.execute(
        "update calendar_events set title = $2, description = $3, event_type = $4, start_date = $5, end_date = $6,"
        " all_day = $7, location_name = $8, reminder_minutes = $9, color = $10, is_private = $11, updated_at = now()"
        " where id = $1",
        entry.id,
        *_values(entry),
    )


async def entry(db: Connection, entry_id: UUID) -> Entry | None:
    """Return an entry of the member's, locked against changes by others until the transaction ends."""
    row = await db.fetchrow("select * from calendar_events where id = $1 for update", entry_id)
    return _entry(row) if row else None


async def delete_entry(db: Connection, entry_id: UUID) -> str | None:
    """Delete an entry of the member's and return its title, or None where there is none."""
    title: str | None = await db.fetchval("delete from calendar_events where id = $1 returning title", entry_id)
    return title


async def entries(db: Connection, user: UUID, days: Range, event_type: str | None, limit: int) -> list[Entry]:
    """Return the entries that touch the days, in order of time."""
    rows = await db.fetch(
        "select * from calendar_events where user_id = $1 and ($6::text is null or event_type = $6) and case"
        " when all_day then start_date < $5 and end_date > $4"
        " else start_date < $3 and (end_date > $2 or start_date >= $2) end"
        # An all-day entry may begin half a day before or after its midnight in UTC, as the member sees it.
        " and start_date < $3 + interval '1 day' order by start_date, id limit $7",
        user,
        *days,
        event_type,
        limit,
    )
    return [_entry(row) for row in rows]


def _values(entry: NewEntry) -> tuple[object, ...]:
    return (
        entry.title,
        entry.description,
        entry.event_type,
        *entry.when,
        entry.location_name,
        entry.reminder_minutes,
        entry.color,
        entry.is_private,
    )


def _entry(row: Record) -> Entry:
    return Entry(
        id=row["id"],
        title=row["title"],
        when=When(row["start_date"], row["end_date"], row["all_day"]),
        description=row["description"],
        event_type=row["event_type"],
        location_name=row["location_name"],
        reminder_minutes=tuple(row["reminder_minutes"]),
        color=row["color"],
        is_private=row["is_private"],
    )
