"""What each service finds in its environment: its own credentials, and nobody else's."""

import os

from pam_shared.embedded.processes import LOOPBACK
from pam_shared.service import ServiceSpec, installed_services
from pamctl.home import Home
from pamctl.servers import nats_url, redis_url
from pamctl.settings import PamctlSettings, SettingError

GATEWAY = "gateway"
SAMPLES = "samples"
"""What the port of the sample server is kept under."""

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


def services_to_run(settings: PamctlSettings) -> list[ServiceSpec]:
    """Return the services that are installed and wanted; what stands in for the world outside while that is not live.

    Raises SettingError for a name that no service has.
    """
    installed = installed_services()
    wanted = set(filter(None, settings.services.split(","))) or {spec.name for spec in installed}
    if unknown := wanted - {spec.name for spec in installed}:
        known = ", ".join(spec.name for spec in installed)
        raise SettingError(f"PAM_SERVICES names {', '.join(sorted(unknown))}: not installed. There are {known}.")
    samples = settings.external == "samples"
    return [spec for spec in installed if spec.name in wanted and (samples or not spec.stands_in)]


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
        "PAM_EXTERNAL": settings.external,
    }
    if settings.external == "samples":
        port = home.kept_port(SAMPLES)
        environment |= {"PAM_SAMPLES_PORT": str(port), "PAM_SAMPLES_URL": f"http://{LOOPBACK}:{port}"}
    if database_url:
        environment["PAM_POSTGRES_URL"] = database_url
    if spec.name == GATEWAY:
        environment |= {
            "PAM_IDENTITY_PRIVATE_KEY": private_key,
            "PAM_HOST": settings.host,
            "PAM_PORT": str(settings.port),
        }
    return environment
