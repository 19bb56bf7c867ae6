"""`pamctl new-worker`: from a name to an answered call, in a copy of this checkout, with no edit anywhere else."""

import asyncio
import difflib
import hashlib
import os
import shutil
import signal
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pam_shared.errors import ConflictError, InvalidRequestError
from pamctl.checkout import Checkout, CheckoutError, checkout_here
from pamctl.worker_maker import TEMPLATE, make_worker
from tests.harness.stack import free_port

ROOT = Path(__file__).parents[2]
FIVE_MINUTES = 300
WRITTEN = ("services/tools-weather/", "docs/", "uv.lock")
DEPLOYED = ("deploy/compose/", "deploy/observability/")


def tracked() -> list[str]:
    """Every file that git knows or would take; a folder that is no repository has none to copy."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=False)
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def digests(folder: Path, names: Iterator[str] | list[str]) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def files(folder: Path) -> list[str]:
    """Every file of a copy but what running things leaves behind."""
    left_behind = {".venv", "__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache", ".hypothesis"}
    found = (file.relative_to(folder) for file in folder.rglob("*") if file.is_file())
    return [str(file) for file in found if not left_behind & set(file.parts)]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout, installed from uv's cache as `make run` does it."""
    names = tracked()
    if not names:
        pytest.skip("this is no git checkout")
    folder = tmp_path_factory.mktemp("copy") / "pam"
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    Checkout(folder).uv("sync", "--quiet", "--frozen", "--all-packages")
    return folder


def run(folder: Path, *command: str, code: int = 0, **environment: str) -> str:
    """Run a program of the copy's own environment."""
    kept = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    program = folder / ".venv/bin" / command[0]
    done = subprocess.run(
        [program, *command[1:]],
        cwd=folder,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=FIVE_MINUTES,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def only_added(before: Path, after: Path) -> bool:
    """Whether a text is still whole within another."""
    steps = difflib.SequenceMatcher(None, before.read_text().split(), after.read_text().split()).get_opcodes()
    return {kind for kind, *_ in steps} <= {"equal", "insert"}


@contextmanager
def up(folder: Path, **environment: str) -> Iterator[None]:
    """Run the copy's PAM until it says that it is ready, and stop it in order."""
    log = folder.parent / "up.log"
    with log.open("w") as out:
        command = [folder / ".venv/bin/pamctl", "up"]
        process = subprocess.Popen(command, cwd=folder, env=os.environ | environment, stdout=out, stderr=out)
    try:
        give_up = time.monotonic() + 90
        while "PAM is ready" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < give_up, log.read_text()
            time.sleep(0.1)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


@pytest.mark.stack
async def test_from_a_name_to_an_answered_call_in_five_minutes(copy: Path, record_property):
    """R-O6, R-T7: a worker that passes its tests and answers, with no edit elsewhere."""
    await asyncio.to_thread(journey, copy, record_property)


def journey(copy: Path, record_property) -> None:
    before, began = digests(copy, files(copy)), time.monotonic()
    said = run(copy, "pamctl", "new-worker", "weather")
    made = time.monotonic() - began
    assert "tools-weather is ready" in said
    own = {"PAM_HOME": str(copy.parent / "home"), "PORT": str(free_port()), "ANTHROPIC_API_KEY": ""}
    with up(copy, **own):
        call = ["pamctl", "call", "replace_weather_note", "topic=Today", "text=Sun."]
        assert run(copy, *call, **own).startswith("Noted on today: Sun.")
        answered = time.monotonic() - began
        assert run(copy, "pamctl", "call", "get_weather_notes", **own).startswith("Today: Sun.")
        assert "replace_weather_note" in run(copy, "pamctl", "tools", "--json", **own)
    print(f"made in {made:.1f} s, first call answered after {answered:.1f} s")
    record_property("seconds_to_first_answer", round(answered, 1))
    assert answered < FIVE_MINUTES

    after = digests(copy, files(copy))
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert not [name for name in changed if not name.startswith((*WRITTEN, *DEPLOYED))]
    assert all(only_added(ROOT / name, copy / name) for name in changed if name.startswith(DEPLOYED))
    assert {
        f"services/tools-weather/contracts/{tool}.json" for tool in ("get_weather_notes", "replace_weather_note")
    } <= changed
    assert (copy / "services/tools-weather/README.md").read_text().count("\n") <= 40
    assert (copy / "docs/tools/tools-weather.md").exists()


@pytest.mark.stack
def test_the_new_worker_passes_what_every_worker_must(copy: Path):
    """R-Q1: its own tests, format, lint, types, rooms, snapshots, all as `make check` and `make test` run them."""
    if not (copy / "services/tools-weather").exists():
        run(copy, "pamctl", "new-worker", "weather")
    run(copy, "python", "-m", "pytest", "-q", "services/tools-weather")
    run(copy, "ruff", "format", "--check", "services/tools-weather")
    run(copy, "ruff", "check", "services/tools-weather")
    run(copy, "mypy", "services/tools-weather/src")
    run(copy, "python", "-m", "pytest", "-q", "tests/architecture")
    run(copy, "python", "-m", "pytest", "-q", "tests/contracts/tools", "-k", "tools-weather")


@pytest.mark.stack
def test_a_deployment_knows_of_the_new_worker(copy: Path):
    """R-S8, R-O4: compose, its own NATS login, Prometheus and alerts, by the tests that every service's pass."""
    if not (copy / "services/tools-weather").exists():
        run(copy, "pamctl", "new-worker", "weather")
    run(copy, "python", "-m", "pytest", "-q", "tests/contracts/test_deployment.py", "-m", "not stack")


@pytest.mark.stack
def test_a_change_that_breaks_callers_of_the_new_worker_is_refused(copy: Path):
    """R-T7: `pamctl contracts` leaves the snapshot and says what to do."""
    if not (copy / "services/tools-weather").exists():
        run(copy, "pamctl", "new-worker", "weather")
    file = copy / "services/tools-weather/src/pam_tools_weather/tools/replace_weather_note.py"
    whole = file.read_text()
    file.write_text(whole.replace("max_length=500", "max_length=5"))
    said = run(copy, "pamctl", "contracts", "tools-weather", code=1)
    assert "text may pass maxLength 5" in said
    assert "Raise `version=` and keep the old one" in said
    file.write_text(whole)
    assert "tools-weather: 2 tools" in run(copy, "pamctl", "contracts", "tools-weather")


@pytest.mark.stack
def test_the_template_comes_with_the_wheel(tmp_path: Path):
    """Whoever installs pamctl has it: hatch takes along what is in the package."""
    Checkout(ROOT).uv("build", "--quiet", "--wheel", "--package", "pamctl", "--out-dir", str(tmp_path))
    [wheel] = tmp_path.glob("*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if "worker_template/" in name}
    assert held == {
        f"pamctl/worker_template/{file.relative_to(TEMPLATE)}" for file in TEMPLATE.rglob("*") if file.is_file()
    }


@pytest.mark.unit
@pytest.mark.parametrize("name", ["Weather", "road-stops", "", "w", "2fast", "wéather", "../etc", "a" * 21])
def test_what_is_no_name_is_said(name: str):
    """R-O6: a sentence with an example, before anything is made."""
    with pytest.raises(
        InvalidRequestError, match="take one lower-case word of 2 to 20 letters and digits, like weather"
    ):
        make_worker(Checkout(ROOT), name, print)


@pytest.mark.unit
@pytest.mark.parametrize("name", ["budget", "gateway", "persistence", "public", "member"])
def test_a_name_that_is_taken_is_said(name: str):
    """R-O6: also the schema of a service that is no worker, and what PostgreSQL and the bus call their own."""
    with pytest.raises(ConflictError, match=f"The name {name} is taken"):
        make_worker(Checkout(ROOT), name, print)


@pytest.mark.unit
def test_outside_of_a_checkout_the_way_is_said(tmp_path: Path, monkeypatch):
    """R-O6: PAM may be installed without its repository."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CheckoutError, match="is not in a PAM checkout: go to the folder you cloned PAM into"):
        checkout_here()
    monkeypatch.chdir(ROOT / "services")
    assert checkout_here().root == ROOT


@pytest.mark.unit
def test_what_cannot_be_installed_leaves_nothing(tmp_path: Path):
    """R-O6: it can be tried again under the same name."""
    (tmp_path / "deploy").mkdir()
    (tmp_path / "services").mkdir()
    (tmp_path / "uv.lock").write_text("package = []\n")
    uv = tmp_path / "uv"
    uv.write_text("#!/bin/sh\n[ $1 = lock ] && echo changed >> uv.lock\necho 'no index' >&2\nexit 1\n")
    (tmp_path / "deploy/uv").write_text(f"#!/bin/sh\necho {uv}\n")
    for program in (uv, tmp_path / "deploy/uv"):
        program.chmod(0o755)
    with pytest.raises(CheckoutError, match="failed: no index"):
        make_worker(Checkout(tmp_path), "weather", print)
    assert not list((tmp_path / "services").iterdir())
    assert (tmp_path / "uv.lock").read_text() == "package = []\n"
