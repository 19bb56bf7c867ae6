"""``pamctl explain``: how an answer came about."""

import asyncio
import json
from collections.abc import Iterator
from importlib import import_module
from typing import Annotated, Any
from uuid import UUID

import typer

from pam_shared.bus.log_reader import Entry, LogReader
from pam_shared.clock import utc_now
from pam_shared.contracts import headers, subjects, topology
from pam_shared.contracts.conversation import (
    LOG_EVENT,
    LogEvent,
    MessageReceived,
    ModelReplied,
    ToolReturned,
    ToolUseBlock,
    TurnFinished,
    TurnStarted,
)
from pam_shared.errors import NotFoundError, UnavailableError
from pam_shared.service import installed_services
from pamctl.member import member_of
from pamctl.operator import connected
from pamctl.settings import PamctlSettings, load_settings

_ANSWERER = "agent"


def explain(
    conversation: Annotated[UUID | None, typer.Argument(help="Its id; without it the member's current one.")] = None,
    turn: Annotated[UUID | None, typer.Argument(help="The id of the message; without it the newest.")] = None,
    user: Annotated[str, typer.Option(help="The member, by a short name.")] = "me",
) -> None:
    """Tell how an answer came about, with each step of its turn in the log: times, calls, arguments, trace.

    Example: pamctl explain --user anna
    """
    settings = load_settings()
    entries = asyncio.run(_log(settings, conversation or member_of(settings, user, None).conversation))
    record = _record(entries, turn)
    print("\n".join(_part("explanation").account(record, utc_now())))
    for entry in entries:
        for line in _step(entry, record.message.id):
            print(f"{entry.time.astimezone():%H:%M:%S.%f}  {line}")


async def _log(settings: PamctlSettings, conversation: UUID) -> list[Entry]:
    """Return what the log holds of a conversation, whosever it is."""
    async with connected(settings) as bus:
        reader = LogReader(bus, topology.CONVERSATIONS)
        await reader.start()
        entries = await reader.read(subjects.conversation_of_anybody(conversation))
        await reader.stop()
    # Two members may have chosen one id; the first one's is meant.
    return [entry for entry in entries if entry.subject.startswith(entries[0].subject.rpartition(".")[0])]


def _record(entries: list[Entry], turn: UUID | None) -> Any:
    """Return a turn as the agent reads it. Raises NotFoundError, and UnavailableError where no agent is installed."""
    state = _part("conversation").Conversation()
    for entry in entries:
        state.fold(entry)
    found = state.turns.get(turn) if turn else next(reversed(state.turns.values()), None)
    if found is None:
        raise NotFoundError("The log holds no such turn; it keeps a week. `pamctl history` shows what was said.")
    return found


def _part(name: str) -> Any:
    """Return a module of the agent, which no other package imports."""
    agent = next((spec for spec in installed_services() if spec.name == _ANSWERER), None)
    if agent is None:
        raise UnavailableError("The agent knows how to read its log: install pam-agent here, then try again.")
    return import_module(f"{agent.module.rpartition('.')[0]}.{name}")


def _step(entry: Entry, turn: UUID) -> Iterator[str]:
    """Yield a line for each thing an entry of the turn did."""
    try:
        event = LOG_EVENT.validate_json(entry.body)
    except ValueError:
        return
    if (event.id if isinstance(event, MessageReceived) else event.turn) == turn:
        trace = entry.headers.get(headers.TRACEPARENT, "-none-").split("-")[1]
        yield from _done(event, trace)


def _done(event: LogEvent, trace: str) -> list[str]:
    match event:
        case MessageReceived():
            return [f"message received, trace {trace}"]
        case TurnStarted():
            return [f"attempt {event.attempt} began, trace {trace}"]
        case ModelReplied():
            uses = (block for block in event.content if isinstance(block, ToolUseBlock))
            return [f"{event.model} asks for {use.name} {json.dumps(use.input)}  {use.id}" for use in uses]
        case ToolReturned():
            return [f"{event.tool}: {event.reply.outcome}  {event.tool_use_id}"]
        case TurnFinished():
            return [f"finished: {event.status}"]
    return []
