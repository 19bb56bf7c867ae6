"""Every line knows its room: what STYLE and ARCHITECTURE ask for that a program can see."""

import ast
import re
import statistics
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for folder in ("shared/src", "deploy/pamctl/src", *(f"{service}/src" for service in ROOT.glob("services/*")))
    for path in sorted((ROOT / folder).rglob("*.py"))
]
FORBIDDEN_ROOMS = {"utils", "helpers", "common", "base", "manager", "misc"}
SQL = re.compile(r"^\s*(select|insert into|update \w+ set|delete from)\b", re.IGNORECASE)
SQL_ROOMS = {"queries.py", "provisioning.py", "migrations.py", "pool.py", "postgres.py"}


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in SOURCES:
        yield path, ast.parse(path.read_text())


def docstrings(tree: ast.Module) -> set[int]:
    places = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, places) and node.body and isinstance(node.body[0], ast.Expr)
    }


def strings(tree: ast.Module) -> Iterator[str]:
    told = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def test_no_room_is_called_utils():
    assert not [path for path in SOURCES if path.stem in FORBIDDEN_ROOMS or path.parent.name in FORBIDDEN_ROOMS]


def test_sql_is_in_queries_alone():
    found = [
        f"{path.relative_to(ROOT)}: {text[:60]}"
        for path, tree in trees()
        if path.name not in SQL_ROOMS and path.parent.name != "queries"
        for text in strings(tree)
        if SQL.match(text)
    ]
    assert not found


def test_subjects_are_named_in_contracts_alone():
    subject = re.compile(r"^pam\.(conversation|live|event|audit|dead_letter|tool|query|operator|service)\.")
    found = [
        f"{path.relative_to(ROOT)}: {text}"
        for path, tree in trees()
        if "contracts" not in path.parts
        for text in strings(tree)
        if subject.match(text)
    ]
    assert not found


def test_services_read_the_environment_in_their_settings_alone():
    found = [
        str(path.relative_to(ROOT))
        for path, tree in trees()
        if "services" in path.parts and path.name != "settings.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]
    assert not found


def test_a_tool_is_a_file_of_its_own_and_short():
    """One file, one tool; helpers of a tool stay in its file."""
    for folder in ROOT.glob("services/tools-*/src/*/tools"):
        for path in folder.glob("[!_]*.py"):
            declared = [
                node
                for node in ast.parse(path.read_text()).body
                if isinstance(node, ast.AsyncFunctionDef) and node.decorator_list
            ]
            assert [node.name for node in declared] == [path.stem], f"{path} must hold exactly the tool {path.stem}"


def test_functions_and_files_are_small():
    """The median function has at most 10 lines, nine in ten at most 25; no file passes 300."""
    sizes, long_files = [], []
    for path, tree in trees():
        if path.read_text().count("\n") > 300:
            long_files.append(path.name)
        functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        sizes += [node.end_lineno - node.lineno + 1 for node in functions]
    assert statistics.median(sizes) <= 10
    assert statistics.quantiles(sizes, n=10)[8] <= 25
    assert not long_files


def test_every_service_has_the_same_rooms():
    for service in ROOT.glob("services/*"):
        package = next((service / "src").iterdir())
        names = {path.name for path in package.iterdir()}
        assert {"main.py", "service.py"} <= names, service
        assert (service / "README.md").exists(), service
        assert (service / "Dockerfile").exists(), service
        assert (service / "README.md").read_text().count("\n") <= 40, service
        if service.name.startswith("tools-"):
            assert {"tools", "rules.py", "migrations"} <= names, service
            assert {"queries.py", "queries"} & names, service


def test_every_test_runs_in_one_half():
    """R-H1: what neither half names would never run, and what both name runs twice."""
    script = (ROOT / "tests" / "in_two_halves.sh").read_text()
    halves = [line.split() for line in script.splitlines() if " pytest " in line]
    folders = [path.relative_to(ROOT) for path in ROOT.glob("*/*/tests")] + [Path("shared/tests"), Path("tests")]
    runs = {str(folder): sum(any(fnmatch(str(folder), word) for word in half) for half in halves) for folder in folders}
    assert {folder: times for folder, times in runs.items() if times != 1} == {}
