"""Numbered SQL files: once, in order, whole, and only for whom they were granted."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

import pam_shared.tools
from pam_shared.postgres.migrations import MigrationError, migrate, migrate_down, read_migrations

NOTES = "-- migrate:up\ncreate table notes (body text);\n-- migrate:down\ndrop table notes;\n"
TAGS = "-- migrate:up\ncreate table tags (name text);\n-- migrate:down\ndrop table tags;\n"
TWICE = "-- migrate:up\ncreate table extra (x int); create table notes (body text);\n-- migrate:down\nselect 1;\n"


@pytest.fixture
async def database(postgres_url) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()


@pytest.fixture
async def schema(database) -> AsyncIterator[str]:
    """A schema and a role of its own for each test, both with the same name."""
    name = f"test_{uuid4().hex[:12]}"
    await database.execute(f"create schema {name}; create role {name}; grant usage on schema {name} to {name}")
    yield name
    await database.execute(f"drop schema {name} cascade; drop owned by {name}; drop role {name}")


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "0001_notes.sql").write_text(NOTES)
    return tmp_path / "own"


async def tables(database: asyncpg.Connection, schema: str) -> set[str]:
    rows = await database.fetch("select tablename from pg_tables where schemaname = $1", schema)
    return {row["tablename"] for row in rows} - {"schema_migrations"}


async def test_what_is_missing_is_applied_once_and_in_order(database, schema, folder):
    """Requirement: a deployment applies new migrations and leaves the others alone."""
    assert await migrate(database, schema, [folder], schema) == ["own/0001_notes.sql"]
    (folder / "0002_tags.sql").write_text(TAGS)
    assert await migrate(database, schema, [folder], schema) == ["own/0002_tags.sql"]
    assert await migrate(database, schema, [folder], schema) == []
    assert await tables(database, schema) == {"notes", "tags"}


async def test_folders_are_applied_in_the_order_given_under_names_of_their_own(database, schema, folder, tmp_path):
    """Requirement: the tool SDK's tables come first, and its 0001 is not the worker's 0001."""
    (tmp_path / "sdk").mkdir()
    (tmp_path / "sdk" / "0001_tags.sql").write_text(TAGS)
    applied = await migrate(database, schema, [tmp_path / "sdk", folder], schema)
    assert applied == ["sdk/0001_tags.sql", "own/0001_notes.sql"]


def test_a_folder_in_a_package_is_named_after_the_package():
    """Requirement: a migration's name does not depend on where the code is installed."""
    folder = Path(pam_shared.tools.__file__).parent / "migrations"
    assert read_migrations([folder])[0].name.startswith("pam_shared.tools/0001_")


async def test_an_applied_file_that_was_changed_is_refused(database, schema, folder):
    """Requirement: history is not rewritten; the error names the file and the fix."""
    await migrate(database, schema, [folder], schema)
    (folder / "0001_notes.sql").write_text(NOTES.replace("body", "content"))
    with pytest.raises(MigrationError, match=r"own/0001_notes.sql was changed .* put the change into a new file"):
        await migrate(database, schema, [folder], schema)


async def test_a_migration_that_fails_leaves_nothing_of_itself(database, schema, folder):
    """Requirement: each migration is one transaction with its record."""
    (folder / "0002_extra.sql").write_text(TWICE)
    with pytest.raises(MigrationError, match=r"own/0002_extra.sql failed: relation \"notes\" already exists"):
        await migrate(database, schema, [folder], schema)
    assert await tables(database, schema) == {"notes"}
    (folder / "0002_extra.sql").write_text(TAGS)
    assert await migrate(database, schema, [folder], schema) == ["own/0002_extra.sql"]


async def test_several_deployments_at_once_apply_each_migration_once(postgres_url, database, schema, folder):
    """Requirement: replicas that provision at the same time wait for each other."""

    async def deploy() -> list[str]:
        connection = await asyncpg.connect(postgres_url)
        try:
            return await migrate(connection, schema, [folder], schema)
        finally:
            await connection.close()

    applied = await asyncio.gather(*(deploy() for _ in range(5)))
    assert sorted(applied, key=len) == [[], [], [], [], ["own/0001_notes.sql"]]
    assert await tables(database, schema) == {"notes"}


async def test_down_takes_back_the_latest_first(database, schema, folder):
    """Requirement: a migration can be taken back."""
    (folder / "0002_tags.sql").write_text(TAGS)
    await migrate(database, schema, [folder], schema)
    assert await migrate_down(database, schema, [folder], 1) == ["own/0002_tags.sql"]
    assert await tables(database, schema) == {"notes"}
    assert await migrate_down(database, schema, [folder], 5) == ["own/0001_notes.sql"]
    assert await migrate(database, schema, [folder], schema) == ["own/0001_notes.sql", "own/0002_tags.sql"]


async def test_the_role_gets_what_is_granted_and_nothing_else(database, schema, folder):
    """Requirement: least privilege: a table is closed until its migration opens it for {role}."""
    (folder / "0002_tags.sql").write_text(TAGS.replace("text);", "text);\ngrant select on tags to {role};"))
    await migrate(database, schema, [folder], schema)
    async with database.transaction():
        await database.execute(f"set local role {schema}; set local search_path to {schema}")
        assert await database.fetch("select * from tags") == []
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.transaction():
                await database.execute("select * from notes")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.transaction():
                await database.execute("select * from schema_migrations")


async def test_the_connection_is_given_back_as_it_was(database, schema, folder):
    """Requirement: a migration's search path and lock end with it."""
    before = await database.fetchval("show search_path")
    await migrate(database, schema, [folder], schema)
    assert await database.fetchval("show search_path") == before
    assert (
        await database.fetchval("select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()")
        == 0
    )


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("1_short.sql", NOTES, "number of its own"),
        ("0001_again.sql", NOTES, "number of its own"),
        ("0002_half.sql", "-- migrate:up\nselect 1;\n", "needs one line '-- migrate:up'"),
    ],
)
def test_a_malformed_file_is_a_sentence(folder, name, text, says):
    """Requirement: errors name the file and the fix."""
    (folder / name).write_text(text)
    with pytest.raises(MigrationError, match=says):
        read_migrations([folder])


def test_a_missing_folder_is_a_sentence(tmp_path):
    """Requirement: a service that forgot its migrations is told."""
    with pytest.raises(MigrationError, match="There is no folder"):
        read_migrations([tmp_path / "nowhere"])
