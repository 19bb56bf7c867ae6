"""The three servers under PAM: ours, out of wheels, unless a URL names another."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

from pam_shared.embedded.nats import ClusterNode, start_nats
from pam_shared.embedded.postgres import start_postgres
from pam_shared.embedded.processes import EmbeddedServer
from pam_shared.embedded.valkey import start_valkey
from pamctl.home import ADMIN, NATS, OPERATOR, VALKEY_USER, Home
from pamctl.settings import Nodes, PamctlSettings

Begin = Callable[[], Awaitable[EmbeddedServer]]


def servers_to_start(home: Home, settings: PamctlSettings, users: Sequence[str]) -> dict[str, Begin]:
    """Return, in the order they stop in, how to start each server that no URL names.

    ``users`` are the NATS users beside pamctl. Each call starts the server on the port and with the data it had before.
    """
    begins: dict[str, Begin] = {}
    if not settings.redis_url:
        begins["valkey"] = _valkey(home)
    if not settings.nats_url:
        begins |= _nats(home, settings, users)
    if not settings.postgres_url:
        begins["postgres"] = _postgres(home)
    return begins


def _valkey(home: Home) -> Begin:
    port, password = home.port("redis"), home.password("redis", VALKEY_USER)
    return lambda: start_valkey(_folder(home, "valkey"), port=port, password=password)


def _nats(home: Home, settings: PamctlSettings, users: Sequence[str]) -> dict[str, Begin]:
    start = partial(
        start_nats,
        users={user: home.password("nats", user) for user in (OPERATOR, *users)},
        sync_always=settings.nats_sync == "always",
        store_max=settings.nats_store_max,
    )
    if settings.nats_nodes is Nodes.ONE:
        ports = {"port": home.port(NATS), "monitor_port": home.port(f"{NATS}-monitor")}
        return {NATS: partial(start, _folder(home, NATS), **ports)}
    routes = tuple(home.port(f"{NATS}-{number}-route") for number in range(1, int(settings.nats_nodes) + 1))
    nodes = [ClusterNode(number, routes, home.password(NATS, "route")) for number, _ in enumerate(routes, 1)]
    return {node.name: _node(home, node, start) for node in nodes}


def _node(home: Home, node: ClusterNode, start: Callable[..., Awaitable[EmbeddedServer]]) -> Begin:
    ports = {"port": home.port(node.name), "monitor_port": home.port(f"{node.name}-monitor")}
    return partial(start, _folder(home, node.name), cluster=node, **ports)


def _postgres(home: Home) -> Begin:
    port, password = home.port("postgres"), home.password("postgres", ADMIN)
    return lambda: start_postgres(_folder(home, "postgres"), port=port, password=password)


def _folder(home: Home, name: str) -> Path:
    return home.path / name


def nats_url(home: Home, settings: PamctlSettings, user: str = OPERATOR) -> str:
    """Return where NATS answers a user: one URL, or those of a cluster with commas between.

    Raises HomeError when no URL is set and nothing runs in the home.
    """
    return settings.nats_url or home.nats_url(user)


def replicas(home: Home, settings: PamctlSettings) -> int:
    """Return how many copies of each stream there are: one on each of our own nodes. Raises HomeError as above."""
    return settings.nats_replicas if settings.nats_url else len(home.nats_ports())


def signing_key(settings: PamctlSettings) -> str | None:
    """Return the key that signs members' tokens: the one that is set, else the home's if PAM runs in it."""
    if settings.identity_private_key or settings.nats_url:
        return settings.identity_private_key
    return Home(settings.home).identity_keys()[0]


def postgres_url(home: Home, settings: PamctlSettings) -> str:
    """Return where PostgreSQL answers its administrator. Raises HomeError as above."""
    return settings.postgres_url or home.postgres_url()


def redis_url(home: Home, settings: PamctlSettings) -> str:
    """Return where Valkey or Redis answers. Raises HomeError as above."""
    return settings.redis_url or home.redis_url()
