"""`pamctl up --reload`, over fake services: who is changed starts again, and nobody else."""

import asyncio
import shutil
from pathlib import Path

import asyncpg
import pytest

from deploy.pamctl.tests.supervised import TESTS, pam, processes_of, until
from pam_shared.service import installed_services
from pamctl.reload import SHARED, Reloader, package_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for all."""
    return tmp_path_factory.mktemp("pam") / "home"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A service that is a package, with a migration."""
    made = tmp_path / "fake_notes"
    made.mkdir()
    (tmp_path / "shared").mkdir()
    (made / "__init__.py").touch()
    shutil.copy(TESTS / "fake_service.py", made / "main.py")
    shutil.copytree(TESTS / "migrations", made / "migrations")
    return made


def reloading(folder: Path, package: Path):
    return pam(
        folder,
        FAKE_NOTES="fake_notes.main",
        FAKE_MIGRATIONS=str(package / "migrations"),
        FAKE_SHARED=str(package.parent / "shared"),
        PYTHONPATH=f"{package.parent}:{TESTS}",
    )


def stops(running, name):
    """How often a service was told to stop and did so in order."""
    return running.home.log(name).read_text().count('"stopping"')


async def test_a_changed_service_drains_and_starts_again_and_no_other_does(folder, package):
    """R-T7: a tool team sees its change without stopping anything; what runs ends in order."""
    async with reloading(folder, package) as running:
        await running.said("PAM is ready")
        before = {state.name: state.pid for state in running.home.read_processes()}
        (package / "rules.py").write_text("FOUND = True\n")
        with (package / "main.py").open("a") as program:
            program.write("# changed\n")
        assert await running.said("changed") == "main.py, rules.py changed: starting notes again."
        await until(lambda: running.pid_of("notes") not in {None, before["notes"]})
        await until(lambda: {state.state for state in running.home.read_processes()} == {"running"})
        after = {state.name: state.pid for state in running.home.read_processes()}
        assert {name for name in before if before[name] != after[name]} == {"notes"}
        assert (await running.ask("notes"))["pid"] == after["notes"]
        assert stops(running, "notes") == 1
        assert {state.restarts for state in running.home.read_processes()} == {0}
        running.process.terminate()
        assert await running.ended() == 0
        assert processes_of(folder) == []


async def test_a_service_that_is_broken_and_mended_starts_at_once(folder, package):
    """The next change ends the waiting that a service which does not start is put to."""
    async with reloading(folder, package) as running:
        await running.said("PAM is ready")
        whole = (package / "main.py").read_text()
        (package / "main.py").write_text("this is no Python\n")
        await running.said("notes ended with code 1; starting it again in 0.8 s.")
        (package / "main.py").write_text(whole)
        await running.said("main.py changed: starting notes again.")
        await until(lambda: {state.state for state in running.home.read_processes()} == {"running"}, within=5)


async def test_a_new_migration_is_there_before_the_service_starts_again(folder, package):
    """R-D3: a table and the code that reads it come together; a migration that fails is said, and PAM goes on."""
    async with reloading(folder, package) as running:
        await running.said("PAM is ready")
        url = (await running.ask("notes"))["environment"]["PAM_POSTGRES_URL"]
        before = running.pid_of("notes")
        (package / "migrations" / "0002_tags.sql").write_text(
            "-- migrate:up\ncreate table tags (name text);\ngrant select on tags to {role};\n"
            "-- migrate:down\ndrop table tags;\n"
        )
        await running.said("0002_tags.sql changed: starting notes again.")
        await until(lambda: running.pid_of("notes") not in {None, before})
        connection = await asyncpg.connect(url)
        assert await connection.fetch("select * from tags") == []
        await connection.close()
        (package / "migrations" / "0003_wrong.sql").write_text("-- migrate:up\nnonsense;\n-- migrate:down\n")
        assert "0003_wrong" in await running.said("What changed cannot be provisioned")
        await until(lambda: {state.state for state in running.home.read_processes()} == {"running"})


@pytest.mark.unit
def test_every_service_watches_its_own_package_and_what_all_share():
    """A change of the shared package concerns everybody."""
    places = {spec.name: package_of(spec.module) for spec in installed_services()}
    assert places["tools-budget"].name == "pam_tools_budget"
    assert all((place / "main.py").exists() for place in places.values())
    assert SHARED.name == "pam_shared"


@pytest.mark.unit
async def test_a_change_of_what_all_share_starts_everybody_again(tmp_path, monkeypatch):
    """Whoever imports it runs the old code else."""
    for name in ("shared", "one", "two"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr("pamctl.reload.SHARED", tmp_path / "shared")
    monkeypatch.setattr("pamctl.reload.package_of", lambda module: tmp_path / module)
    monkeypatch.setattr("pamctl.reload.LOOK_EVERY", 0.01)
    kept = {name: Kept(name) for name in ("one", "two")}
    said: list[str] = []

    async def provision() -> None:
        """There is nothing to provision."""

    services = [(type("Spec", (), {"module": name}), keeper) for name, keeper in kept.items()]
    reloader = Reloader(services, provision, said.append)
    reloader.start()
    await kept["one"].after(lambda: (tmp_path / "shared" / "money.py").write_text("1"))
    await until(lambda: kept["two"].restarts == 1)
    (tmp_path / "two" / "rules.py").write_text("1")
    await until(lambda: kept["two"].restarts == 2)
    await reloader.stop()
    assert kept["one"].restarts == 1
    assert said == ["money.py changed: starting one, two again.", "rules.py changed: starting two again."]


class Kept:
    """A kept service that counts."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.restarts = 0

    async def restart(self) -> None:
        self.restarts += 1

    async def after(self, change) -> None:
        """Make a change once the reloader has looked, and wait for what comes of it."""
        await asyncio.sleep(0.1)
        change()
        await until(lambda: self.restarts == 1)
