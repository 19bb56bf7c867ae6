"""The NATS services protocol: who is running, with what tools. ``nats micro ls`` sees the same."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import orjson
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from uuid_utils import uuid7

from pam_shared.bus.connection import Bus
from pam_shared.clock import utc_now
from pam_shared.contracts import subjects
from pam_shared.contracts.tools import ServiceRecord, ToolManifest
from pam_shared.telemetry.logs import log

PREFIX = "$SRV"
MANIFEST = "pam.manifest"
VERSION = "0.1.0"
REFRESH_EVERY = 3.0
LISTEN_FOR = 0.25
FORGET_AFTER = 3 * REFRESH_EVERY
NOBODY: frozenset[str] = frozenset()


@dataclass
class Advertisement:
    """Answers $SRV.PING, INFO and STATS for one instance of a service, and says when it comes and goes."""

    bus: Bus
    description: str
    metadata: Callable[[], Mapping[str, str]] = dict
    tools: list[ToolManifest] = field(default_factory=list)
    queue: str = ""
    id: str = field(default_factory=lambda: str(uuid7()))
    started: str = field(default_factory=lambda: utc_now().isoformat())
    _subscriptions: list[Subscription] = field(default_factory=list)

    async def start(self) -> None:
        """Begin to answer, and announce the instance to whoever is listening."""
        for verb, answer in (("PING", self.ping), ("INFO", self.info), ("STATS", self.stats)):
            for subject in self._subjects(verb):
                self._subscriptions.append(await self.bus.nats.subscribe(subject, cb=_replying(answer)))
        await self.bus.nats.publish(subjects.SERVICE_ANNOUNCED, orjson.dumps(self.info()))

    async def stop(self) -> None:
        """Say goodbye and answer no more."""
        await self.bus.nats.publish(subjects.SERVICE_WITHDRAWN, orjson.dumps(self._head()))
        for subscription in self._subscriptions:
            await subscription.unsubscribe()

    def ping(self) -> dict[str, object]:
        """Return the answer to PING."""
        return self._head() | {"type": "io.nats.micro.v1.ping_response"}

    def info(self) -> dict[str, object]:
        """Return the answer to INFO; each tool's manifest is in its endpoint's metadata."""
        endpoints = [
            {
                "name": tool.name,
                "subject": tool.subject,
                "queue_group": self.queue,
                "metadata": {MANIFEST: tool.model_dump_json()},
            }
            for tool in self.tools
        ]
        kind = {"type": "io.nats.micro.v1.info_response", "description": self.description}
        return self._head() | kind | {"endpoints": endpoints}

    def stats(self) -> dict[str, object]:
        """Return the answer to STATS. Counts and times are in Prometheus; here is who runs since when."""
        endpoints = [{"name": tool.name, "subject": tool.subject, "queue_group": self.queue} for tool in self.tools]
        return self._head() | {
            "type": "io.nats.micro.v1.stats_response",
            "started": self.started,
            "endpoints": endpoints,
        }

    def _head(self) -> dict[str, object]:
        return {"name": self.bus.service, "id": self.id, "version": VERSION, "metadata": dict(self.metadata())}

    def _subjects(self, verb: str) -> tuple[str, str, str]:
        name = self.bus.service
        return f"{PREFIX}.{verb}", f"{PREFIX}.{verb}.{name}", f"{PREFIX}.{verb}.{name}.{self.id}"


def _replying(answer: Callable[[], dict[str, object]]) -> Callable[[Msg], Awaitable[None]]:
    async def reply(message: Msg) -> None:
        await message.respond(orjson.dumps(answer()))

    return reply


def record_of(info: bytes) -> ServiceRecord:
    """Read an INFO answer, of ours or of anyone else who speaks the protocol. Raises ValueError."""
    data = orjson.loads(info)
    if not isinstance(data, dict):
        raise ValueError("a description is an object")  # noqa: TRY004 - whoever calls asks for ValueError
    manifests = [(endpoint.get("metadata") or {}).get(MANIFEST) for endpoint in data.get("endpoints") or []]
    return ServiceRecord(
        id=data["id"],
        name=data["name"],
        version=data.get("version", ""),
        description=data.get("description", ""),
        metadata=data.get("metadata") or {},
        tools=[ToolManifest.model_validate_json(manifest) for manifest in manifests if manifest],
    )


class Directory:
    """Who is running, kept fresh: announcements at once, a round of $SRV.INFO every few seconds for the rest."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._seen: dict[str, tuple[float, ServiceRecord]] = {}
        self._read: dict[bytes, ServiceRecord] = {}
        self._tools: dict[str, ToolManifest] | None = None
        self._aliases: dict[str, ToolManifest] = {}
        self._offering: dict[str, frozenset[str]] = {}
        self._subscriptions: list[Subscription] = []
        self._task: asyncio.Task[None] | None = None
        self._inbox = ""

    @property
    def services(self) -> list[ServiceRecord]:
        """Every instance heard of lately."""
        return [record for _, record in self._seen.values()]

    @property
    def tools(self) -> dict[str, ToolManifest]:
        """Tools by name, each in its newest version."""
        if self._tools is None:
            found = [(tool, record.id) for record in self.services for tool in record.tools]
            self._tools = {tool.name: tool for tool, _ in sorted(found, key=lambda one: one[0].version)}
            self._aliases = {alias: tool for tool in self._tools.values() for alias in tool.aliases}
            self._offering = {}
            for tool, instance in found:
                self._offering[tool.name] = self.offering(tool.name) | {instance}
        return self._tools

    def resolve(self, name: str) -> ToolManifest | None:
        """Return the tool of that name or alias."""
        return self.tools.get(name) or self._aliases.get(name)

    def offering(self, name: str) -> frozenset[str]:
        """Return the ids of the instances that offer the tool of that name."""
        return self._offering.get(name, NOBODY) if self.tools else NOBODY

    async def start(self) -> None:
        """Listen, ask once, and keep asking."""
        nats = self._bus.nats
        self._inbox = nats.new_inbox()
        self._subscriptions = [
            await nats.subscribe(self._inbox, cb=self._on_info),
            await nats.subscribe(subjects.SERVICE_ANNOUNCED, cb=self._on_info),
            await nats.subscribe(subjects.SERVICE_WITHDRAWN, cb=self._on_withdrawn),
        ]
        await self._ask()
        await asyncio.sleep(LISTEN_FOR)
        self._task = asyncio.create_task(self._refresh())

    async def stop(self) -> None:
        """Stop listening."""
        if self._task:
            self._task.cancel()
        for subscription in self._subscriptions:
            await subscription.unsubscribe()

    async def _refresh(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_EVERY)
            try:
                await self._ask()
            except Exception as error:
                log.warning("discovery could not ask", error=repr(error))
            else:
                await asyncio.sleep(LISTEN_FOR)
                self._forget()

    async def _ask(self) -> None:
        await self._bus.nats.publish(f"{PREFIX}.INFO", b"", reply=self._inbox)

    def _forget(self) -> None:
        """Drop who has not answered for three rounds. While disconnected nobody answers, and nobody is dropped."""
        if not self._bus.nats.is_connected:
            return
        oldest = time.monotonic() - FORGET_AFTER
        self._seen = {key: value for key, value in self._seen.items() if value[0] >= oldest}
        self._tools = None
        self._read = {info: record for info, record in self._read.items() if record.id in self._seen}

    async def _on_info(self, message: Msg) -> None:
        if not message.data:
            return  # nobody answers: the server says so with an empty message
        record = self._read.get(message.data)
        if record is None:
            try:
                record = record_of(message.data)
            except (ValueError, KeyError, TypeError):
                log.warning("a service describes itself in a way we do not understand", subject=message.subject)
                return
        if self._seen.get(record.id, (0.0, None))[1] is not record:
            self._tools = None
        self._seen[record.id] = (time.monotonic(), record)
        self._read[message.data] = record

    async def _on_withdrawn(self, message: Msg) -> None:
        self._seen.pop(orjson.loads(message.data).get("id", ""), None)
        self._tools = None
