"""What the services stand on: streams, consumers and buckets in NATS; roles, schemas and tables in PostgreSQL.

The one place that makes them. Every function may run again at any time and brings what exists up to date.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeoutError

from pam_shared.contracts import topology
from pam_shared.contracts.topology import BucketSpec, ConsumerSpec, StreamSpec
from pam_shared.errors import PamError, UnavailableError
from pam_shared.postgres.migrations import login_role, migrate, quoted
from pam_shared.service import ServiceSpec
from pamctl.home import Home
from pamctl.servers import nats_url, postgres_url
from pamctl.settings import PamctlSettings

_API = "$JS.API"
_STREAM_NOT_FOUND = 10059
_CONNECTIONS_PER_ROLE = 20


class ProvisioningError(PamError):
    """An operator must act: a server refused what the services need."""

    default_code = "provisioning"


async def provision_nats(connection: Client, *, replicas: int = 1) -> None:
    """Create or update the streams, durable consumers and buckets of the topology.

    Raises ProvisioningError with the server's own words when it refuses, UnavailableError when JetStream is away.
    """
    for stream in topology.STREAMS:
        await _ensure_stream(connection, _stream_config(stream, replicas))
        for consumer in stream.consumers:
            await _ensure_consumer(connection, stream.name, consumer)
    for bucket in topology.BUCKETS:
        await _ensure_stream(connection, _bucket_config(bucket, replicas))


def _stream_config(stream: StreamSpec, replicas: int) -> dict[str, Any]:
    return {
        "name": stream.name,
        "subjects": list(stream.subjects),
        "retention": "limits",
        "discard": "old",
        "storage": "memory" if stream.memory else "file",
        "max_age": _nanoseconds(stream.max_age),
        "duplicate_window": _nanoseconds(stream.duplicate_window),
        "num_replicas": replicas,
        "allow_direct": True,
        "allow_atomic": stream.name == topology.CONVERSATIONS,
    }


def _bucket_config(bucket: BucketSpec, replicas: int) -> dict[str, Any]:
    """Return the stream behind a key-value bucket, as every NATS client expects it."""
    return {
        "name": f"KV_{bucket.name}",
        "subjects": [f"$KV.{bucket.name}.>"],
        "retention": "limits",
        "discard": "new",
        "storage": "file",
        "max_age": _nanoseconds(bucket.ttl),
        "max_msgs_per_subject": 1,
        "num_replicas": replicas,
        "allow_direct": True,
        "allow_rollup_hdrs": True,
        "deny_delete": True,
    }


def _consumer_config(consumer: ConsumerSpec) -> dict[str, Any]:
    return {
        "name": consumer.name,
        "durable_name": consumer.name,
        "filter_subject": consumer.filter_subject,
        "deliver_policy": "all",
        "ack_policy": "explicit",
        "ack_wait": _nanoseconds(consumer.ack_wait),
        "max_deliver": -1,
        "max_ack_pending": consumer.max_ack_pending,
        "replay_policy": "instant",
    }


async def _ensure_stream(connection: Client, config: dict[str, Any]) -> None:
    name = config["name"]
    error = await _ask(connection, f"STREAM.UPDATE.{name}", config)
    if error and error["err_code"] == _STREAM_NOT_FOUND:
        error = await _ask(connection, f"STREAM.CREATE.{name}", config)
    if error:
        raise ProvisioningError(f"NATS refuses the stream {name}: {error['description']}.")


async def _ensure_consumer(connection: Client, stream: str, consumer: ConsumerSpec) -> None:
    # Without an action the server creates what is missing and updates what differs.
    subject = f"CONSUMER.CREATE.{stream}.{consumer.name}.{consumer.filter_subject}"
    error = await _ask(connection, subject, {"stream_name": stream, "config": _consumer_config(consumer)})
    if error:
        raise ProvisioningError(f"NATS refuses the consumer {stream}/{consumer.name}: {error['description']}.")


async def _ask(connection: Client, request: str, body: dict[str, Any]) -> dict[str, Any] | None:
    """Send one request of the JetStream API; return its error, or None."""
    try:
        reply = await connection.request(f"{_API}.{request}", json.dumps(body).encode(), timeout=10)
    except (NoRespondersError, NatsTimeoutError):
        raise UnavailableError(
            f"JetStream does not answer {request}: start nats-server with -js, and let this user use {_API}.>."
        ) from None
    error: dict[str, Any] | None = json.loads(reply.data).get("error")
    return error


def _nanoseconds(duration: timedelta) -> int:
    return duration // timedelta(microseconds=1) * 1000


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
    await _provision_nats_at(nats_url(home, settings), settings.nats_replicas)
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


async def _provision_nats_at(url: str, replicas: int) -> None:
    connection = Client()
    try:
        await connection.connect(url, allow_reconnect=False, connect_timeout=5, error_cb=_ignore)
    except (OSError, NatsError) as error:
        raise UnavailableError(f"NATS does not answer ({error}): start it, or correct PAM_NATS_URL.") from error
    try:
        await provision_nats(connection, replicas=replicas)
    finally:
        await connection.close()


async def _ignore(_: Exception) -> None:
    """What ``connect`` and ``request`` raise says it all."""
