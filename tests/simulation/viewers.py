"""A client as the gateway serves it, with the gateway's own feed, channels and replay: what it sees must be whole."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from pydantic import BaseModel

from pam_gateway.kept import Kept
from pam_gateway.live_feed import Frame, LiveFeed
from pam_gateway.replay import Replay
from pam_gateway.sockets.channels import Channels
from pam_shared.bus.connection import Bus
from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import frames, topology
from pam_shared.contracts.conversation import TurnFinished, TurnStatus
from pam_shared.contracts.identity import Identity, Role
from pam_shared.contracts.live import SO_FAR, SUPERSEDED, Position
from pam_shared.contracts.queries import MessagesPage, StoredMessage
from pam_shared.errors import PamError
from tests.simulation.clock import Process
from tests.simulation.invariants import Talk

if TYPE_CHECKING:
    from tests.simulation.world import World

OPEN_AGAIN_AFTER = 0.5
CONVERSATIONS_MAX = 16


class Record(Replay):
    """The gateway's replay, with a history that records what is in the log at once."""

    def __init__(self, world: "World", bus: Bus) -> None:
        self._world = world
        self._live = LogReader(bus, topology.LIVE)
        self._kept = Kept(self._live)
        self._log = LogReader(bus, topology.CONVERSATIONS)

    async def start(self) -> None:
        """Subscribe what is read over."""
        await self._live.start()
        await self._log.start()

    def ends(self, conversation: UUID) -> set[str]:
        """Return the turns whose answers are in the log."""
        talk = self._world.log.talks.get(conversation, Talk())
        return {str(turn) for turn, told in talk.turns.items() if told.finished}

    async def history(self, _who: Identity, conversation: UUID, _page: Any = None) -> MessagesPage:
        """Return the answers that are in the log."""
        talk = self._world.log.talks.get(conversation)
        ends = [told.finished for told in talk.turns.values() if told.finished] if talk else []
        now = self._world.loop.utc_now()
        return MessagesPage(
            messages=[StoredMessage(id=end.turn, role="assistant", content=end.text, created_at=now) for end in ends]
        )


@dataclass
class Screen:
    """What a client shows of one conversation. ``whole`` are the turns it saw from their beginning on."""

    position: Position | None = None
    ended: dict[str, Position] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    texts: dict[str, str] = field(default_factory=dict)
    turn: str = ""
    whole: set[str] = field(default_factory=set)


@dataclass(eq=False)
class Viewer:
    """One client with every conversation of a member open: the sink of the gateway's channels."""

    world: "World"
    user: UUID
    on_room: Callable[[], None] = lambda: None
    has_room: bool = True
    screens: dict[UUID, Screen] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.process = Process("viewer")
        self.client = self.world.connect("viewer", self.process)

    async def start(self) -> None:
        """Connect to the member's live events."""
        bus = Bus("gateway", "simulated")
        await bus.connect()
        self._replay = Record(self.world, bus)
        await self._replay.start()
        who = Identity(user=self.user, roles=frozenset({Role.MEMBER}), session=self.user, expires_at=2**40, turn=None)
        self._channels = Channels(who, self._replay, self, CONVERSATIONS_MAX)
        await LiveFeed(bus).join(self.user, self._channels)

    async def open(self, conversation: UUID) -> None:
        """Open a conversation where the client stands in it; one that stands nowhere asks for the history."""
        screen = self.screens.setdefault(conversation, Screen())
        while True:
            position = screen.position
            try:
                await self._channels.open(conversation, position)
            except PamError:
                await asyncio.sleep(OPEN_AGAIN_AFTER)
            else:
                break
        if position is None:
            screen.known |= self._replay.ends(conversation)

    def put(self, frame: BaseModel) -> None:
        """Take a frame of the gateway's own."""
        if isinstance(frame, frames.Snapshot):
            screen = self.screens[frame.conversation]
            screen.position, screen.turn = frame.position, ""
            screen.known |= {str(message.id) for message in frame.messages}
            screen.whole.clear()

    def put_event(self, frame: Frame) -> None:
        """Take an event, which must be the one after the last."""
        screen = self.screens[frame.conversation]
        if not _follows(screen.position, frame):
            self.world.complain(f"G3: a client at {screen.position} is sent {frame.position}")
        screen.position = frame.position
        self._show(screen, frame, orjson.loads(frame.raw)["event"])

    def close(self, _code: int, _reason: str = "") -> None:
        """Be closed by the gateway: come again, and resume."""
        self.world.tell("viewer", "is closed")
        for conversation in self.screens:
            self._channels.close(conversation)
            self.world.loop.create_task(self.open(conversation), context=self.process.context())

    def faults(self, talks: dict[UUID, Talk]) -> Iterator[str]:
        """Yield what the client has not been shown as it is."""
        for conversation, screen in self.screens.items():
            talk = talks.get(conversation, Talk())
            for end in (told.finished for told in talk.turns.values() if told.finished):
                yield from _unseen(screen, end)

    def _show(self, screen: Screen, frame: Frame, event: dict[str, Any]) -> None:
        if frame.kind == "RUN_STARTED":
            screen.turn = event["runId"]
            screen.whole.add(screen.turn)
        elif frame.kind == SUPERSEDED:
            screen.texts.pop(event["value"]["turn"], None)
        elif frame.kind == SO_FAR:
            screen.turn = event["value"]["turn"]
            screen.texts[screen.turn] = event["value"]["text"]
        elif frame.kind == "TEXT_MESSAGE_CONTENT":
            screen.texts[screen.turn] = screen.texts.get(screen.turn, "") + event["delta"]
        elif frame.terminal:
            self._end(screen, event.get("runId") or screen.turn, frame.position)

    def _end(self, screen: Screen, turn: str, position: Position) -> None:
        if turn in screen.ended:
            self.world.complain(f"G1: a client sees turn {turn} end at {screen.ended[turn]} and at {position}")
        screen.ended[turn] = position


def _unseen(screen: Screen, end: TurnFinished) -> Iterator[str]:
    turn = str(end.turn)
    if turn not in screen.ended and turn not in screen.known:
        yield f"G1: a client never heard of the end of turn {turn}"
    shown = screen.texts.get(turn, "")
    if turn in screen.whole and end.status is TurnStatus.SUCCESS and not shown.endswith(end.text):
        yield f"G3: a client shows {shown!r} for turn {turn}, which ended with {end.text!r}"


def _follows(position: Position | None, frame: Frame) -> bool:
    """Whether a client may be sent the frame: nothing of an attempt is left out, but before where it is said whole."""
    if position is None or frame.kind == SO_FAR:
        return True
    return position.precedes(frame.position)
