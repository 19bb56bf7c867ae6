"""What a service tells the house about itself, through the entry point group ``pam.services``."""

from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

ENTRY_POINTS = "pam.services"
WORKER_PREFIX = "tools-"
SDK_MIGRATIONS = Path(__file__).parent / "tools" / "migrations"
"""The tables every tool worker's schema begins with."""


@dataclass(frozen=True)
class ServiceSpec:
    """A deployable service.

    ``module`` is started with ``python -m``. ``schema`` names its PostgreSQL schema and login role, when it has one;
    ``migrations`` are folders of numbered SQL files, applied in this order.
    """

    name: str
    module: str
    schema: str | None = None
    migrations: tuple[Path, ...] = ()


def worker_spec(name: str, module: str, package: Path) -> ServiceSpec:
    """Return the spec of a tool worker: its schema is its name without ``tools-``, its tables come after the SDK's."""
    schema = name.removeprefix(WORKER_PREFIX)
    return ServiceSpec(name, module, schema, (SDK_MIGRATIONS, package / "migrations"))


def installed_services() -> list[ServiceSpec]:
    """Return every service installed in this environment, by name."""
    specs = [point.load() for point in entry_points(group=ENTRY_POINTS)]
    return sorted(specs, key=lambda spec: spec.name)
