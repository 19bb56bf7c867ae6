"""What each service finds in its environment: its own credentials, and nobody else's."""

import os

from pam_shared.service import ServiceSpec
from pamctl.home import Home
from pamctl.servers import nats_url, redis_url
from pamctl.settings import PamctlSettings

GATEWAY = "gateway"

# An administrator's, or another process's: no service gets these from around pamctl.
_KEPT_BACK = {
    "PAM_IDENTITY_PRIVATE_KEY",
    "PAM_METRICS_PORT",
    "PAM_PASSWORDS",
    "PAM_HOST",
    "PAM_PORT",
    "PAM_POSTGRES_URL",
    "PORT",
}


def service_environment(
    spec: ServiceSpec, home: Home, settings: PamctlSettings, *, database_url: str | None, metrics_port: int
) -> dict[str, str]:
    """Return a service's whole environment. ``database_url`` is its own login, if it has a schema."""
    private_key, public_key = home.identity_keys()
    environment = {name: value for name, value in os.environ.items() if name not in _KEPT_BACK}
    environment.setdefault("PAM_TRACES", str(home.path / "traces"))
    environment |= {
        "PAM_NATS_URL": nats_url(home, settings, spec.name),
        "PAM_REDIS_URL": redis_url(home, settings),
        "PAM_IDENTITY_PUBLIC_KEY": public_key,
        "PAM_METRICS_PORT": str(metrics_port),
    }
    if database_url:
        environment["PAM_POSTGRES_URL"] = database_url
    if spec.name == GATEWAY:
        environment |= {
            "PAM_IDENTITY_PRIVATE_KEY": private_key,
            "PAM_HOST": settings.host,
            "PAM_PORT": str(settings.port),
        }
    return environment
