"""The tables: taken back as they were made, and found by an index."""

import asyncpg
import pytest

from pam_shared.postgres.migrations import migrate, migrate_down, read_migrations
from pam_shared.postgres.pool import member_transaction, transaction
from pam_tools_insight.queries import analytics, knowledge, operators
from pam_tools_insight.service import SERVICE

SEARCH = {"$1": "'quiet'", "$2": "null", "$3": "null", "$4": "null", "$5": "'{}'", "$6": "1", "$7": "7"}
SPAN = {"$1": "now()", "$2": "now()", "$3": "null"}
PAGE = (
    'select * from chat_sessions where true and ("created_at", "id") < (now(), uuidv7())'
    ' order by "created_at" desc, "id" desc limit 51'
)


def filled(statement, values):
    """The statement with values in it: a plan is asked for without parameters."""
    for place, value in values.items():
        statement = statement.replace(place, value)
    return statement


async def test_the_tables_can_be_taken_back_and_made_again(administrator, databases, postgres_url):
    """R-D3: migrations up and down; an operators' role that others use stays."""
    await administrator.execute("create schema insight_again")
    connection = await asyncpg.connect(postgres_url)
    try:
        await connection.execute("create role pam_insight_again")
        every = len(read_migrations(SERVICE.migrations))
        for _ in range(2):
            assert len(await migrate(connection, "insight_again", SERVICE.migrations, "pam_insight_again")) == every
            taken = await migrate_down(connection, "insight_again", SERVICE.migrations, every, "pam_insight_again")
            assert len(taken) == every
        left = await connection.fetch(
            "select relname from pg_class where relnamespace = 'insight_again'::regnamespace and relkind in ('r', 'v')"
        )
        assert [row["relname"] for row in left] == ["schema_migrations"]
        assert await connection.fetchval("select count(*) from pg_roles where rolname = 'pam_insight_operator'") == 1
    finally:
        await connection.execute("drop schema insight_again cascade; drop role pam_insight_again")
        await connection.close()


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("select * from chat_sessions where created_at >= now()", "chat_sessions_by_member"),
        ("select * from active_recommendations order by created_at desc limit 9", "pam_recommendations_by_member"),
        ("select * from pam_analytics_logs where created_at >= now()", "pam_analytics_logs_by_member"),
        (filled(knowledge.SEARCH, SEARCH), "pam_admin_knowledge_words"),
    ],
)
async def test_what_members_ask_is_found_by_an_index(pool, person, statement, index):
    """R-Q4: also through row-level security."""
    async with member_transaction(pool, person.user) as db:
        assert index in await _plan(db, statement)


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (PAGE, "chat_sessions_by_time"),
        (filled(analytics.TOTALS, SPAN), "pam_analytics_logs_by_time"),
        ("delete from chat_sessions where archived_at is null and last_activity < now()", "chat_sessions_idle"),
        ("delete from user_active_sessions where is_active and expires_at < now()", "user_active_sessions_expiring"),
    ],
)
async def test_what_operators_ask_is_found_by_an_index(pool, statement, index):
    """R-Q4: over all members."""
    async with transaction(pool) as db, operators.as_operator(db):
        assert index in await _plan(db, statement)


async def _plan(db, statement):
    """The plan with whole tables read only where nothing else is possible: these tables are nearly empty."""
    await db.execute("set local enable_seqscan = off")
    return "\n".join(row[0] for row in await db.fetch(f"explain {statement}"))
