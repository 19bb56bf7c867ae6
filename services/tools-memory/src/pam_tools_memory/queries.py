"""The facts in this worker's schema. Row-level security leaves the member's own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pam_shared.postgres.pool import Connection, Record
from pam_tools_memory.kinds import Kind
from pam_tools_memory.shapes import Memory


@dataclass(frozen=True)
class NewFact:
    """A fact to be kept; ``words`` are the statement's alone."""

    kind: Kind
    subject: str
    statement: str
    words: str
    turn_id: UUID | None
    said_at: datetime
    confidence: float
    confirmed: bool


async def lock(db: Connection, user: UUID) -> None:
    """Let nobody else change what the member stated until the transaction ends."""
    await db.execute("select pg_advisory_xact_lock(hashtextextended($1::text, 0))", str(user))


async def count(db: Connection) -> int:
    """Return how many facts stand."""
    standing: int = await db.fetchval("select count(*) from standing_facts")
    return standing


async def same(db: Connection, kind: Kind, words: str) -> Memory | None:
    """Return the standing fact that says the same, on whatever subject."""
    return _memory(await db.fetchrow("select * from standing_facts where kind = $1 and words = $2", kind, words))


async def on_subject(db: Connection, kind: Kind, subject: str) -> Memory | None:
    """Return the standing fact of a kind on a subject."""
    return _memory(await db.fetchrow("select * from standing_facts where kind = $1 and subject = $2", kind, subject))


async def get(db: Connection, fact_id: UUID) -> Memory | None:
    """Return a standing fact."""
    return _memory(await db.fetchrow("select * from standing_facts where id = $1", fact_id))


async def refresh(db: Connection, fact_id: UUID, said_at: datetime, turn_id: UUID | None, confidence: float) -> Memory:
    """Note that a fact was said again."""
    row = await db.fetchrow(
        "update facts set said_at = $2, turn_id = $3, confidence = greatest(confidence, $4) where id = $1 returning *",
        fact_id,
        said_at,
        turn_id,
        confidence,
    )
    return Memory(**row)


async def insert(db: Connection, user: UUID, fact: NewFact, instead_of: UUID | None) -> Memory:
    """Keep a fact, in the place of another where one is named."""
    fact_id = await db.fetchval(
        "update facts set superseded_by = uuidv7() where id = $1 returning superseded_by", instead_of
    )
    row = await db.fetchrow(
        "insert into facts (id, user_id, kind, subject, statement, words, turn_id, said_at, confidence, confirmed)"
        " values (coalesce($1, uuidv7()), $2, $3, $4, $5, $6, $7, $8, $9, $10) returning *",
        fact_id,
        user,
        *vars(fact).values(),
    )
    return Memory(**row)


async def confirm(db: Connection, fact_id: UUID) -> Memory:
    """Note that the member said a fact is right."""
    row = await db.fetchrow("update facts set confirmed = true, confidence = 1 where id = $1 returning *", fact_id)
    return Memory(**row)


async def unconfirmed(db: Connection, limit: int) -> list[Memory]:
    """Return the standing facts that wait for the member's yes, the newest first."""
    rows = await db.fetch("select * from standing_facts where not confirmed order by id desc limit $1", limit)
    return _memories(rows)


async def search(db: Connection, query: str, kinds: Sequence[Kind], limit: int) -> list[Memory]:
    """Return facts with any of the words: those with all of them first, then by rank halved with each year of age."""
    rows = await db.fetch(
        "select f.* from standing_facts f, websearch_to_tsquery('english', $1) every, any_word(every) some_word"
        " where search @@ some_word and (kind = any($2) or cardinality($2) = 0)"
        " order by search @@ every desc, ts_rank(search, some_word)"
        " * 0.5 ^ (extract(epoch from now() - said_at) / 31557600)::float8 desc, id desc limit $3",
        query,
        list(kinds),
        limit,
    )
    return _memories(rows)


async def fitting(db: Connection, description: str, limit: int) -> list[Memory]:
    """Return the facts with every word of a description, the newest first."""
    rows = await db.fetch(
        "select * from standing_facts where search @@ websearch_to_tsquery('english', $1) order by id desc limit $2",
        description,
        limit,
    )
    return _memories(rows)


async def page(db: Connection, kinds: Sequence[Kind], before: UUID | None, limit: int) -> list[Memory]:
    """Return facts before an id, the newest first: ids grow with time."""
    rows = await db.fetch(
        "select * from standing_facts where ($1::uuid is null or id < $1) and (kind = any($2) or cardinality($2) = 0)"
        " order by id desc limit $3",
        before,
        list(kinds),
        limit,
    )
    return _memories(rows)


async def most_certain(db: Connection, limit: int) -> list[Memory]:
    """Return the facts the member meant most surely, then the newest."""
    rows = await db.fetch(
        "select * from standing_facts order by confirmed desc, confidence desc, said_at desc, id desc limit $1", limit
    )
    return _memories(rows)


async def delete(db: Connection, fact_id: UUID) -> None:
    """Forget a fact, and what it replaced."""
    await db.execute("delete from facts where id = $1", fact_id)


async def delete_all(db: Connection) -> list[UUID]:
    """Forget everything; return the ids of what stood."""
    rows = await db.fetch("delete from facts returning id, superseded_by")
    return [row["id"] for row in rows if row["superseded_by"] is None]


def _memory(row: Record | None) -> Memory | None:
    return Memory(**row) if row else None


def _memories(rows: Iterable[Record]) -> list[Memory]:
    return [Memory(**row) for row in rows]
