"""Meet-ups and their seats."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pam_shared.errors import NotFoundError
from pam_shared.postgres.pool import Connection, Record
from pam_tools_social.geography import Box
from pam_tools_social.paging import Page, Place, page_of
from pam_tools_social.shapes import Meetup, Traveller


@dataclass(frozen=True)
class NewMeetup:
    """A meet-up to invite to."""

    title: str
    description: str | None
    event_date: datetime
    location: str
    latitude: float | None
    longitude: float | None
    max_attendees: int | None
    is_public: bool


@dataclass(frozen=True)
class Around:
    """A circle that meet-ups are looked for in."""

    latitude: float
    longitude: float
    miles: int
    box: Box


async def insert(db: Connection, user: UUID, meetup: NewMeetup) -> UUID:
    """Invite to a meet-up and return its id. The host has the first seat."""
    meetup_id: UUID = await db.fetchval(
        "insert into meetups (user_id, title, description, event_date, location, latitude, longitude, max_attendees,"
        " is_public) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
        user,
        meetup.title,
        meetup.description,
        meetup.event_date,
        meetup.location,
        meetup.latitude,
        meetup.longitude,
        meetup.max_attendees,
        meetup.is_public,
    )
    await take_seat(db, user, meetup_id)
    return meetup_id


async def get(db: Connection, meetup_id: UUID) -> Meetup:
    """Return a meet-up. Raises NotFoundError where the member sees none of that id."""
    row = await db.fetchrow("select * from seen_meetups where id = $1", meetup_id)
    if row is None:
        raise NotFoundError("event_id: I see no such meet-up; it may have been for others only, or be gone.")
    return _as_meetup(row)


async def take_seat(db: Connection, user: UUID, meetup_id: UUID) -> bool:
    """Take a seat; return False where the member has one already or none is left."""
    seat = await db.fetchval(
        "insert into event_attendees (user_id, meetup_id) values ($1, $2) on conflict do nothing returning id",
        user,
        meetup_id,
    )
    return seat is not None


async def give_up_seat(db: Connection, user: UUID, meetup_id: UUID) -> None:
    """Give the member's seat to somebody else."""
    await db.execute("delete from event_attendees where user_id = $1 and meetup_id = $2", user, meetup_id)


async def coming(
    db: Connection, words: str | None, around: Around | None, after: Place[datetime], limit: int
) -> Page[Meetup]:
    """Return meet-ups to come with these words, within the circle, the soonest first."""
    circle = (around.latitude, around.longitude, around.miles) if around else (None, None, None)
    degrees = (around.box.south, around.box.north, *around.box.spans[0], *around.box.spans[1]) if around else [None] * 6
    rows = await db.fetch(
        "select * from seen_meetups where (event_date, id) > ($1, $2)"
        " and ($4::text is null or position(lower($4) in lower(concat_ws(' ', title, location, description))) > 0)"
        " and ($5::double precision is null or latitude between $8 and $9"
        "  and (longitude between $10 and $11 or longitude between $12 and $13)"
        "  and miles_between($5, $6, latitude, longitude) <= $7)"
        " order by event_date, id limit $3",
        after.position,
        after.id,
        limit + 1,
        words,
        *circle,
        *degrees,
    )
    return page_of(rows, limit, "event_date", _as_meetup)


def _as_meetup(row: Record) -> Meetup:
    host = Traveller(user_id=row["user_id"], username=row["username"], avatar_url=row["avatar_url"])
    return Meetup(host=host, **{name: row[name] for name in Meetup.model_fields if name != "host"})
