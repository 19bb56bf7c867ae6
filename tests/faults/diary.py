"""What one client was told, in the order it was told: the evidence the checker reads."""

import asyncio
import re
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import accumulate
from typing import Any
from uuid import UUID

from pam_shared.contracts import live
from pam_shared.contracts.live import Position
from tests.faults.model import Ask

TALK = re.compile(r"\bc[0-9a-f]{8}\b")


@dataclass
class Said:
    """A message of this client and what was said of it. Times are monotonic seconds.

    ``only_recorded`` is one that was answered and recorded before the log was lost.
    """

    id: UUID
    ask: Ask
    at: float
    sent: int = 0
    acked_at: float | None = None
    accepted_anew: int = 0
    errors: list[str] = field(default_factory=list)
    finished_at: float | None = None
    only_recorded: bool = False
    first_text_at: float | None = None
    acked: asyncio.Event = field(default_factory=asyncio.Event)
    finished: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def answered_in(self) -> float:
        """Seconds from the first sending to the end at this client; a minute if it never came."""
        return self.finished_at - self.at if self.finished_at else 60.0


@dataclass(frozen=True)
class Heard:
    """One event frame: where it stood, what it was, a hash of all of it, and when it came."""

    position: Position
    kind: str
    turn: UUID | None
    digest: str
    at: float


@dataclass(frozen=True)
class Joined:
    """From here on events follow ``position``; ``explicit`` where a snapshot said so, with the turns it ``told`` of."""

    position: Position | None
    explicit: bool
    at: float
    told: tuple[UUID, ...] = ()


@dataclass
class Absence:
    """A time without connection: when it began, when the client called again, when the conversation was open again."""

    code: int | None
    began: float
    called: float = 0.0
    ended: float | None = None


class Diary:
    """Hears every frame of one conversation at one client."""

    def __init__(self, conversation: UUID) -> None:
        self.conversation = conversation
        self.position: Position | None = None
        self.story: list[Heard | Joined] = []
        self.said: dict[UUID, Said] = {}
        self.texts: defaultdict[UUID, str] = defaultdict(str)
        self.ends: dict[UUID, str] = {}
        self.terminals: Counter[UUID] = Counter()
        self.told_by_snapshot: dict[UUID, str] = {}
        self.absences: list[Absence] = []
        self.errors: list[dict[str, Any]] = []
        self.foreign: list[str] = []
        self.drains = 0
        self._turn: UUID | None = None

    @property
    def running(self) -> bool:
        """Whether a turn is in the middle, as far as the client was told."""
        return self._turn is not None and not self.terminals[self._turn]

    @property
    def calling(self) -> bool:
        """Whether a tool was called last and has not answered."""
        kinds = [step.kind for step in self.story[-3:] if isinstance(step, Heard)]
        return kinds[-1:] == ["TOOL_CALL_END"]

    @property
    def turns(self) -> list[float]:
        """Seconds each message took to its end, once those before it were answered; a minute where it never came."""
        ends = accumulate((said.at + said.answered_in for said in self.said.values()), max, initial=0.0)
        return [
            said.at + said.answered_in - max(said.at, before)
            for said, before in zip(self.said.values(), ends, strict=False)
        ]

    def say(self, message: UUID, ask: Ask) -> Said:
        """Note a message that is about to be sent."""
        said = self.said[message] = Said(message, ask, time.monotonic())
        return said

    def unacked(self, older_than: float = 0.0) -> list[Said]:
        """Return the messages no ack came for, oldest first."""
        now = time.monotonic()
        return [said for said in self.said.values() if said.acked_at is None and now - said.at >= older_than]

    def left(self, code: int | None, *, was_open: bool) -> None:
        """Note that the connection is gone."""
        if was_open:
            self.absences.append(Absence(code, time.monotonic()))

    def calls(self) -> None:
        """Note that the client connects."""
        if self.absences:
            self.absences[-1].called = time.monotonic()

    def hear(self, frame: dict[str, Any], raw: str) -> None:
        """Take one frame."""
        if frame.get("conversation") not in {None, str(self.conversation)}:
            self.foreign.append(raw[:200])
            return
        match frame["type"]:
            case "event":
                self._event(frame, raw)
            case "opened":
                self._open(frame)
            case "snapshot":
                self._snapshot(frame)
            case "ack":
                self._ack(frame)
            case "error":
                self._error(frame)
            case "drain":
                self.drains += 1

    def _open(self, frame: dict[str, Any]) -> None:
        if self.absences and self.absences[-1].ended is None:
            self.absences[-1].ended = time.monotonic()
        if frame["recovered"]:
            self.story.append(Joined(_position(frame), explicit=False, at=time.monotonic()))
            self.position = _position(frame) or self.position

    def _snapshot(self, frame: dict[str, Any]) -> None:
        turns = [(message.get("metadata") or {}).get("turn") for message in frame["messages"]]
        told = {UUID(turn): message["content"] for turn, message in zip(turns, frame["messages"], strict=True) if turn}
        self.story.append(Joined(_position(frame), explicit=True, at=time.monotonic(), told=tuple(told)))
        self.position = _position(frame)
        self.told_by_snapshot |= told
        for turn in told:
            self._finish(turn)

    def _ack(self, frame: dict[str, Any]) -> None:
        said = self.said.get(UUID(frame["id"]))
        if said is None:
            self.foreign.append(f"an ack of {frame['id']}, which was never sent from here")
            return
        said.acked_at = said.acked_at or time.monotonic()
        said.accepted_anew += not frame["duplicate"]
        said.acked.set()

    def _error(self, frame: dict[str, Any]) -> None:
        self.errors.append(frame)
        said = self.said.get(UUID(frame["id"])) if frame.get("id") else None
        if said:
            said.errors.append(frame["code"])

    def _event(self, frame: dict[str, Any], raw: str) -> None:
        event = frame["event"]
        kind = event["type"] if event["type"] != "CUSTOM" else event["name"]
        self.position = Position(epoch=frame["epoch"], sequence=frame["sequence"])
        if kind in {"RUN_STARTED", live.SO_FAR, live.SUPERSEDED}:
            self._turn = UUID(event.get("runId") or event["value"]["turn"])
            self.texts[self._turn] = event.get("value", {}).get("text", "")
        if kind == "TEXT_MESSAGE_CONTENT" and self._turn:
            self._text(event["delta"])
        turn = UUID(event["runId"]) if "runId" in event else self._turn
        if kind in live.TERMINAL and turn:
            self.terminals[turn] += 1
            self.ends[turn] = (event.get("outcome") or {}).get("type", "failed")
            self._finish(turn)
        self.story.append(Heard(self.position, kind, turn, digest(raw.encode()), time.monotonic()))

    def _text(self, delta: str) -> None:
        self.texts[self._turn] += delta
        said = self.said.get(self._turn)
        if said and said.first_text_at is None:
            said.first_text_at = time.monotonic()
        self.foreign += [name for name in TALK.findall(delta) if name != f"c{self.conversation.hex[:8]}"]

    def _finish(self, turn: UUID) -> None:
        said = self.said.get(turn)
        if said and said.finished_at is None:
            said.finished_at = time.monotonic()
            said.finished.set()


def digest(raw: bytes) -> str:
    """Return a short hash of a frame as it came."""
    return blake2b(raw, digest_size=8).hexdigest()


def _position(frame: dict[str, Any]) -> Position | None:
    return Position.model_validate(frame["position"]) if frame.get("position") else None
