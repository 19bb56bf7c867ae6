"""The data directory of one PAM: secrets, ports, logs, the list of processes, and the lock of its one owner."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from pam_shared.embedded.processes import LOOPBACK, choose_port, is_free, private_folder, write_private
from pam_shared.errors import ConflictError, UnavailableError

ADMIN = "postgres"
NATS = "nats"
VALKEY_USER = "default"
OPERATOR = "pamctl"
"""The NATS user of this program itself."""


class HomeError(UnavailableError):
    """The data directory cannot be used."""

    default_code = "home"


@dataclass(frozen=True)
class ProcessState:
    """One line of ``pamctl ps``. ``since`` is when the state began, in UTC; ``restarts`` counts from this start on."""

    name: str
    pid: int | None
    port: int | None
    state: str
    restarts: int
    since: str


class Home:
    """A data directory. Everything in it is readable by its owner only."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    def make(self) -> None:
        """Make the folder where it is missing. Raises HomeError when it cannot be written."""
        try:
            private_folder(self.path)
            private_folder(self.path / "logs")
            _try_to_write(self.path / ".writable")
        except OSError as error:
            raise HomeError(
                f"The folder {self.path} cannot be written ({error.strerror}): start with PAM_HOME=<another folder>."
            ) from None

    def log(self, name: str) -> Path:
        """Return the log file of a process."""
        return self.path / "logs" / f"{name}.log"

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Own the home, made where it is missing, until the end of the block or of this process.

        Raises ConflictError, naming the owner's process id, while another one has it; HomeError as ``make``.
        """
        self.make()
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock_or_refuse(descriptor, self)
            os.ftruncate(descriptor, 0)
            os.write(descriptor, str(os.getpid()).encode())
            yield
        finally:
            os.close(descriptor)

    @property
    def owner(self) -> int | None:
        """The process id of the supervisor that runs this home, if one does."""
        with suppress(OSError, ValueError), self._lock.open("r+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(lock.read())
        return None

    @property
    def _lock(self) -> Path:
        return self.path / "lock"

    def password(self, server: str, user: str) -> str:
        """Return a user's password at a server, made up at the first call and kept."""
        known = self._read("secrets.json")
        passwords = known.setdefault(server, {})
        if user not in passwords:
            passwords[user] = secrets.token_urlsafe(24)
            self._write("secrets.json", known)
        return str(passwords[user])

    def identity_keys(self) -> tuple[str, str]:
        """Return the Ed25519 key pair that signs members' tokens: the private and the public key, as PEM."""
        known = self._read("secrets.json")
        if "identity" not in known:
            known["identity"] = _new_key_pair()
            self._write("secrets.json", known)
        return known["identity"]["private"], known["identity"]["public"]

    def port(self, name: str) -> int:
        """Return the port of a server: the same as last time if it is free, else another one, kept for next time."""
        known = self._read("ports.json")
        if name not in known or not is_free(known[name]):
            known[name] = choose_port()
            self._write("ports.json", known)
        return int(known[name])

    def kept_port(self, name: str) -> int:
        """Return the port of a server that may be running already: the one it was given last, else a new one."""
        return int(self._read("ports.json").get(name) or self.port(name))

    def nats_url(self, user: str = OPERATOR) -> str:
        """Return the URL of the NATS server that runs in this home; of several, all URLs with commas between."""
        password = self.password(NATS, user)
        return ",".join(f"nats://{user}:{password}@{LOOPBACK}:{port}" for port in self.nats_ports())

    def nats_ports(self) -> list[int]:
        """Return the ports of the NATS servers that run in this home: one, or a cluster's."""
        ports = [state.port for state in self.read_processes() if _is_nats(state.name) and state.port]
        return ports or [self._port_in_use(NATS)]

    def postgres_url(self) -> str:
        """Return the administrator's URL of the PostgreSQL that runs in this home."""
        credentials = f"{ADMIN}:{self.password('postgres', ADMIN)}"
        return f"postgresql://{credentials}@{LOOPBACK}:{self._port_in_use('postgres')}/{ADMIN}"

    def redis_url(self) -> str:
        """Return the URL of the Valkey that runs in this home."""
        return f"redis://:{self.password('redis', VALKEY_USER)}@{LOOPBACK}:{self._port_in_use('redis')}/0"

    def _port_in_use(self, name: str) -> int:
        if self.owner is None:
            raise HomeError(f"Nothing runs in {self.path}: start `pamctl up`, or set PAM_{name.upper()}_URL.")
        return int(self._read("ports.json")[name])

    def write_processes(self, states: Iterable[ProcessState]) -> None:
        """Replace the list of processes."""
        self._write("processes.json", {"processes": [asdict(state) for state in states]})

    def read_processes(self) -> list[ProcessState]:
        """Return the processes that run in this home; none when its supervisor is gone."""
        if self.owner is None:
            return []
        return [ProcessState(**state) for state in self._read("processes.json").get("processes", [])]

    def forget_processes(self) -> None:
        """Remove the list of processes."""
        (self.path / "processes.json").unlink(missing_ok=True)

    def _read(self, name: str) -> dict[str, Any]:
        file = self.path / name
        content: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
        return content

    def _write(self, name: str, content: dict[str, Any]) -> None:
        write_private(self.path / name, json.dumps(content, indent=2))


def _is_nats(name: str) -> bool:
    return name == NATS or name.startswith(f"{NATS}-")


def _try_to_write(file: Path) -> None:
    write_private(file, "")
    file.unlink()


def _lock_or_refuse(descriptor: int, home: Home) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ConflictError(
            f"PAM runs in {home.path} already, as process {home.owner}: stop it, or choose another PAM_HOME."
        ) from None


def _new_key_pair() -> dict[str, str]:
    private = Ed25519PrivateKey.generate()
    return {
        "private": private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        "public": private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    }
