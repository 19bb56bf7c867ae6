"""The three servers under PAM: ours, out of wheels, unless a URL names another."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from pam_shared.embedded.nats import start_nats
from pam_shared.embedded.postgres import start_postgres
from pam_shared.embedded.processes import EmbeddedServer
from pam_shared.embedded.valkey import start_valkey
from pamctl.home import ADMIN, OPERATOR, VALKEY_USER, Home
from pamctl.settings import PamctlSettings

Begin = Callable[[], Awaitable[EmbeddedServer]]


def servers_to_start(home: Home, settings: PamctlSettings, users: Sequence[str]) -> dict[str, Begin]:
    """Return, in the order they stop in, how to start each server that no URL names.

    ``users`` are the NATS users beside pamctl. Each call starts the server on the port and with the data it had before.
    """
    begins: dict[str, Begin] = {}
    if not settings.redis_url:
        begins["valkey"] = _valkey(home)
    if not settings.nats_url:
        begins["nats"] = _nats(home, users)
    if not settings.postgres_url:
        begins["postgres"] = _postgres(home)
    return begins


def _valkey(home: Home) -> Begin:
    port, password = home.port("redis"), home.password("redis", VALKEY_USER)
    return lambda: start_valkey(_folder(home, "valkey"), port=port, password=password)


def _nats(home: Home, users: Sequence[str]) -> Begin:
    port, monitor_port = home.port("nats"), home.port("nats-monitor")
    passwords = {user: home.password("nats", user) for user in (OPERATOR, *users)}
    return lambda: start_nats(_folder(home, "nats"), port=port, monitor_port=monitor_port, users=passwords)


def _postgres(home: Home) -> Begin:
    port, password = home.port("postgres"), home.password("postgres", ADMIN)
    return lambda: start_postgres(_folder(home, "postgres"), port=port, password=password)


def _folder(home: Home, name: str) -> Path:
    return home.path / name


def nats_url(home: Home, settings: PamctlSettings, user: str = OPERATOR) -> str:
    """Return where NATS answers a user. Raises HomeError when no URL is set and nothing runs in the home."""
    return settings.nats_url or home.nats_url(user)


def postgres_url(home: Home, settings: PamctlSettings) -> str:
    """Return where PostgreSQL answers its administrator. Raises HomeError as above."""
    return settings.postgres_url or home.postgres_url()


def redis_url(home: Home, settings: PamctlSettings) -> str:
    """Return where Valkey or Redis answers. Raises HomeError as above."""
    return settings.redis_url or home.redis_url()
