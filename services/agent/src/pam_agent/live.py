"""What clients see while a turn runs: AG-UI events, numbered, text gathered into as few as the eye needs."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import orjson
from ag_ui.core import (
    BaseEvent,
    CustomEvent,
    Interrupt,
    RunErrorEvent,
    RunFinishedCancelledOutcome,
    RunFinishedEvent,
    RunFinishedInterruptOutcome,
    RunFinishedSuccessOutcome,
    RunStartedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ToolCallArgsEvent,
    ToolCallEndEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

from pam_shared.bus.connection import Bus
from pam_shared.contracts import live, subjects, topology
from pam_shared.contracts.conversation import Approval, ToolUseBlock, TurnFinished, TurnStatus, answer_id
from pam_shared.contracts.tools import Cited, ToolReply
from pam_shared.errors import INTERNAL, UnavailableError

SURELY_TIMES = 10
SURELY_WITHIN = 2.0
SURELY_AGAIN_AFTER = 0.2
GATHER_FOR = 0.04
GATHER_MAX = 512
THINKING_AFTER = 2.0
STILL_WORKING_AFTER = 5.0


class Live:
    """The events of one attempt. Nothing is sent before :meth:`begin`: an attempt that is fenced off says nothing."""

    def __init__(self, bus: Bus, user: UUID, conversation: UUID, turn: UUID) -> None:
        self._bus = bus
        self._subject = subjects.live(user, conversation)
        self._conversation = conversation
        self._turn = turn
        self._message = str(answer_id(turn))
        self._epoch = 0
        self._sequence = 0
        self._frames: list[bytes] = []
        self._kept_place: int | None = None
        self._surely = False
        self._order = asyncio.Lock()
        self._pending: list[str] = []
        self._pending_size = 0
        self._sent_at = 0.0
        self._speaking = False
        self._notices: asyncio.Task[None] | None = None
        self._waiting: asyncio.TimerHandle | None = None
        self._later: asyncio.Task[None] | None = None
        self.text = ""

    @property
    def next_position(self) -> live.Position:
        """Where the next event will stand."""
        return live.Position(epoch=self._epoch, sequence=self._sequence + 1)

    async def begin(self, epoch: int, *, takeover: bool) -> None:
        """Open the attempt for clients; a takeover tells them first to drop the unfinished text of this turn."""
        self._epoch = epoch
        if takeover:
            self._add(CustomEvent(name=live.SUPERSEDED, value={"turn": str(self._turn)}))
        self._add(
            RunStartedEvent(
                thread_id=str(self._conversation), run_id=str(self._turn), protocol_version=live.PROTOCOL_VERSION
            )
        )
        await self._publish()
        self._notices = asyncio.create_task(self._notice())

    async def say(self, text: str) -> None:
        """Show text: the first token at once, then gathered for 40 ms or 512 characters."""
        if not text:
            return
        self.text += text
        self._pending.append(text)
        self._pending_size += len(text)
        if not self._speaking:
            self._speaking = True
            self._add(TextMessageStartEvent(message_id=self._message, role="assistant"))
        elif time.monotonic() - self._sent_at < GATHER_FOR and self._pending_size < GATHER_MAX:
            self._waiting = self._waiting or asyncio.get_running_loop().call_later(GATHER_FOR, self._show_waiting)
            return
        self._gather()
        await self._publish()

    async def tools_called(self, calls: Iterable[ToolUseBlock]) -> None:
        """Show all text so far, and which tools are called, with what."""
        self._gather()
        for call in calls:
            self._add(ToolCallStartEvent(tool_call_id=call.id, tool_call_name=call.name))
            self._add(ToolCallArgsEvent(tool_call_id=call.id, delta=orjson.dumps(call.input).decode()))
            self._add(ToolCallEndEvent(tool_call_id=call.id))
        await self._publish()

    async def tool_returned(self, tool_use_id: str, reply: ToolReply) -> None:
        """Show what a tool answered."""
        content = reply.model_dump_json(exclude_none=True)
        self._add(ToolCallResultEvent(message_id=f"{tool_use_id}:result", tool_call_id=tool_use_id, content=content))
        await self._publish()

    async def custom(self, name: str, value: dict[str, Any]) -> None:
        """Send one of PAM's own events."""
        self._add(CustomEvent(name=name, value=value))
        await self._publish()

    async def close_text(self, sources: Sequence[Cited] = ()) -> None:
        """Show the rest of the text, end the message and say where it is from; what follows is the terminal event."""
        self.stop()
        self._gather()
        if self._speaking:
            self._add(TextMessageEndEvent(message_id=self._message))
            self._speaking = False
        if sources:
            value = live.Sources(sources=[*sources]).model_dump(mode="json")
            self._add(CustomEvent(name=live.SOURCES, value=value))
        await self._publish()

    @contextmanager
    def reserved(self) -> Iterator[live.Position]:
        """Keep the next place for an event that :meth:`fill` brings; what is said meanwhile waits behind it."""
        self._sequence += 1
        self._kept_place = len(self._frames)
        self._frames.append(b"")
        try:
            yield live.Position(epoch=self._epoch, sequence=self._sequence)
        finally:
            if self._kept_place is not None and not self._frames[self._kept_place]:
                # Nothing stands there: the attempt was fenced off, and clients are told of its successor.
                del self._frames[self._kept_place]
            self._kept_place = None

    def fill(self, finished: TurnFinished) -> None:
        """Put the terminal event of another turn at the reserved place."""
        if self._kept_place is not None:
            self._frames[self._kept_place] = self._terminal(finished)
            self._surely = True

    async def flush(self) -> None:
        """Send what waits."""
        await self._publish()

    async def finish(self, finished: TurnFinished) -> None:
        """Send the terminal event where ``finished`` says it stands. Safe to repeat: clients know the position."""
        async with self._order:
            await self._say_surely(self._terminal(finished))

    async def _say_surely(self, body: bytes) -> None:
        """Say what nobody else will say: until LIVE has it. Raises UnavailableError when that is never."""
        for left in reversed(range(SURELY_TIMES)):
            try:
                await self._bus.publish(topology.LIVE, self._subject, body, {}, SURELY_WITHIN)
            except UnavailableError:
                if not left:
                    raise
                await asyncio.sleep(SURELY_AGAIN_AFTER)
            else:
                return

    def repeat(self) -> None:
        """Say the running turn whole, as soon as LIVE can hold it: events sent before may be lost."""
        self._gather()
        value = {"turn": str(self._turn), "text": self.text} | ({"message": self._message} if self._speaking else {})
        self._add(CustomEvent(name=live.SO_FAR, value=value))
        self._surely = True
        self._later = asyncio.create_task(self._publish())

    def stop(self) -> None:
        """Send nothing more by itself."""
        for running in (self._notices, self._waiting, self._later):
            if running:
                running.cancel()

    def _terminal(self, finished: TurnFinished) -> bytes:
        position = live.Position(epoch=finished.epoch, sequence=finished.sequence)
        return live.encode(self._conversation, position, terminal_event(self._conversation, finished))

    def _show_waiting(self) -> None:
        """Show gathered text though nothing follows it: the model may pause in mid-sentence."""
        self._waiting = None
        self._gather()
        self._later = asyncio.create_task(self._publish())

    def _gather(self) -> None:
        """Make one event of the text that waits."""
        if self._pending:
            delta = "".join(self._pending)
            self._pending.clear()
            self._pending_size = 0
            self._sent_at = time.monotonic()
            self._add(TextMessageContentEvent(message_id=self._message, delta=delta))

    def _add(self, event: BaseEvent) -> None:
        self._sequence += 1
        position = live.Position(epoch=self._epoch, sequence=self._sequence)
        self._frames.append(live.encode(self._conversation, position, event))

    async def _publish(self) -> None:
        """Send the events that wait, all in one message; none while a place among them is reserved."""
        async with self._order:
            if not self._frames or self._kept_place is not None:
                return
            body = live.FRAME_SEPARATOR.join(self._frames)
            self._frames.clear()
            surely, self._surely = self._surely, False
            await (self._say_surely(body) if surely else self._bus.nats.publish(self._subject, body))

    async def _notice(self) -> None:
        """Tell a waiting member that work goes on, as long as no text has come."""
        await asyncio.sleep(THINKING_AFTER)
        if not self.text:
            await self.custom(live.THINKING, {"message": "PAM is thinking"})
        await asyncio.sleep(STILL_WORKING_AFTER - THINKING_AFTER)
        await self.custom(live.STILL_WORKING, {"message": "Still working on it", "partial": self.text})


def terminal_event(conversation: UUID, finished: TurnFinished) -> BaseEvent:
    """Return the one event that ends a turn for clients."""
    if finished.status is TurnStatus.FAILED:
        problem = finished.error or INTERNAL
        return RunErrorEvent(message=problem.message, code=problem.code)
    ids = {"thread_id": str(conversation), "run_id": str(finished.turn)}
    if finished.status is TurnStatus.CANCELLED:
        # What a member must know after stopping it: what has happened all the same.
        told = {"done": [used.name for used in finished.tools], "not_done": finished.not_run}
        return RunFinishedEvent(outcome=RunFinishedCancelledOutcome(), result=told, **ids)
    if finished.status is TurnStatus.INTERRUPT:
        waiting = [_interrupt(approval) for approval in finished.approvals]
        return RunFinishedEvent(outcome=RunFinishedInterruptOutcome(interrupts=waiting), **ids)
    return RunFinishedEvent(outcome=RunFinishedSuccessOutcome(), **ids)


def _interrupt(approval: Approval) -> Interrupt:
    return Interrupt(
        id=str(approval.id),
        reason="approval",
        message=approval.message,
        tool_call_id=approval.tool_use_id,
        expires_at=approval.expires_at.isoformat(),
        metadata={"tool": approval.tool, "arguments": approval.arguments},
    )
