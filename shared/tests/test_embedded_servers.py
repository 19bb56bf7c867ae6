"""The servers out of wheels: they start from nothing, keep what must be kept, and never outlive their parent."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import nats
import psutil
import pytest
import redis.asyncio as redis

from pam_shared.embedded.nats import start_nats
from pam_shared.embedded.postgres import start_postgres
from pam_shared.embedded.processes import PortInUseError, ServerStartError, choose_port, claimed
from pam_shared.embedded.valkey import start_valkey

AS_ROOT = os.geteuid() == 0
NOBODY = "--reuid=65534 --regid=65534 --clear-groups --inh-caps=-all,+dac_override --ambient-caps=-all,+dac_override"
AS_NOBODY = ["setpriv", *NOBODY.split(), "--"]

RUN_ALL_THREE = """
import asyncio, sys
from pathlib import Path
from pam_shared.embedded.nats import start_nats
from pam_shared.embedded.postgres import start_postgres
from pam_shared.embedded.valkey import start_valkey

async def main(folder):
    servers = await asyncio.gather(start_nats(folder / "n"), start_postgres(folder / "p"), start_valkey(folder / "v"))
    print(*(server.pid for server in servers), flush=True)
    await asyncio.sleep(60)

asyncio.run(main(Path(sys.argv[1])))
"""


async def test_nats_lets_in_its_users_and_nobody_else(tmp_path):
    """Requirement: each service has its own NATS password; the file that holds them is private."""
    server = await start_nats(tmp_path, users={"gateway": "one", "agent": "two"})
    connection = await nats.connect(server.url_of("agent"))
    await connection.close()
    with pytest.raises(nats.errors.Error):
        await nats.connect(server.url, allow_reconnect=False, error_cb=ignore)
    assert (tmp_path / "nats.json").stat().st_mode & 0o777 == 0o600
    await server.stop()


async def test_nats_keeps_its_streams_over_a_restart(tmp_path):
    """Requirement: what was accepted is still there when NATS is back."""
    server = await start_nats(tmp_path, sync_always=True)
    connection = await nats.connect(server.url)
    await connection.jetstream().add_stream(name="KEPT", subjects=["kept"])
    await connection.jetstream().publish("kept", b"1")
    await connection.close()
    os.kill(server.pid, signal.SIGKILL)
    await server.process.wait()
    server = await start_nats(tmp_path, port=server.port)
    connection = await nats.connect(server.url)
    assert (await connection.jetstream().stream_info("KEPT")).state.messages == 1
    await connection.close()
    await server.stop()


async def test_nats_refuses_a_password_that_clients_would_misread(tmp_path):
    """Requirement: a fault in the settings is found where it is made."""
    with pytest.raises(ValueError, match="letters, digits"):
        await start_nats(tmp_path, users={"gateway": "a/b"})


async def test_postgres_keeps_its_data_after_a_kill(tmp_path):
    """Requirement: kill -9 loses nothing, and the stale postmaster.pid does not prevent the next start."""
    server = await start_postgres(tmp_path, password="a/b:c@d")
    connection = await asyncpg.connect(server.url)
    await connection.execute("create table kept as select 1 as one")
    await connection.close()
    os.kill(server.pid, signal.SIGKILL)
    await server.process.wait()
    assert (tmp_path / "data" / "postmaster.pid").exists()
    server = await start_postgres(tmp_path, password="a/b:c@d")
    connection = await asyncpg.connect(server.url)
    assert await connection.fetchval("select one from kept") == 1
    await connection.close()
    await server.stop()


async def test_postgres_starts_though_another_process_took_the_number_in_its_pid_file(tmp_path):
    """Requirement: after a reboot process ids repeat; PostgreSQL alone would refuse to start."""
    await (await start_postgres(tmp_path)).stop()
    pid_file = tmp_path / "data" / "postmaster.pid"
    somebody = await asyncio.create_subprocess_exec("sleep", "60")
    pid_file.write_text(f"{somebody.pid}\n{tmp_path / 'data'}\n0\n5432\n\n127.0.0.1\n")
    pid_file.chmod(0o600)
    await (await start_postgres(tmp_path)).stop()
    assert somebody.returncode is None
    somebody.kill()
    await somebody.wait()


async def test_postgres_says_so_when_the_password_is_another(tmp_path):
    """Requirement: an error is a sentence with the fix; nothing keeps running."""
    await (await start_postgres(tmp_path, password="first")).stop()
    with pytest.raises(ServerStartError, match="made with another password: give that one"):
        await start_postgres(tmp_path, password="second")
    assert at_work_in(tmp_path) == []


async def test_a_server_that_does_not_come_up_shows_the_end_of_its_log(tmp_path):
    """Requirement: readiness has a deadline and its failure tells why."""
    await (await start_postgres(tmp_path)).stop()
    with (tmp_path / "data" / "postgresql.conf").open("a") as config:
        config.write("no_such_setting = 1\n")
    with pytest.raises(ServerStartError, match="no_such_setting"):
        await start_postgres(tmp_path)
    assert at_work_in(tmp_path) == []


async def test_an_interrupted_first_start_does_not_spoil_the_next(tmp_path):
    """Requirement: initdb that was killed half-way leaves nothing that looks like a database."""
    (tmp_path / "data.new" / "base").mkdir(parents=True)
    await (await start_postgres(tmp_path)).stop()


async def test_valkey_answers_with_its_password_and_keeps_nothing(tmp_path):
    """Requirement: Redis holds only what may be lost, and only who has the password may look."""
    server = await start_valkey(tmp_path, password="secret")
    async with redis.from_url(server.url) as client:
        await client.set("key", "value")
        assert await client.get("key") == b"value"
    async with redis.from_url(server.url.replace(":secret@", "")) as stranger:
        with pytest.raises(redis.AuthenticationError):
            await stranger.get("key")
    await server.stop()
    server = await start_valkey(tmp_path, port=server.port)
    async with redis.from_url(server.url) as client:
        assert await client.get("key") is None
    await server.stop()


@pytest.mark.parametrize("start", [start_nats, start_postgres, start_valkey])
async def test_a_taken_port_is_a_sentence(tmp_path, start):
    """Requirement: a port in use is said with the fix, before anything is started."""
    other = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = other.sockets[0].getsockname()[1]
    with pytest.raises(PortInUseError, match=f"Port {port} on 127.0.0.1 is in use: stop what listens there"):
        await start(tmp_path, port=port)
    other.close()


@pytest.mark.parametrize("start", [start_nats, start_postgres, start_valkey])
async def test_ctrl_c_in_the_terminal_does_not_reach_a_server(tmp_path, start):
    """Requirement: servers stop after the services that use them, when their parent says so."""
    server = await start(tmp_path)
    assert os.getsid(server.pid) != os.getsid(0)
    await server.stop()
    await server.stop()
    assert at_work_in(tmp_path) == []


async def test_two_servers_never_share_a_folder(tmp_path):
    """Requirement: a folder has one writer; who comes second is told."""
    server = await start_nats(tmp_path)
    with pytest.raises(ServerStartError, match="Another nats still runs"):
        async with claimed(tmp_path / "nats.lock", wait=0.1):
            pass
    os.kill(server.pid, signal.SIGKILL)
    async with claimed(tmp_path / "nats.lock", wait=5):
        pass
    await server.stop()


@pytest.mark.parametrize("way", ["as we are", "root without user namespaces", "an ordinary user"])
async def test_no_server_outlives_a_parent_that_was_killed(tmp_path, way):
    """Requirement: kill -9 of the parent leaves no process behind, whichever way PostgreSQL was kept from root."""
    if way != "as we are" and not (AS_ROOT and shutil.which("setpriv")):
        pytest.skip("only root can become somebody else, with setpriv")
    environment = dict(os.environ)
    if way == "root without user namespaces":
        environment["PATH"] = f"{folder_where_unshare_fails(tmp_path)}:{environment['PATH']}"
    folder = tmp_path / "servers"
    folder.mkdir()
    if way == "an ordinary user":
        os.chown(folder, 65534, 65534)
    command = [sys.executable, "-B", "-c", RUN_ALL_THREE, folder]
    parent = await asyncio.create_subprocess_exec(
        *(AS_NOBODY if way == "an ordinary user" else []), *command, stdout=subprocess.PIPE, env=environment
    )
    servers = [psutil.Process(int(pid)) for pid in (await parent.stdout.readline()).split()]
    assert len(servers) == 3
    if way != "as we are":
        assert servers[1].uids().real == 65534
    parent.kill()
    await parent.wait()
    gone, alive = await asyncio.to_thread(psutil.wait_procs, servers, timeout=5)
    assert (len(gone), alive) == (3, [])


def test_a_second_start_takes_well_under_a_second(tmp_path):
    """Requirement: `make run` is quick when the data is there."""

    async def start_and_stop() -> float:
        began = time.monotonic()
        starts = start_nats(tmp_path / "n"), start_postgres(tmp_path / "p"), start_valkey(tmp_path / "v")
        servers = await asyncio.gather(*starts)
        took = time.monotonic() - began
        await asyncio.gather(*(server.stop() for server in servers))
        return took

    asyncio.run(start_and_stop())
    assert asyncio.run(start_and_stop()) < 1


def test_ports_given_out_are_free_and_different():
    """Requirement: servers that start at once do not fight for a port."""
    ports = [choose_port() for _ in range(50)]
    assert len(set(ports)) == 50


def folder_where_unshare_fails(tmp_path: Path) -> Path:
    program = tmp_path / "bin" / "unshare"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    return program.parent


def at_work_in(folder: Path) -> list[psutil.Process]:
    return [process for process in psutil.process_iter(["cwd"]) if (process.info["cwd"] or "").startswith(str(folder))]


async def ignore(_: Exception) -> None:
    pass
