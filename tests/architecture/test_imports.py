"""Who may import whom, read from the sources: it holds for every service there is, however many."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
SHARED, PAMCTL, AGENT, GATEWAY = "pam_shared", "pamctl", "pam_agent", "pam_gateway"
SERVICES = {package.name: package for package in ROOT.glob("services/*/src/*") if (package / "main.py").exists()}
PACKAGES = SERVICES | {SHARED: ROOT / "shared/src/pam_shared", PAMCTL: ROOT / "deploy/pamctl/src/pamctl"}


def imported(file: Path) -> Iterator[str]:
    """Every module a file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}: say where from, whole"
            yield node.module


def imports(package: str) -> set[tuple[str, str]]:
    """Which top-level packages the files of a package import, with the file."""
    folder = PACKAGES[package]
    found = {
        (str(file.relative_to(folder)), name.partition(".")[0])
        for file in folder.rglob("*.py")
        for name in imported(file)
    }
    return {(file, name) for file, name in found if name != package}


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_services_never_import_each_other_nor_pamctl(service: str):
    """They speak over the bus; what two of them need is in shared."""
    others = (set(SERVICES) - {service}) | {PAMCTL}
    assert not [found for found in imports(service) if found[1] in others]


def test_shared_imports_no_service_and_pamctl_knows_them_by_their_entry_points_alone():
    """Imports run downhill."""
    assert not [found for found in imports(SHARED) if found[1] in {*SERVICES, PAMCTL}]
    assert not [found for found in imports(PAMCTL) if found[1] in SERVICES]


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_one_file_knows_the_models_sdk(package: str):
    """Another model is another file."""
    knowing = {(package, file) for file, name in imports(package) if name == "anthropic"}
    assert knowing <= {(AGENT, "claude.py")}


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_services_reach_postgresql_through_shared(service: str):
    """Pools, transactions and row-level security are there."""
    assert not [found for found in imports(service) if found[1] == "asyncpg"]


@pytest.mark.parametrize("package", sorted({*SERVICES, SHARED} - {GATEWAY}))
def test_only_the_gateway_speaks_http_to_clients(package: str):
    """Whoever else answers requests would need its own checks of who asks."""
    assert not [found for found in imports(package) if found[1] in {"fastapi", "starlette", "uvicorn"}]


def test_every_service_of_the_workspace_is_seen():
    """A service without a main.py would go unread here."""
    assert len(SERVICES) == len(list(ROOT.glob("services/*/pyproject.toml")))
