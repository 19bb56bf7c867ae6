"""The SQL that looks at PostgreSQL's catalogue: which tables there are and how large, and how the database is."""

from dataclasses import dataclass

from pam_shared.postgres.pool import Connection

# Names and estimates are open to every login in PostgreSQL; the rows themselves are not.
TABLES = """
select n.nspname as schema, c.relname as name,
       greatest(c.reltuples::bigint, s.n_live_tup, 0) as rows, pg_total_relation_size(c.oid) as size_bytes
from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_stat_all_tables s on s.relid = c.oid
where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public')
order by 1, 2
"""

NAMES = """
select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm') and n.nspname !~ '^pg_'
"""

CONNECTIONS = """
select (select count(*) from pg_stat_activity where usename = session_user) as used,
       (select case rolconnlimit when -1 then current_setting('max_connections')::int else rolconnlimit end
        from pg_roles where rolname = session_user) as most
"""


@dataclass(frozen=True)
class TableSize:
    """A table of any service; ``rows`` is PostgreSQL's estimate, the size includes indexes."""

    schema: str
    name: str
    rows: int
    size_bytes: int


@dataclass(frozen=True)
class Connections:
    """How many connections this worker's login has open, of how many it may."""

    used: int
    most: int


async def table_sizes(db: Connection) -> list[TableSize]:
    """Return the tables of every service, by name."""
    return [TableSize(**row) for row in await db.fetch(TABLES)]


async def table_names(db: Connection) -> set[str]:
    """Return the names of all tables and views, as ``schema.table``."""
    return {row[0] for row in await db.fetch(NAMES)}


async def connections(db: Connection) -> Connections:
    """Return how full this worker's share of connections is."""
    return Connections(**await db.fetchrow(CONNECTIONS))


async def answer(db: Connection) -> None:
    """Ask for nothing: what this takes is the database's own time and the way to it."""
    await db.execute("select 1")
