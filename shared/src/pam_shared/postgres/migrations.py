"""Numbered plain SQL files, applied once and in order: ``0001_expenses.sql`` with an up part and a down part.

```sql
-- migrate:up
create table expenses (...);
grant select, insert on expenses to {role};
-- migrate:down
drop table expenses;
```

Names in a file need no schema. ``{role}`` stands for the login role of the service; what is not granted to it there, it
may not touch.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from pam_shared.errors import PamError

_UP = "-- migrate:up"
_DOWN = "-- migrate:down"
_TABLE = """
create table if not exists schema_migrations (
    position bigint generated always as identity,
    name text primary key,
    sha256 text not null,
    applied_at timestamptz not null default now()
)
"""
_RECORD = "insert into schema_migrations (name, sha256) values ($1, $2)"
_FILE_NAME = re.compile(r"\d{4}_[a-z0-9_]+\.sql")


class MigrationError(PamError):
    """A developer must act: a migration is malformed, was changed after it was applied, or fails."""

    default_code = "migration"


@dataclass(frozen=True)
class Migration:
    """One file. ``name`` is its package and file name, ``sha256`` the hex digest of the whole file."""

    name: str
    sha256: str
    up: str
    down: str


def login_role(schema: str) -> str:
    """Return the name of the login role that works in a schema."""
    return f"pam_{schema}"


def quoted(name: str) -> str:
    """Return a PostgreSQL identifier in quotes."""
    return '"' + name.replace('"', '""') + '"'


def read_migrations(folders: Sequence[Path]) -> list[Migration]:
    """Return the migrations of all folders, folder by folder, in the order of their numbers.

    Raises MigrationError for a folder that is missing, a bad file name, a number used twice or a missing part.
    """
    return [migration for folder in folders for migration in _read_folder(folder)]


def _read_folder(folder: Path) -> list[Migration]:
    if not folder.is_dir():
        raise MigrationError(f"There is no folder {folder}: name one with numbered SQL files.")
    files = sorted(folder.glob("*.sql"))
    numbers = [file.name[:4] for file in files]
    for file, number in zip(files, numbers, strict=True):
        if not _FILE_NAME.fullmatch(file.name) or numbers.count(number) > 1:
            raise MigrationError(f"{file} needs a number of its own and small letters, like 0001_expenses.sql.")
    package = _package_of(folder)
    return [_read_file(f"{package}/{file.name}", file.read_text()) for file in files]


def _read_file(name: str, text: str) -> Migration:
    before, has_up, rest = text.partition(_UP)
    up, has_down, down = rest.partition(_DOWN)
    if not (has_up and has_down) or _UP in down:
        raise MigrationError(f"{name} needs one line {_UP!r} and, after it, one line {_DOWN!r}.")
    return Migration(name, hashlib.sha256(text.encode()).hexdigest(), before + up, down)


def _package_of(folder: Path) -> str:
    """Return the dotted package a folder lies in, or its own name when it lies in none."""
    names: list[str] = []
    place = folder.absolute().parent
    while (place / "__init__.py").exists():
        names.insert(0, place.name)
        place = place.parent
    return ".".join(names) or folder.name


async def migrate(connection: asyncpg.Connection, schema: str, folders: Sequence[Path], role: str) -> list[str]:
    """Apply what a schema is missing, each migration in one transaction with its row; return the names applied.

    ``connection`` is the administrator's; the schema exists. Callers at the same time wait for each other. Raises
    MigrationError when an applied file was changed or one fails; those before it stay applied.
    """
    wanted = read_migrations(folders)
    async with _alone(connection, schema):
        applied = dict(await connection.fetch("select name, sha256 from schema_migrations"))
        for migration in wanted:
            _refuse_if_changed(migration, applied.get(migration.name, migration.sha256))
        missing = [migration for migration in wanted if migration.name not in applied]
        for migration in missing:
            async with _whole(connection, migration):
                await connection.execute(migration.up.replace("{role}", quoted(role)))
                await connection.execute(_RECORD, migration.name, migration.sha256)
    return [migration.name for migration in missing]


async def migrate_down(
    connection: asyncpg.Connection, schema: str, folders: Sequence[Path], steps: int, role: str | None = None
) -> list[str]:
    """Take back the last ``steps`` migrations, the latest first; return their names. Errors as in ``migrate``."""
    known = {migration.name: migration for migration in read_migrations(folders)}
    async with _alone(connection, schema):
        rows = await connection.fetch("select name from schema_migrations order by position desc limit $1", steps)
        names = [row["name"] for row in rows]
        for name in names:
            if name not in known:
                raise MigrationError(f"{name} was applied, but its file is gone: restore it to take it back.")
            async with _whole(connection, known[name]):
                await connection.execute(known[name].down.replace("{role}", quoted(role or login_role(schema))))
                await connection.execute("delete from schema_migrations where name = $1", name)
    return names


def _refuse_if_changed(migration: Migration, applied_sha256: str) -> None:
    if migration.sha256 != applied_sha256:
        raise MigrationError(
            f"{migration.name} was changed after it was applied: restore it, and put the change into a new file."
        )


@asynccontextmanager
async def _alone(connection: asyncpg.Connection, schema: str) -> AsyncIterator[None]:
    """Hold the schema's migration lock with its names in reach and the table of what was applied in place."""
    key = f"pam.migrate.{schema}"
    search_path = await connection.fetchval("select current_setting('search_path')")
    await connection.execute("select pg_advisory_lock(hashtextextended($1, 0))", key)
    try:
        await connection.execute(f"set search_path to {quoted(schema)}")
        await connection.execute(_TABLE)
        yield
    finally:
        await connection.execute("select set_config('search_path', $1, false)", search_path)
        await connection.execute("select pg_advisory_unlock(hashtextextended($1, 0))", key)


@asynccontextmanager
async def _whole(connection: asyncpg.Connection, migration: Migration) -> AsyncIterator[None]:
    """Run one migration in a transaction; whatever PostgreSQL refuses names the file."""
    try:
        async with connection.transaction():
            yield
    except asyncpg.PostgresError as error:
        raise MigrationError(f"{migration.name} failed: {error}. Nothing of it was applied.") from error
