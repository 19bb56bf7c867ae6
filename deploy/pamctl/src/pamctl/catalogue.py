"""The tools and events of the workers installed here, read from their packages: no server is asked."""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pkgutil import walk_packages
from types import ModuleType

from pam_shared.contracts.events import DomainEvent
from pam_shared.contracts.tools import ToolManifest
from pam_shared.errors import NotFoundError
from pam_shared.service import WORKER_PREFIX, ServiceSpec, installed_services
from pam_shared.tools.declaration import find_tools


@dataclass(frozen=True)
class Worker:
    """A tool worker as it is installed: what it is for, its tools by name, and the events it emits."""

    spec: ServiceSpec
    purpose: str
    tools: list[ToolManifest]
    events: list[type[DomainEvent]]

    @property
    def name(self) -> str:
        """The name of its directory, such as ``tools-budget``."""
        return self.spec.name

    @property
    def domain(self) -> str:
        """The token in its subjects, which is its schema too."""
        return self.name.removeprefix(WORKER_PREFIX)


def installed_workers(only: Iterable[str] = ()) -> list[Worker]:
    """Return the installed workers, or those named, by name. Raises NotFoundError for a name nobody has."""
    workers = {spec.name: spec for spec in installed_services() if spec.name.startswith(WORKER_PREFIX)}
    if unknown := set(only) - set(workers):
        raise NotFoundError(f"No worker is named {', '.join(sorted(unknown))}: there are {', '.join(workers)}.")
    return [read_worker(spec) for name, spec in workers.items() if name in set(only) or not only]


def read_worker(spec: ServiceSpec) -> Worker:
    """Return what a worker's package says of it."""
    name = spec.module.rpartition(".")[0]
    package, domain = import_module(name), spec.name.removeprefix(WORKER_PREFIX)
    manifests = [tool.manifest(domain) for tool in find_tools(import_module(f"{name}.tools"))]
    return Worker(spec, inspect.getdoc(package) or "", manifests, _events(name))


def _events(package: str) -> list[type[DomainEvent]]:
    """Return what a package's ``events`` declares, by name."""
    if find_spec(f"{package}.events") is None:
        return []
    modules = _with_submodules(import_module(f"{package}.events"))
    classes = {item for module in modules for item in vars(module).values() if inspect.isclass(item)}
    events = (item for item in classes if issubclass(item, DomainEvent) and hasattr(item, "name"))
    return sorted(events, key=lambda event: (event.domain, event.name))


def _with_submodules(module: ModuleType) -> list[ModuleType]:
    inside = walk_packages(getattr(module, "__path__", []), f"{module.__name__}.")
    return [module, *(import_module(info.name) for info in inside)]
