"""Real servers for tests, one of each per session: load with ``-p pam_shared.testing.servers`` or ``pytest_plugins``.

They start out of wheels in a temporary folder. ``PAM_TEST_NATS_URL``, ``PAM_TEST_POSTGRES_URL`` (an administrator's)
and ``PAM_TEST_REDIS_URL`` name running ones instead; ``PAM_TEST_SERVICES=containers`` starts containers where a Docker
engine answers. Tests share these servers: take a schema, a bucket or a member of your own.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from pam_shared.embedded.nats import start_nats
from pam_shared.embedded.postgres import start_postgres
from pam_shared.embedded.processes import EmbeddedServer
from pam_shared.embedded.valkey import start_valkey

_DOCKER_SOCKET = "/var/run/docker.sock"
_NATS_IMAGE = "nats:2.15-alpine"
_POSTGRES_IMAGE = "pgvector/pgvector:pg18"
_VALKEY_IMAGE = "valkey/valkey:9-alpine"


@pytest.fixture(scope="session")
async def nats_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The URL of a NATS server with JetStream and no users."""
    async with _nats(tmp_path_factory.mktemp("nats")) as url:
        yield url


@pytest.fixture(scope="session")
async def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The administrator's URL of a PostgreSQL."""
    async with _postgres(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest.fixture(scope="session")
async def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The URL of a Valkey."""
    async with _valkey(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@asynccontextmanager
async def _nats(folder: Path) -> AsyncIterator[str]:
    if given := os.environ.get("PAM_TEST_NATS_URL"):
        yield given
    elif _wants_containers():
        async with _container(_NATS_IMAGE, 4222, command="-js") as address:
            yield f"nats://{address}"
    else:
        async with _stopped_after(await start_nats(folder)) as url:
            yield url


@asynccontextmanager
async def _postgres(folder: Path) -> AsyncIterator[str]:
    if given := os.environ.get("PAM_TEST_POSTGRES_URL"):
        yield given
    elif _wants_containers():
        async with _container(_POSTGRES_IMAGE, 5432, env={"POSTGRES_PASSWORD": "test"}) as address:
            yield f"postgresql://postgres:test@{address}/postgres"
    else:
        async with _stopped_after(await start_postgres(folder)) as url:
            yield url


@asynccontextmanager
async def _valkey(folder: Path) -> AsyncIterator[str]:
    if given := os.environ.get("PAM_TEST_REDIS_URL"):
        yield given
    elif _wants_containers():
        async with _container(_VALKEY_IMAGE, 6379) as address:
            yield f"redis://{address}/0"
    else:
        async with _stopped_after(await start_valkey(folder)) as url:
            yield url


@asynccontextmanager
async def _stopped_after(server: EmbeddedServer) -> AsyncIterator[str]:
    try:
        yield server.url
    finally:
        await server.stop()


def _wants_containers() -> bool:
    return os.environ.get("PAM_TEST_SERVICES") == "containers" and docker_answers()


def docker_answers(path: str = _DOCKER_SOCKET) -> bool:
    """Tell whether a Docker engine answers on its socket; an installed client proves nothing."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as engine:
        engine.settimeout(2)
        engine.connect(path)
        engine.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
        return b" 200 " in engine.recv(64)
    return False


@asynccontextmanager
async def _container(
    image: str, port: int, *, command: str | None = None, env: dict[str, str] | None = None
) -> AsyncIterator[str]:
    """Run one container and yield ``host:port`` once the port answers."""
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - its import takes over a second

    container = DockerContainer(image).with_exposed_ports(port)
    for name, value in (env or {}).items():
        container.with_env(name, value)
    if command:
        container.with_command(command)
    await asyncio.to_thread(container.start)
    try:
        host, mapped = container.get_container_host_ip(), int(container.get_exposed_port(port))
        await _until_it_stays_open(host, mapped)
        yield f"{host}:{mapped}"
    finally:
        await asyncio.to_thread(container.stop)


async def _until_it_stays_open(host: str, port: int, seconds: float = 60) -> None:
    # The PostgreSQL image restarts its server once: three answers in a row, half a second apart, are enough.
    answers = 0
    async with asyncio.timeout(seconds):
        while answers < 3:  # noqa: PLR2004
            try:
                _, writer = await asyncio.open_connection(host, port)
                writer.close()
                answers += 1
            except OSError:
                answers = 0
            await asyncio.sleep(0.5)
