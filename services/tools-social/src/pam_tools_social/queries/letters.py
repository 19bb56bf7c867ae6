"""Direct messages."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pam_shared.postgres.pool import Connection, Record
from pam_tools_social.paging import Page, Place, page_of
from pam_tools_social.shapes import Letter, Traveller


@dataclass(frozen=True)
class Sent:
    """A message as it was kept."""

    id: UUID
    created_at: datetime


async def takes_messages(db: Connection, other: UUID) -> bool:
    """Return whether someone takes messages from the member."""
    answer: bool = await db.fetchval("select takes_my_messages($1)", other)
    return answer


async def send(db: Connection, user: UUID, recipient: UUID, text: str) -> Sent:
    """Write to someone."""
    row = await db.fetchrow(
        "insert into messages (user_id, recipient_id, message) values ($1, $2, $3) returning id, created_at",
        user,
        recipient,
        text,
    )
    return Sent(row["id"], row["created_at"])


async def all_of(db: Connection, after: Place[datetime], limit: int) -> Page[Letter]:
    """Return what the member wrote and was written, the newest first; nothing to or from the other side of a block."""
    rows = await db.fetch(
        "select m.*, c.username, c.avatar_url from ("
        " (select id, recipient_id as other, true as mine, message, created_at from messages"
        "  where user_id = current_member() and not are_apart(recipient_id) and (created_at, id) < ($1, $2)"
        "  order by created_at desc, id desc limit $3) union all"
        " (select id, user_id as other, false as mine, message, created_at from messages"
        "  where recipient_id = current_member() and (created_at, id) < ($1, $2)"
        "  order by created_at desc, id desc limit $3) order by created_at desc, id desc limit $3"
        ") m left join lateral card(m.other) c on true order by m.created_at desc, m.id desc",
        after.position,
        after.id,
        limit + 1,
    )
    return page_of(rows, limit, "created_at", _as_letter)


async def between(db: Connection, other: UUID, after: Place[datetime], limit: int) -> Page[Letter]:
    """Return what the member and someone wrote to each other, the newest first."""
    rows = await db.fetch(
        "select m.*, c.username, c.avatar_url from ("
        " (select id, recipient_id as other, true as mine, message, created_at from messages"
        "  where user_id = current_member() and recipient_id = $4 and (created_at, id) < ($1, $2)"
        "  order by created_at desc, id desc limit $3) union all"
        " (select id, user_id as other, false as mine, message, created_at from messages"
        "  where user_id = $4 and recipient_id = current_member() and (created_at, id) < ($1, $2)"
        "  order by created_at desc, id desc limit $3) order by created_at desc, id desc limit $3"
        ") m left join lateral card(m.other) c on true order by m.created_at desc, m.id desc",
        after.position,
        after.id,
        limit + 1,
        other,
    )
    return page_of(rows, limit, "created_at", _as_letter)


def _as_letter(row: Record) -> Letter:
    return Letter(
        id=row["id"],
        other=Traveller(user_id=row["other"], username=row["username"], avatar_url=row["avatar_url"]),
        mine=row["mine"],
        text=row["message"],
        created_at=row["created_at"],
    )
