"""The streams, durable consumers and buckets of the topology, made in NATS."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeoutError

from pam_shared.contracts import topology
from pam_shared.contracts.topology import BucketSpec, ConsumerSpec, StreamSpec
from pam_shared.errors import PamError, UnavailableError
from pam_shared.service import ServiceSpec, heard, installed_services

PATIENCE = 30.0
"""Seconds a cluster is given to find its leaders."""
AGAIN_AFTER = 0.25

_API = "$JS.API"
_ANSWERED_WITHIN = 5.0
_NOT_FOUND = {10014, 10059}  # consumer, stream
_MADE_MEANWHILE = 10058
_NOT_YET = 503
_NO_PEERS = 10005  # a node that has just started may count as offline still


class ProvisioningError(PamError):
    """An operator must act: a server refused what the services need."""

    default_code = "provisioning"


async def provision_nats_at(url: str, replicas: int, patience: float = PATIENCE) -> None:
    """Do ``provision_nats`` on a connection of its own; ``url`` may be several, with commas between.

    A JetStream that is not ready yet is asked again for ``patience`` seconds. Raises UnavailableError after that, or
    at once when no server can be reached; ProvisioningError as ``provision_nats``.
    """
    give_up = time.monotonic() + patience
    async with _connected(url) as connection:
        while True:
            try:
                return await provision_nats(connection, replicas=replicas)
            except UnavailableError:
                if time.monotonic() > give_up:
                    raise
            await asyncio.sleep(AGAIN_AFTER)


async def provision_nats(
    connection: Client, *, replicas: int = 1, services: Sequence[ServiceSpec] | None = None
) -> None:
    """Create what is missing of the topology's streams, durable consumers and buckets, and update what differs.

    ``services`` that follow events get a consumer of theirs each; those installed, if not given.

    Raises ProvisioningError with the server's own words when it refuses, UnavailableError when JetStream is away or has
    no leader.
    """
    for stream in topology.STREAMS:
        await _ensure_stream(connection, _stream_config(stream, replicas))
        for consumer in stream.consumers:
            await _ensure_consumer(connection, stream.name, consumer)
    for follower in _followers(installed_services() if services is None else services):
        await _ensure_consumer(connection, topology.EVENTS, follower)
    for bucket in topology.BUCKETS:
        await _ensure_stream(connection, _bucket_config(bucket, replicas))


def _followers(services: Sequence[ServiceSpec]) -> list[ConsumerSpec]:
    """Return a consumer of the events for each service that follows some."""
    return [ConsumerSpec(spec.name, filter_subjects=heard(spec.follows)) for spec in services if spec.follows]


def _stream_config(stream: StreamSpec, replicas: int) -> dict[str, Any]:
    return {
        "name": stream.name,
        "subjects": list(stream.subjects),
        "retention": "limits",
        "discard": "old" if stream.memory else "new",
        "storage": "memory" if stream.memory else "file",
        "max_age": _nanoseconds(stream.max_age),
        "max_bytes": stream.max_bytes or -1,
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
        "filter_subjects": list(consumer.filter_subjects),
        "deliver_policy": "all",
        "ack_policy": "explicit",
        "ack_wait": _nanoseconds(consumer.ack_wait),
        "max_deliver": -1,
        "max_ack_pending": consumer.max_ack_pending,
        "replay_policy": "instant",
    }


async def _ensure_stream(connection: Client, config: dict[str, Any]) -> None:
    name = config["name"]
    found = await _ask(connection, f"STREAM.INFO.{name}")
    if _is_missing(found):
        found = await _ask(connection, f"STREAM.CREATE.{name}", config | {"first_seq": _first_sequence()})
    if _differs(found, config) or _error_code(found) == _MADE_MEANWHILE:
        found = await _ask(connection, f"STREAM.UPDATE.{name}", config)
    if "error" in found:
        raise ProvisioningError(f"NATS refuses the stream {name}: {found['error']['description']}.")


async def _ensure_consumer(connection: Client, stream: str, consumer: ConsumerSpec) -> None:
    config = _consumer_config(consumer)
    found = await _ask(connection, f"CONSUMER.INFO.{stream}.{consumer.name}")
    if _is_missing(found) or _differs(found, config):
        # Without an action the server creates what is missing and updates what differs.
        subject = ".".join(filter(None, ["CONSUMER.CREATE", stream, consumer.name, consumer.filter_subject]))
        found = await _ask(connection, subject, {"stream_name": stream, "config": config})
    if "error" in found:
        raise ProvisioningError(f"NATS refuses the consumer {stream}/{consumer.name}: {found['error']['description']}.")


def _first_sequence() -> int:
    """Return where a stream begins that is made at this moment: above every sequence of one it may replace.

    Log sequences are what clients and tables order by, and must not begin again after a store was lost. In milliseconds
    since 1970 they stay exact in every JSON reader, and ahead of any stream that got less than a thousand messages a
    second for all its life.
    """
    return time.time_ns() // 1_000_000


def _is_missing(found: dict[str, Any]) -> bool:
    return _error_code(found) in _NOT_FOUND


def _differs(found: dict[str, Any], config: dict[str, Any]) -> bool:
    """Whether something is there and is not what it should be; the server leaves out what is empty."""
    there = found.get("config")
    return there is not None and any((there.get(name) or None) != (value or None) for name, value in config.items())


def _error_code(found: dict[str, Any]) -> int:
    return int(found.get("error", {}).get("err_code", 0))


async def _ask(connection: Client, request: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Send one request of the JetStream API and return its reply, which may hold an error."""
    try:
        reply = await connection.request(f"{_API}.{request}", json.dumps(body or {}).encode(), timeout=_ANSWERED_WITHIN)
    except (NoRespondersError, NatsTimeoutError):
        raise UnavailableError(
            f"JetStream does not answer {request}: start nats-server with -js, most nodes of a cluster at least, and"
            f" let this user use {_API}.>."
        ) from None
    found: dict[str, Any] = json.loads(reply.data)
    if found.get("error", {}).get("code") == _NOT_YET or _error_code(found) == _NO_PEERS:
        raise UnavailableError(f"JetStream cannot do {request} yet: {found['error']['description']}.")
    return found


def _nanoseconds(duration: timedelta) -> int:
    return duration // timedelta(microseconds=1) * 1000


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Client]:
    connection = Client()
    try:
        await connection.connect(url.split(","), allow_reconnect=False, connect_timeout=5, error_cb=_ignore)
    except (OSError, NatsError) as error:
        raise UnavailableError(f"NATS does not answer ({error}): start it, or correct PAM_NATS_URL.") from error
    try:
        yield connection
    finally:
        await connection.close()


async def _ignore(_: Exception) -> None:
    """What ``connect`` and ``request`` raise says it all."""
