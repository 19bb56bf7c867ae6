"""The parts of a gateway that write to the log, on a real NATS; a whole one over HTTP; a worker behind it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import UUID, uuid4

import nats as nats_client
import pytest

from pam_gateway.acceptance import Acceptance, Incoming
from pam_gateway.main import serve as serve_gateway
from pam_gateway.settings import GatewaySettings
from pam_persistence.main import serve
from pam_persistence.settings import PersistenceSettings
from pam_shared.bus.log_reader import Entry, LogReader
from pam_shared.contracts import subjects, topology
from pam_shared.contracts.conversation import LOG_EVENT, LogEvent, TurnFinished, TurnStarted, TurnStatus
from pam_shared.identity import Signer
from pam_shared.service import installed_services
from pam_shared.tools.worker import WorkerSettings, serve_tools
from pamctl.provisioning import provision_nats, provision_postgres
from services.gateway.tests import compass
from services.gateway.tests.compass import tools as compass_tools
from tests.harness.stack import free_port
from tests.harness.waiting import eventually


@pytest.fixture
def settings(keys):
    return GatewaySettings(
        postgres_url="postgresql://", identity_private_key=keys.private, identity_public_key=keys.public
    )


@pytest.fixture
async def log(bus) -> AsyncIterator[LogReader]:
    reader = LogReader(bus, topology.CONVERSATIONS)
    await reader.start()
    yield reader
    await reader.stop()


@pytest.fixture
def acceptance(bus, log, keys, settings) -> Acceptance:
    return Acceptance(bus, log, Signer(keys.private), settings)


@pytest.fixture
def incoming() -> Callable[..., Incoming]:
    """Make messages as clients send them."""

    def make(text="hello", **about) -> Incoming:
        given = {"id": uuid4(), "conversation": uuid4(), "text": text, "context": None, "request_id": "r1"}
        return Incoming(**given | about)

    return make


class Conversation:
    """One conversation's log: read, and written as an agent would."""

    def __init__(self, bus, log: LogReader, user: UUID, conversation: UUID) -> None:
        self.id = conversation
        self._bus = bus
        self._log = log
        self._user = user

    async def entries(self) -> list[Entry]:
        """Return all of the log."""
        return await self._log.read(f"{subjects.conversation(self._user, self.id)}.*")

    async def events(self) -> list[LogEvent]:
        """Return all of the log, read."""
        return [LOG_EVENT.validate_json(entry.body) for entry in await self.entries()]

    async def begin(self, turn: UUID, base: int = 1) -> None:
        """Write that a turn has begun."""
        await self._append(TurnStarted(turn=turn, attempt=1, nonce="n", delivered=1, base=base))

    async def finish(self, turn: UUID, base: int = 1, status: TurnStatus = TurnStatus.SUCCESS) -> None:
        """Write that a turn is over."""
        await self._append(TurnFinished(turn=turn, status=status, text="well", epoch=1, sequence=9, base=base))

    async def _append(self, event) -> None:
        subject = subjects.conversation_output(self._user, self.id)
        await self._bus.publish(topology.CONVERSATIONS, subject, event.model_dump_json().encode(), {})


@pytest.fixture
def conversation(bus, log, person) -> Conversation:
    """A conversation of the member in which nothing has been said."""
    return Conversation(bus, log, person.user, uuid4())


@pytest.fixture
async def another_acceptance(connect, keys, settings) -> AsyncIterator[Acceptance]:
    """Another gateway's way into the log."""
    bus = await connect("gateway")
    reader = LogReader(bus, topology.CONVERSATIONS)
    await reader.start()
    yield Acceptance(bus, reader, Signer(keys.private), settings)
    await reader.stop()


@pytest.fixture
async def recording(connect, databases, keys, administrator) -> AsyncIterator[Callable[[UUID], Awaitable[object]]]:
    """Have persistence at work; call it to wait until a conversation is on record."""
    settings = PersistenceSettings(postgres_url=databases["persistence"], identity_public_key=keys.public)

    async def recorded(conversation: UUID) -> object:
        question = "select 1 from persistence.pam_conversations where id = $1"
        return await eventually(lambda: administrator.fetchval(question, conversation))

    async with serve(await connect("persistence"), settings):
        yield recorded


@pytest.fixture
def gateway_at(connect, databases, keys) -> Callable[..., AbstractAsyncContextManager[str]]:
    """Serve a whole gateway and yield its URL; settings may be given by name."""

    @asynccontextmanager
    async def run(**about) -> AsyncIterator[str]:
        settings = GatewaySettings(
            postgres_url=databases["gateway"],
            identity_private_key=keys.private,
            identity_public_key=keys.public,
            port=free_port(),
            **{"rate_limits": "off"} | about,
        )
        async with serve_gateway(await connect("gateway"), settings):
            await eventually(lambda: _is_open(settings.port))
            yield f"http://127.0.0.1:{settings.port}"

    return run


async def _is_open(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@pytest.fixture(scope="session")
async def compass_url(nats, postgres_url) -> str:
    """The compass's own login, with its consumer of events."""
    connection = await nats_client.connect(nats)
    await provision_nats(connection, services=[*installed_services(), compass.SERVICE])
    await connection.close()
    name = compass.SERVICE.name
    return (await provision_postgres(postgres_url, [compass.SERVICE], {name: "of the compass"}))[name]


@pytest.fixture
async def compass_worker(connect, nats, compass_url, keys) -> AsyncIterator[None]:
    """A running compass."""
    settings = WorkerSettings(nats_url=nats, postgres_url=compass_url, identity_public_key=keys.public)
    async with serve_tools(await connect(compass.SERVICE.name), settings, compass_tools, "Where things are."):
        yield


@pytest.fixture
async def url(gateway_at, compass_worker) -> AsyncIterator[str]:
    """A gateway with a compass behind it."""
    async with gateway_at() as url:
        yield url
