"""The SQL of knowledge: adding to it, searching it, and noting what was used."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pam_shared.postgres.pool import Connection


@dataclass(frozen=True)
class NewKnowledge:
    """A fact for everybody."""

    title: str
    content: str
    knowledge_type: str
    category: str
    location_context: str | None
    date_context: str | None
    priority: int
    tags: list[str]


@dataclass(frozen=True)
class Search:
    """What is looked for, by the names of the query's parameters."""

    query: str
    category: str | None
    knowledge_type: str | None
    location: str | None
    tags: list[str]
    min_priority: int
    limit: int


# A row with every word asked for comes before those with some; among equals the better rank, weighted by priority.
SEARCH = """
with asked as (
    select plainto_tsquery('english', $1) as all_words,
           replace(plainto_tsquery('english', $1)::text, '&', '|')::tsquery as any_word
)
select id, title, content, knowledge_type, category, location_context, date_context, priority, tags, updated_at
from pam_admin_knowledge, asked
where is_active and words @@ any_word and priority >= $6
  and ($2::text is null or category = $2)
  and ($3::text is null or knowledge_type = $3)
  and ($4::text is null or location_context is null or position(lower($4) in lower(location_context)) > 0)
  and (cardinality($5::text[]) = 0 or tags && $5)
order by words @@ all_words desc, ts_rank(words, any_word) * (10 + priority) desc, updated_at desc, id
limit $7
"""


async def insert_knowledge(db: Connection, editor: UUID, new: NewKnowledge) -> UUID:
    """Write a fact down and return its id. Needs operators' rights."""
    knowledge_id: UUID = await db.fetchval(
        "insert into pam_admin_knowledge (admin_user_id, title, content, knowledge_type, category,"
        " location_context, date_context, priority, tags) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
        editor,
        *vars(new).values(),
    )
    return knowledge_id


async def search(db: Connection, asked: Search) -> list[dict[str, Any]]:
    """Return active facts that hold any of the words, the best first."""
    return [dict(row) for row in await db.fetch(SEARCH, *vars(asked).values())]


async def note_use(db: Connection, user: UUID, used: list[UUID], context: str) -> None:
    """Note that facts were given to a member, and count it.

    Rows are locked in the order of their ids, so that searches at the same time wait for each other and never deadlock.
    """
    await db.execute(
        "insert into pam_knowledge_usage_log (knowledge_id, user_id, conversation_context)"
        " select unnest($1::uuid[]), $2, $3",
        used,
        user,
        context,
    )
    await db.execute(
        "update pam_admin_knowledge set usage_count = usage_count + 1, last_used_at = now()"
        " where id in (select id from pam_admin_knowledge where id = any($1) order by id for no key update)",
        used,
    )
