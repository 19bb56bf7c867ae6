"""Child processes that die with their parent, and what every embedded server shares."""

import asyncio
import ctypes
import fcntl
import os
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from pam_shared.errors import UnavailableError

LOOPBACK = "127.0.0.1"
READY_WITHIN = 20.0
STOPPED_WITHIN = 10.0

# Below the range kernels take the near end of outgoing connections from: a server that restarts finds its port free.
_PORTS = range(20_000, 32_000)
_PR_SET_PDEATHSIG = 1
_LINUX = sys.platform == "linux"
_libc = ctypes.CDLL(None)
_handed_out: set[int] = set()


class PortInUseError(UnavailableError):
    """Somebody else listens where a server was told to."""

    default_code = "port_in_use"


class ServerStartError(UnavailableError):
    """A server did not come up, or something it needs is missing on this machine."""

    default_code = "server_start"


@dataclass
class EmbeddedServer:
    """A running server: where it answers, its process, and how to stop it. ``log`` holds what it printed."""

    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    name: ClassVar[str] = "server"

    url: str
    port: int
    process: asyncio.subprocess.Process
    log: Path
    log_start: int = field(default=0, repr=False)

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    async def stop(self, grace: float = STOPPED_WITHIN) -> None:
        """End the server in order, or kill it after ``grace`` seconds. Stopping a dead one does nothing."""
        await end(self.process, self.stop_signal, grace)


async def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    on_parent_death: signal.Signals = signal.SIGKILL,
    held: Sequence[int] = (),
) -> asyncio.subprocess.Process:
    """Start a child that writes to ``log`` and gets ``on_parent_death`` when this process ends, however it ends.

    It leads its own session, so Ctrl-C in a terminal does not reach it. ``held`` are file descriptors it keeps open.
    Call it from the main thread: Linux takes the end of the starting thread for the end of the parent.
    """
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            env=None if env is None else dict(env),
            start_new_session=True,
            pass_fds=tuple(held),
            preexec_fn=_bind_to_parent(on_parent_death) if _LINUX else None,
        )
    finally:
        os.close(descriptor)


def _bind_to_parent(signal_number: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def prepare() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(signal_number))
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return prepare


async def end(process: asyncio.subprocess.Process, signal_number: signal.Signals, grace: float) -> None:
    """Send a signal, wait ``grace`` seconds, then kill the process and all it has started."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.send_signal(signal_number)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), grace)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


@asynccontextmanager
async def claimed(lock: Path, wait: float = STOPPED_WITHIN) -> AsyncIterator[int]:
    """Yield a locked file descriptor; whoever inherits it keeps the lock until its last process has ended.

    So two servers never write to one folder, and a start waits for the leftovers of a killed predecessor.
    Raises ServerStartError when the lock is still held after ``wait`` seconds.
    """
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        await _lock(descriptor, lock, wait)
        yield descriptor
    finally:
        os.close(descriptor)


async def _lock(descriptor: int, lock: Path, wait: float) -> None:
    give_up = asyncio.get_running_loop().time() + wait
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if asyncio.get_running_loop().time() > give_up:
                raise ServerStartError(
                    f"Another {lock.stem} still runs on {lock.parent}: stop it, or use another folder."
                ) from None
            await asyncio.sleep(0.02)


async def wait_until_ready(
    server: EmbeddedServer, probe: Callable[[], Awaitable[bool]], within: float = READY_WITHIN
) -> None:
    """Ask ``probe`` until it says yes.

    Raises ServerStartError, with the end of the log, when the server ends or ``within`` seconds pass; nothing is left
    running then.
    """
    try:
        async with asyncio.timeout(within):
            while not await _answers(probe):
                _refuse_if_ended(server)
                await asyncio.sleep(0.01)
    except TimeoutError:
        await server.stop(grace=0)
        raise ServerStartError(_report(server, f"did not answer on port {server.port} in {within:g} s")) from None
    except BaseException:
        await server.stop(grace=0)
        raise


def _refuse_if_ended(server: EmbeddedServer) -> None:
    if server.process.returncode is not None:
        raise ServerStartError(_report(server, f"ended with code {server.process.returncode}"))


async def _answers(probe: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await asyncio.wait_for(probe(), 2)
    except (OSError, TimeoutError):
        return False


async def answers_ok(port: int, path: str) -> bool:
    """Tell whether ``GET path`` on a loopback port is answered with 200. Raises OSError when nobody listens."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}\r\nConnection: close\r\n\r\n".encode())
        return b" 200 " in await reader.readline()
    finally:
        writer.close()


def _report(server: EmbeddedServer, what: str) -> str:
    return f"{server.name} {what}. The end of {server.log}:\n{tail(server.log, server.log_start)}"


def tail(log: Path, start: int = 0, characters: int = 2000) -> str:
    """Return the last characters of what a log got since byte ``start``."""
    with suppress(OSError), log.open("rb") as stream:
        stream.seek(start)
        return stream.read().decode(errors="replace")[-characters:].strip() or "(empty)"
    return "(no log)"


def size(log: Path) -> int:
    """Return a log's length in bytes; 0 when there is none."""
    return log.stat().st_size if log.exists() else 0


def private_folder(folder: Path) -> Path:
    """Make a folder only its owner can read, and return its absolute path."""
    folder = folder.absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_private(path: Path, text: str) -> None:
    """Replace a file at once with one that only its owner can read."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
    fresh.replace(path)


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Tell whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def choose_port(wanted: int | None = None) -> int:
    """Return the wanted port, or a free one that this process has not given out yet.

    Raises PortInUseError when the wanted one is taken.
    """
    if wanted:
        if not is_free(wanted):
            raise PortInUseError(
                f"Port {wanted} on {LOOPBACK} is in use: stop what listens there, or choose another port."
            )
        return wanted
    while True:
        port = secrets.choice(_PORTS)
        if port not in _handed_out and is_free(port):
            _handed_out.add(port)
            return port
