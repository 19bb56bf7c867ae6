"""Who sees which rows: PostgreSQL holds the line that the tools draw."""

from uuid import uuid4

import asyncpg
import pytest

from pam_shared.errors import InvalidRequestError
from pam_shared.postgres.pool import member_transaction, transaction
from pam_tools_insight.allowed import TABLES, Written
from pam_tools_insight.inventory import OWNED
from pam_tools_insight.queries import operators
from pam_tools_insight.tools.check_database_health import Status, check_database_health
from pam_tools_insight.tools.create_recommendation import create_recommendation
from pam_tools_insight.tools.create_record import create_record
from pam_tools_insight.tools.get_database_stats import get_database_stats

pytestmark = pytest.mark.usefixtures("databases")

OPERATOR = "pam_insight_operator"


async def test_operators_role_has_the_rights_of_the_allow_list_and_no_others(administrator):
    """R-S4, R-S8: a table or a right that the list does not hold is not granted either."""
    rows = await administrator.fetch(
        "select table_name, lower(privilege_type) as right from information_schema.role_table_grants"
        " where grantee = $1 and table_schema = 'insight'",
        OPERATOR,
    )
    granted = {}
    for row in rows:
        granted.setdefault(row["table_name"], set()).add(row["right"])
    assert set(granted) == set(TABLES)
    for name, table in TABLES.items():
        wanted = {"select"} | ({"insert"} if table.creatable or name == "security_audit_log" else set())
        wanted |= {"delete"} if table.deletable else set()
        changeable = any(one.written in {Written.NEEDED, Written.FREELY} for one in table.columns.values())
        wanted |= {"update"} if changeable else set()
        assert granted[name] == wanted, name


async def test_every_column_of_the_allow_list_is_there_with_its_nullability(administrator):
    """R-T3: the list and the tables do not drift apart."""
    rows = await administrator.fetch(
        "select table_name, column_name, is_nullable = 'YES' as nullable from information_schema.columns"
        " where table_schema = 'insight'"
    )
    there = {(row["table_name"], row["column_name"]): row["nullable"] for row in rows}
    listed = {(name, column): one.nullable for name, table in TABLES.items() for column, one in table.columns.items()}
    assert {place: there.get(place) for place in listed} == listed


async def test_the_workers_login_inherits_nothing_of_the_operators(pool, new_member, new_person):
    """R-D3, R-S8: without the statement that takes the role, other members' rows are not there."""
    owner = new_person().user
    await new_member(roles=frozenset({"admin"})).run(
        create_recommendation, user_id=str(owner), type="test", content="For one alone."
    )
    async with member_transaction(pool, uuid4()) as db:
        assert await db.fetchval("select count(*) from pam_recommendations where user_id = $1", owner) == 0
        async with operators.as_operator(db):
            assert await db.fetchval("select count(*) from pam_recommendations where user_id = $1", owner) == 1
        assert await db.fetchval("select count(*) from pam_recommendations where user_id = $1", owner) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "select * from pam_memory",
        "select * from pam_conversation_memory",
        "select * from audio_cache",
        "select * from pam_user_context",
        "select * from inbox",
        "select * from outbox",
        "delete from security_audit_log",
        "update security_audit_log set action = 'nothing'",
        "truncate chat_sessions",
        "select * from budget.expenses",
    ],
)
async def test_operators_have_no_right_to_what_is_not_theirs(pool, statement):
    """R-S6, R-S8: members' memories stay theirs, and the trail stays as it was written."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with transaction(pool) as db, operators.as_operator(db):
            await db.execute(statement)


async def test_the_trail_is_closed_to_the_workers_own_login(pool):
    """R-S6: members' calls neither read nor write it."""
    for statement in ("select 1 from security_audit_log", "insert into security_audit_log default values"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(pool) as db:
                await db.execute(statement)


async def test_an_operators_rights_end_with_the_call(admin, pool):
    """R-S4: also when the call fails, the next user of the connection has none of them."""
    await admin.run(create_record, table="chat_sessions", data={"user_id": str(uuid4())})
    async with transaction(pool) as db:
        assert await db.fetchval("select current_user") == "pam_insight"
    with pytest.raises(InvalidRequestError):
        await admin.run(create_record, table="chat_sessions", data={"user_id": "nobody"})
    async with transaction(pool) as db:
        assert await db.fetchval("select current_user") == "pam_insight"


async def test_every_table_with_a_members_rows_is_under_row_level_security(administrator):
    """R-D3: whatever else is added."""
    rows = await administrator.fetch(
        "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'user_id'"
        " where c.relnamespace = 'insight'::regnamespace and c.relkind = 'r' and not c.relrowsecurity"
    )
    assert not [row["relname"] for row in rows]


async def test_statistics_name_every_services_tables_and_read_none(admin):
    """R-T1: estimates from the catalogue."""
    found = await admin.run(get_database_stats)
    assert {"insight.chat_sessions", "budget.expenses"} <= set(found.tables)
    assert found.total_tables == len(found.tables)
    assert all(table.rows >= 0 and table.size_bytes >= 0 for table in found.tables.values())
    assert found.total_size_bytes == sum(table.size_bytes for table in found.tables.values()) > 0


async def test_a_healthy_database_is_told_from_one_that_misses_tables(admin, administrator):
    """R-O5: what is missing is named; connections are counted against the login's limit."""
    found = await admin.run(check_database_health)
    assert not [name for name in found.tables_missing if name.startswith("insight.")]
    assert 0 < found.pool.used <= found.pool.max == 20
    await administrator.execute("alter table insight.audio_cache rename to audio_cache_away")
    try:
        without = await admin.run(check_database_health)
    finally:
        await administrator.execute("alter table insight.audio_cache_away rename to audio_cache")
    assert "insight.audio_cache" in without.tables_missing
    assert (without.status, without.tables_ok) == (Status.DEGRADED, found.tables_ok - 1)
    assert "missing: " in without.message


async def test_insights_own_inventory_is_what_its_migrations_make(administrator):
    """R-D3: every table of the specification is there, and none is forgotten in the inventory."""
    rows = await administrator.fetch(
        "select relname from pg_class where relnamespace = 'insight'::regnamespace and relkind in ('r', 'v')"
    )
    assert {row["relname"] for row in rows} - {"inbox", "outbox", "schema_migrations"} == set(OWNED["insight"].split())
