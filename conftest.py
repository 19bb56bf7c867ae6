"""What every test may use: real servers, provisioned as `pamctl provision` does it, and members with tokens."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import asyncpg
import pytest
import structlog
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nats.aio.client import Client

from pam_shared.bus.connection import Bus
from pam_shared.contracts import topology
from pam_shared.contracts.identity import Identity, Role
from pam_shared.identity import ACCESS, CALL, Signer
from pam_shared.service import installed_services
from pam_shared.tools.worker import WorkerSettings, serve_tools
from pamctl.provisioning import provision_nats, provision_postgres
from shared.tests.diary import SERVICE as DIARY
from shared.tests.diary import tools as diary_tools

pytest_plugins = ("pam_shared.testing.servers",)

MEMBER = frozenset({Role.MEMBER})


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """Log lines without the colours and local variables that make a failure hard to read."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
        ]
    )


@dataclass(frozen=True)
class Keys:
    """A pair as the gateway and the others are given it (PEM)."""

    private: str
    public: str


@dataclass(frozen=True)
class Person:
    """A member of PAM, who can be given tokens as the gateway would."""

    signer: Signer
    user: UUID = field(default_factory=uuid4)
    session: UUID = field(default_factory=uuid4)
    roles: frozenset[Role] = MEMBER

    def identity(self, turn: UUID | None = None, lives: float = 600) -> Identity:
        until = int(time.time() + lives)
        return Identity(user=self.user, roles=self.roles, session=self.session, expires_at=until, turn=turn)

    def token(self, turn: UUID | None = None, lives: float = 600, audience: str = CALL) -> str:
        return self.signer.sign(self.identity(turn, lives), audience)

    def access_token(self) -> str:
        return self.token(audience=ACCESS)


@pytest.fixture(scope="session")
def make_keys() -> Callable[[], Keys]:
    """Make pairs of identity keys."""

    def make() -> Keys:
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return Keys(private.decode(), public.decode())

    return make


@pytest.fixture(scope="session")
def keys(make_keys) -> Keys:
    """The pair this session's members are known by."""
    return make_keys()


@pytest.fixture(scope="session")
def new_person(keys) -> Callable[..., Person]:
    """Make members nobody has seen before."""
    return lambda **about: Person(Signer(keys.private), **about)


@pytest.fixture
def person(new_person) -> Person:
    """A member nobody has seen before."""
    return new_person()


@pytest.fixture(scope="session")
async def nats(nats_url: str) -> str:
    """The URL of a NATS server on which streams, consumers and buckets are."""
    connection = Client()
    await connection.connect(nats_url)
    await provision_nats(connection, services=[*installed_services(), DIARY])
    await connection.close()
    return nats_url


@pytest.fixture
async def empty_streams(nats: str) -> None:
    """Begin with streams nothing of earlier tests is in."""
    connection = Client()
    await connection.connect(nats)
    for stream in topology.STREAMS:
        await connection.jetstream().purge_stream(stream.name)
    await connection.close()


@pytest.fixture
async def connect(nats: str) -> AsyncIterator[Callable[[str], Awaitable[Bus]]]:
    """Connect to NATS as a service would, any number of times."""
    buses: list[Bus] = []

    async def connect(service: str = "test") -> Bus:
        bus = Bus(service, nats)
        await bus.connect()
        buses.append(bus)
        return bus

    yield connect
    for bus in buses:
        await bus.close()


@pytest.fixture
async def bus(connect) -> Bus:
    """A connection to NATS."""
    return await connect("test")


@pytest.fixture(scope="session")
async def databases(postgres_url: str) -> dict[str, str]:
    """Each service's own login, by the service's name."""
    services = installed_services()
    return await provision_postgres(postgres_url, services, {spec.name: f"of {spec.name}" for spec in services})


@pytest.fixture
async def administrator(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees every row."""
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
async def diary_url(postgres_url):
    """The diary's own login."""
    return (await provision_postgres(postgres_url, [DIARY], {DIARY.name: "of the diary"}))[DIARY.name]


@pytest.fixture
def serving(nats, diary_url, keys):
    """Run a diary worker."""
    settings = WorkerSettings(nats_url=nats, postgres_url=diary_url, identity_public_key=keys.public)

    @asynccontextmanager
    async def serve():
        bus = Bus(DIARY.name, nats)
        await bus.connect()
        try:
            async with serve_tools(bus, settings, diary_tools, "Notes of the day.") as advertisement:
                # Asked over the same connection: once this is answered, the server knows of every subscription.
                await bus.request(f"$SRV.PING.{bus.service}.{advertisement.id}", b"")
                yield advertisement
        finally:
            await bus.close()

    return serve


@pytest.fixture
async def diary(serving):
    """A running diary worker."""
    async with serving() as advertisement:
        yield advertisement
