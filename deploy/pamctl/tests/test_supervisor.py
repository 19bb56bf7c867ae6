"""`pamctl up`, over fake services: what starts, what is started again, and that nothing is left behind."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import asyncpg
import httpx
import nats
import psutil
import pytest
from nats.js.errors import NotFoundError

from deploy.pamctl.tests.supervised import TESTS, environment, pam, processes_of, until
from pam_shared.contracts import topology
from pam_shared.embedded.processes import choose_port
from tests.harness.waiting import eventually

EVERYTHING = {"valkey", "nats", "postgres", "gateway", "notes"}


def refusal(folder: Path, port: int | str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, TESTS / "run_supervisor.py"],
        env=environment(folder, port),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for all: each test finds what the last one left."""
    return tmp_path_factory.mktemp("pam") / "home"


async def test_up_starts_everything_and_says_so_in_one_line(folder):
    """Requirement: `make run` brings PAM up from nothing and ends its output with the address."""
    async with pam(folder) as running:
        ready = await running.said("PAM is ready")
        assert ready == f"PAM is ready: http://127.0.0.1:{running.port}"
        assert any(line.startswith("The built-in rules answer") for line in running.lines)
        await until(lambda: {state.state for state in running.home.read_processes()} == {"running"})
        assert {state.name for state in running.home.read_processes()} == EVERYTHING
        running.process.terminate()
        assert await running.ended() == 0
        assert sum("PAM is ready" in line for line in running.lines) == 1


async def test_a_second_start_is_ready_within_five_seconds(folder):
    """Requirement: a warm start takes at most five seconds; and with a key Claude answers."""
    began = time.monotonic()
    async with pam(folder, ANTHROPIC_API_KEY="sk-test") as running:
        await running.said("PAM is ready")
        assert time.monotonic() - began < 5
        assert any(line.startswith("Claude answers") for line in running.lines)


async def test_sigterm_stops_the_gateway_first_and_leaves_no_process(folder):
    """Requirement: an orderly stop takes no new work, ends with code 0 and leaves nothing behind."""
    async with pam(folder) as running:
        await running.said("PAM is ready")
        assert len(processes_of(folder)) > len(EVERYTHING)
        running.process.terminate()
        assert await running.ended() == 0
        assert processes_of(folder) == []
        assert running.home.read_processes() == []
        stopped = {
            name: json.loads(running.home.log(name).read_text().splitlines()[-1]) for name in ("gateway", "notes")
        }
        assert stopped["gateway"]["stopping"] < stopped["notes"]["stopping"]


async def test_ctrl_c_while_it_starts_leaves_no_process(folder):
    """Requirement: a stop is orderly at any moment."""
    async with pam(folder) as running:
        await running.said("Starting")
        running.process.send_signal(signal.SIGINT)
        assert await running.ended() == 0
        assert processes_of(folder) == []


async def test_a_killed_service_is_started_again(folder):
    """Requirement: when a service process dies, the answer goes on within seconds."""
    async with pam(folder) as running:
        await running.said("PAM is ready")
        old = running.pid_of("notes")
        os.kill(old, signal.SIGKILL)
        assert await running.said("notes ended") == "notes ended with code -9; starting it again in 0.2 s."
        await until(lambda: running.pid_of("notes") not in {None, old})
        await until(lambda: {state.state for state in running.home.read_processes()} == {"running"})
        assert (await running.ask("notes"))["pid"] == running.pid_of("notes")
        assert [state.restarts for state in running.home.read_processes() if state.name == "notes"] == [1]


@pytest.mark.parametrize("name", ["nats", "postgres", "valkey"])
async def test_a_killed_server_is_started_again_on_the_same_port(folder, name):
    """Requirement: services reconnect to a server that died; for that it must be where it was."""
    async with pam(folder) as running:
        await running.said("PAM is ready")
        before = {state.name: (state.port, state.pid) for state in running.home.read_processes()}[name]
        os.kill(before[1], signal.SIGKILL)
        await running.said(f"{name} ended with code -9")
        await until(lambda: running.pid_of(name) not in {None, before[1]})
        assert {state.name: state.port for state in running.home.read_processes()}[name] == before[0]
        running.process.terminate()
        assert await running.ended() == 0


async def test_streams_are_made_again_when_nats_comes_back_without_them(folder):
    """Requirement: what NATS kept in memory goes with its process; nobody has to run `pamctl provision` for it."""
    async with pam(folder) as running:
        await running.said("PAM is ready")
        os.kill(running.pid_of("nats"), signal.SIGKILL)
        shutil.rmtree(folder / "nats" / "jetstream")
        await running.said("nats ended with code -9")
        connection = await nats.connect(running.home.nats_url(), reconnect_time_wait=0.1)

        async def whole() -> bool:
            found = {info.config.name for info in await connection.jetstream().streams_info()}
            return found >= {stream.name for stream in topology.STREAMS}

        await eventually(whole)
        await connection.close()


async def test_a_service_that_is_started_again_finds_the_streams_it_needs(folder):
    """Requirement: a service that ended because its streams were gone does not end again and again."""
    async with pam(folder) as running:
        await running.said("PAM is ready")
        connection = await nats.connect(running.home.nats_url())
        await connection.jetstream().delete_stream(topology.AUDIT)
        os.kill(running.pid_of("notes"), signal.SIGKILL)

        async def found() -> bool:
            with suppress(NotFoundError):
                return bool(await connection.jetstream().consumer_info(topology.AUDIT, topology.RECORDER))
            return False

        await eventually(found)
        await connection.close()


async def test_how_nats_stores_is_set_from_the_environment(folder):
    """Requirement: what a power cut may take, and how much disk NATS takes, is the operator's to say."""
    async with pam(folder, PAM_NATS_SYNC="always", PAM_NATS_STORE_MAX="50000000") as running:
        await running.said("PAM is ready")
        port = json.loads((folder / "ports.json").read_text())["nats-monitor"]
        async with httpx.AsyncClient() as http:
            store = (await http.get(f"http://127.0.0.1:{port}/varz")).json()["jetstream"]["config"]
        assert (store["sync_always"], store["max_storage"]) == (True, 50_000_000)


async def test_a_killed_supervisor_leaves_no_process_and_the_next_start_works(folder):
    """Requirement: kill -9 of the supervisor orphans nothing, and nothing of it is in the way afterwards."""
    async with pam(folder) as running:
        await running.said("PAM is ready")
        running.process.kill()
        await running.process.wait()
        await until(lambda: not processes_of(folder), within=5)
        assert running.home.owner is None
    async with pam(folder) as running:
        await running.said("PAM is ready")


async def test_a_second_signal_kills_at_once(folder):
    """Requirement: who presses Ctrl-C twice does not wait for a service that will not go."""
    async with pam(folder, FAKE_STUBBORN="notes") as running:
        await running.said("PAM is ready")
        running.process.send_signal(signal.SIGINT)
        await running.said("Stopping")
        await asyncio.sleep(0.5)
        running.process.send_signal(signal.SIGINT)
        assert await running.ended(within=3) == 130
        assert processes_of(folder) == []


async def test_a_service_gets_its_own_credentials_and_no_others(folder):
    """Requirement: least privilege: no service holds the administrator's URL, and only the gateway can sign."""
    async with pam(folder, PAM_IDENTITY_PRIVATE_KEY="of somebody else") as running:
        await running.said("PAM is ready")
        notes, gateway = [(await running.ask(name))["environment"] for name in ("notes", "gateway")]
        assert "PAM_IDENTITY_PRIVATE_KEY" not in notes
        assert "PAM_PORT" not in notes
        assert gateway["PAM_IDENTITY_PRIVATE_KEY"].startswith("-----BEGIN PRIVATE KEY-----")
        assert notes["PAM_IDENTITY_PUBLIC_KEY"] == gateway["PAM_IDENTITY_PUBLIC_KEY"]
        assert "PAM_POSTGRES_URL" not in gateway
        assert notes["PAM_NATS_URL"] != gateway["PAM_NATS_URL"]
        connection = await asyncpg.connect(notes["PAM_POSTGRES_URL"])
        assert await connection.fetchval("select current_user") == "pam_notes"
        assert await connection.fetch("select * from notes") == []
        await connection.close()


async def test_a_second_up_on_the_same_home_names_the_first(folder):
    """Requirement: two supervisors never share a home; the refusal says who has it."""
    async with pam(folder) as running:
        await running.said("PAM is ready")
        refused = await asyncio.to_thread(refusal, folder, choose_port())
        assert refused.returncode != 0
        assert f"as process {running.process.pid}: stop it" in refused.stderr


async def test_ps_lists_what_runs_as_json(folder):
    """Requirement: `pamctl ps --json` is for scripts: every process with its pid, port, state and restarts."""
    pamctl = [sys.executable, "-c", "from pamctl.main import app; app()", "ps", "--json"]
    async with pam(folder) as running:
        await running.said("PAM is ready")
        listed = json.loads(await asyncio.to_thread(subprocess.check_output, pamctl, env=environment(folder, 1)))
        assert {process["name"] for process in listed} == EVERYTHING
        assert next(process["port"] for process in listed if process["name"] == "gateway") == running.port
        assert all(psutil.pid_exists(process["pid"]) for process in listed)
        running.process.terminate()
        await running.ended()
    assert json.loads(await asyncio.to_thread(subprocess.check_output, pamctl, env=environment(folder, 1))) == []


async def test_secrets_are_readable_by_the_owner_only(folder):
    """Requirement: passwords and keys on disk are private, and so is the folder."""
    modes = {path.name: path.stat().st_mode & 0o777 for path in (folder, folder / "secrets.json", folder / "logs")}
    assert modes == {folder.name: 0o700, "secrets.json": 0o600, "logs": 0o700}


def test_what_is_wrong_with_the_settings_is_a_sentence_before_anything_starts(tmp_path):
    """Requirement: a bad PORT or an unwritable home ends with what to do, and nothing has been started."""
    (tmp_path / "file").touch()
    bad_port, bad_home = refusal(tmp_path / "home", "abc"), refusal(tmp_path / "file" / "home", choose_port())
    assert bad_port.returncode == 2
    assert bad_port.stderr.splitlines() == [
        "PAM_PORT must be a number from 1 to 65535, not 'abc': start with PAM_PORT=8000, for example."
    ]
    assert bad_home.returncode != 0
    assert "cannot be written (Not a directory): start with PAM_HOME=" in bad_home.stderr
    assert not (tmp_path / "home").exists()


async def test_a_taken_port_is_a_sentence_before_anything_starts(tmp_path):
    """Requirement: a gateway port in use is said at once, with the fix."""
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    refused = await asyncio.to_thread(refusal, tmp_path / "home", port)
    server.close()
    assert refused.returncode != 0
    assert f"Port {port} on 127.0.0.1 is in use: stop what listens there, or start with PORT=" in refused.stderr
    assert not (tmp_path / "home" / "postgres").exists()
