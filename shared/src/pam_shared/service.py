"""What a service tells the house about itself, through the entry point group ``pam.services``."""

from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from pam_shared.contracts import subjects

ENTRY_POINTS = "pam.services"
WORKER_PREFIX = "tools-"
MEMBER_DELETED = "member.deleted"
"""The event that makes every service forget a member."""
SDK_MIGRATIONS = Path(__file__).parent / "tools" / "migrations"
"""The tables every tool worker's schema begins with."""


@dataclass(frozen=True)
class ServiceSpec:
    """A deployable service.

    ``module`` is started with ``python -m``. ``schema`` names its PostgreSQL schema and login role, when it has one;
    ``migrations`` are folders of numbered SQL files, applied in this order. ``follows`` are the events it hears,
    as ``domain.past_participle``. One that ``stands_in`` takes the place of something outside PAM while developing: it
    is not deployed.
    """

    name: str
    module: str
    schema: str | None = None
    migrations: tuple[Path, ...] = ()
    follows: tuple[str, ...] = ()
    stands_in: bool = False


def worker_spec(name: str, module: str, package: Path, follows: tuple[str, ...] = ()) -> ServiceSpec:
    """Return the spec of a tool worker: its schema is its name without ``tools-``, its tables come after the SDK's.

    Every worker hears of members who leave; ``follows`` are further events.
    """
    schema = name.removeprefix(WORKER_PREFIX)
    heard = tuple(sorted({MEMBER_DELETED, *follows}))
    return ServiceSpec(name, module, schema, (SDK_MIGRATIONS, package / "migrations"), heard)


def installed_services() -> list[ServiceSpec]:
    """Return every service installed in this environment, by name."""
    specs = [point.load() for point in entry_points(group=ENTRY_POINTS)]
    return sorted(specs, key=lambda spec: spec.name)


def heard(follows: tuple[str, ...]) -> tuple[str, ...]:
    """Return the subjects of events named ``domain.past_participle``."""
    return tuple(subjects.event_named(name) for name in follows)
