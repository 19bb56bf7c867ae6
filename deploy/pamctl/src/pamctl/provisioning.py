"""What the services stand on: streams, consumers and buckets in NATS; roles, schemas and tables in PostgreSQL.

Every function may run again at any time and brings what exists up to date.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from pam_shared.errors import UnavailableError
from pam_shared.postgres.migrations import login_role, migrate, quoted
from pam_shared.service import ServiceSpec
from pamctl.home import Home
from pamctl.servers import nats_url, postgres_url, replicas
from pamctl.settings import PamctlSettings
from pamctl.streams import ProvisioningError, provision_nats, provision_nats_at

__all__ = ["ProvisioningError", "provision_all", "provision_nats", "provision_nats_at", "provision_postgres"]

_CONNECTIONS_PER_ROLE = 20


async def provision_postgres(
    admin_url: str, services: Sequence[ServiceSpec], passwords: Mapping[str, str]
) -> dict[str, str]:
    """Make each service's login role and schema and apply its migrations; return the services' own URLs by name.

    ``passwords`` holds one per service name. Raises MigrationError, or what asyncpg raises when the server is away.
    """
    stored = [service for service in services if service.schema]
    connection = await asyncpg.connect(admin_url, timeout=10)
    try:
        await _deny_by_default(connection)
        for service in stored:
            await _provision_service(connection, service, passwords[service.name])
    finally:
        await connection.close()
    return {service.name: _service_url(admin_url, service, passwords[service.name]) for service in stored}


async def _deny_by_default(connection: asyncpg.Connection) -> None:
    database = quoted(await connection.fetchval("select current_database()"))
    async with connection.transaction():
        await _one_at_a_time(connection)
        await connection.execute(f"revoke all on database {database} from public")
        await connection.execute("revoke all on schema public from public")
        await connection.execute("alter default privileges revoke execute on functions from public")


async def _provision_service(connection: asyncpg.Connection, service: ServiceSpec, password: str) -> None:
    schema = service.schema or ""
    role = login_role(schema)
    async with connection.transaction():
        await _one_at_a_time(connection)
        await _ensure_role(connection, role, password)
        await _ensure_schema(connection, schema, role)
    await migrate(connection, schema, service.migrations, role)


async def _one_at_a_time(connection: asyncpg.Connection) -> None:
    await connection.execute("select pg_advisory_xact_lock(hashtextextended('pam.provision', 0))")


async def _ensure_role(connection: asyncpg.Connection, role: str, password: str) -> None:
    with suppress(asyncpg.DuplicateObjectError):
        async with connection.transaction():
            await connection.execute(f"create role {quoted(role)}")
    row = await connection.fetchrow("select rolsuper or rolbypassrls as mighty from pg_roles where rolname = $1", role)
    if row["mighty"]:
        raise ProvisioningError(f"The role {role} may pass row-level security: drop it or take that right away.")
    literal = await connection.fetchval("select quote_literal($1::text)", password)
    limit = f"connection limit {_CONNECTIONS_PER_ROLE}"
    await connection.execute(f"alter role {quoted(role)} login {limit} password {literal}")


async def _ensure_schema(connection: asyncpg.Connection, schema: str, role: str) -> None:
    database = quoted(await connection.fetchval("select current_database()"))
    await connection.execute(f"create schema if not exists {quoted(schema)}")
    await connection.execute(f"revoke all on schema {quoted(schema)} from public")
    await connection.execute(f"grant connect on database {database} to {quoted(role)}")
    await connection.execute(f"grant usage on schema {quoted(schema)} to {quoted(role)}")
    await connection.execute(f"alter role {quoted(role)} set search_path to {quoted(schema)}")


def _service_url(admin_url: str, service: ServiceSpec, password: str) -> str:
    """Return the administrator's URL with the service's own name and password."""
    parts = urlsplit(admin_url)
    credentials = f"{login_role(service.schema or '')}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{credentials}@{parts.netloc.rpartition('@')[2]}"))


async def provision_all(home: Home, settings: PamctlSettings, services: Sequence[ServiceSpec]) -> dict[str, str]:
    """Provision the NATS and the PostgreSQL that this PAM uses; return the services' own database URLs by name.

    Passwords are those of the home, unless the settings hold others. Raises a PamError with its sentence.
    """
    await provision_nats_at(nats_url(home, settings), replicas(home, settings))
    passwords = {
        spec.name: settings.passwords.get(spec.name) or home.password("postgres", spec.name) for spec in services
    }
    try:
        return await provision_postgres(postgres_url(home, settings), services, passwords)
    except (OSError, TimeoutError) as error:
        raise UnavailableError(
            f"PostgreSQL does not answer ({error}): start it, or correct PAM_POSTGRES_URL."
        ) from error
    except asyncpg.PostgresError as error:
        raise ProvisioningError(f"PostgreSQL refuses: {error}. PAM_POSTGRES_URL must be an administrator's.") from error
