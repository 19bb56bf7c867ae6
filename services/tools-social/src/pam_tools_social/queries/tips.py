"""Tips from travellers."""

from dataclasses import dataclass
from uuid import UUID

from pam_shared.postgres.pool import Connection, Record
from pam_tools_social.rules import TipCategory
from pam_tools_social.shapes import Tip, Traveller


@dataclass(frozen=True)
class NewTip:
    """A tip to be given."""

    title: str
    content: str
    category: TipCategory
    location_name: str | None
    tags: list[str]


async def insert(db: Connection, user: UUID, tip: NewTip) -> Tip:
    """Give a tip to everybody."""
    tip_id: UUID = await db.fetchval(
        "insert into community_tips (user_id, title, content, category, location_name, tags)"
        " values ($1, $2, $3, $4, $5, $6) returning id",
        user,
        tip.title,
        tip.content,
        tip.category,
        tip.location_name,
        tip.tags,
    )
    return (await _tips(db, [tip_id]))[0]


async def search(
    db: Connection, words: str | None, category: TipCategory | None, place: str | None, limit: int
) -> list[Tip]:
    """Return tips with these words, of this category, from there, the newest first."""
    found = await db.fetch("select search_tips($1, $2, $3, $4)", words, category, place, limit)
    return await _tips(db, [row[0] for row in found])


async def _tips(db: Connection, ids: list[UUID]) -> list[Tip]:
    rows = await db.fetch(
        "select t.*, c.username, c.avatar_url from community_tips t left join lateral card(t.user_id) c on true"
        " where t.id = any ($1) order by t.created_at desc, t.id desc",
        ids,
    )
    return [_as_tip(row) for row in rows]


def _as_tip(row: Record) -> Tip:
    author = Traveller(user_id=row["user_id"], username=row["username"], avatar_url=row["avatar_url"])
    return Tip(author=author, **{name: row[name] for name in Tip.model_fields if name != "author"})
