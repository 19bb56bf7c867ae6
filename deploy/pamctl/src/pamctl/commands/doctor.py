"""``pamctl doctor``: see whether this machine has what PAM needs."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import typer
from nats.aio.client import Client
from nats.errors import Error as NatsError

from pam_shared.embedded.nats import nats_binary
from pam_shared.embedded.postgres import postgres_binary
from pam_shared.embedded.processes import is_free
from pam_shared.embedded.valkey import valkey_binary
from pam_shared.errors import PamError
from pamctl.home import Home
from pamctl.settings import PamctlSettings, load_settings

_OLDEST_PYTHON = (3, 11)
_ENOUGH_DISK = 1 << 30
_WITHIN = 3.0

Finding = tuple[bool, str]
"""Whether all is well, and the line that says so or what to do."""


def doctor() -> None:
    """Check this machine and print, line by line, what is well and what to do. Exit code 1 if anything is wrong.

    Example: PAM_POSTGRES_URL=postgresql://postgres:secret@db/pam pamctl doctor
    """
    findings = list(_findings(load_settings()))
    for well, line in findings:
        print(f"{'ok  ' if well else 'FAIL'}  {line}")
    raise typer.Exit(0 if all(well for well, _ in findings) else 1)


def _findings(settings: PamctlSettings) -> Iterator[Finding]:
    yield _python()
    yield _uv()
    yield from _home(settings)
    if not settings.nats_url:
        yield _runs("nats-server", nats_binary)
    if not settings.postgres_url:
        yield _runs("postgres", postgres_binary)
    if not settings.redis_url:
        yield _runs("valkey-server", valkey_binary)
    yield from asyncio.run(_reachable(settings))


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < _OLDEST_PYTHON:
        return False, f"Python {version} is too old: install 3.11 or newer."
    return True, f"Python {version}"


def _uv() -> Finding:
    path = shutil.which("uv")
    return (True, f"uv at {path}") if path else (False, "uv is not on the PATH: install it with `pip install uv`.")


def _home(settings: PamctlSettings) -> Iterator[Finding]:
    try:
        home = Home(settings.home)
        home.make()
    except PamError as error:
        yield False, str(error)
        return
    yield True, f"{home.path} can be written"
    yield _disk(home.path)
    yield _port(settings, home)


def _disk(path: Path) -> Finding:
    free = shutil.disk_usage(path).free
    return free >= _ENOUGH_DISK, (
        f"{free / _ENOUGH_DISK:.1f} GiB free at {path}"
        + ("" if free >= _ENOUGH_DISK else ": make room for at least 1.")
    )


def _port(settings: PamctlSettings, home: Home) -> Finding:
    if home.owner:
        return True, f"port {settings.port}: PAM runs already, as process {home.owner}"
    if is_free(settings.port, settings.host):
        return True, f"port {settings.port} is free"
    return False, f"port {settings.port} is in use: stop what listens there, or start with PORT=<another port>."


def _runs(name: str, find: Callable[[], Path]) -> Finding:
    try:
        done = subprocess.run([find(), "--version"], capture_output=True, text=True, timeout=10, check=True)  # noqa: S603 - our own binaries
    except PamError as error:
        return False, str(error)
    except (OSError, subprocess.SubprocessError) as error:
        return False, f"{name} does not run ({error}): run `uv sync --reinstall`, or use servers of your own."
    return True, done.stdout.strip().splitlines()[0]


async def _reachable(settings: PamctlSettings) -> list[Finding]:
    given = {
        "PAM_NATS_URL": (settings.nats_url, _ask_nats),
        "PAM_POSTGRES_URL": (settings.postgres_url, _ask_postgres),
        "PAM_REDIS_URL": (settings.redis_url, _ask_redis),
    }
    return [await _reach(variable, url, ask) for variable, (url, ask) in given.items() if url]


async def _reach(variable: str, url: str, ask: Callable[[str], Awaitable[None]]) -> Finding:
    place = urlsplit(url).hostname
    try:
        await asyncio.wait_for(ask(url), _WITHIN)
    except (OSError, TimeoutError, ValueError, NatsError, asyncpg.PostgresError) as error:
        return (
            False,
            f"{variable}: {place} does not answer ({str(error) or type(error).__name__}): start it, or correct it.",
        )
    return True, f"{variable}: {place} answers"


async def _ask_nats(url: str) -> None:
    client = Client()
    await client.connect(url, allow_reconnect=False, connect_timeout=2, error_cb=_ignore)
    await client.close()


async def _ask_postgres(url: str) -> None:
    connection = await asyncpg.connect(url, timeout=_WITHIN)
    await connection.close()


async def _ask_redis(url: str) -> None:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 6379)
    try:
        writer.write(b"PING\r\n")
        if not (await reader.readline()).startswith((b"+PONG", b"-NOAUTH")):
            raise ValueError("it does not speak the Redis protocol")
    finally:
        writer.close()


async def _ignore(_: Exception) -> None:
    """The exception that ``connect`` raises says it all."""
