"""``pamctl chat``: talk to PAM."""

import asyncio
import sys
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console

from pam_shared.clock import spoken_age, utc_now
from pam_shared.contracts import live
from pam_shared.contracts.tools import Cited, SourceKind
from pamctl.chat_client import ChatClient
from pamctl.clock import local_zone
from pamctl.member import Member, member_of
from pamctl.settings import load_settings

_console = Console(stderr=True, highlight=False)


def chat(
    text: Annotated[str | None, typer.Argument(help="What to say; without it a conversation begins.")] = None,
    user: Annotated[str, typer.Option(help="The member who speaks, by a short name; signed up at first use.")] = "me",
    url: Annotated[str | None, typer.Option(help="The gateway, if it is not this machine's.")] = None,
    *,
    new: Annotated[bool, typer.Option("--new", help="Begin another conversation.")] = False,
) -> None:
    """Say something to PAM and read the answer as it comes.

    Example: pamctl chat 'I spent $45 on gas' --user anna
    """
    member = member_of(load_settings(), user, url)
    if new:
        member.start_conversation()
    failed = asyncio.run(_talk(member, [text] if text else None))
    raise typer.Exit(1 if failed else 0)


async def _talk(member: Member, texts: list[str] | None) -> bool:
    """Say each text, or what is typed; return whether the last turn failed."""
    failed = False
    user = await asyncio.to_thread(lambda: member.user)
    async with ChatClient(member.url, user, member.conversation, member.token, _notice) as client:
        if texts is None:
            _notice("Ctrl-D ends the conversation.")
        while (text := texts.pop(0) if texts else await _typed(ended=texts is not None)) is not None:
            failed = await _show(client, text)
    return failed


async def _typed(*, ended: bool) -> str | None:
    """Return the next line a person types, or None at the end."""
    while not ended:
        try:
            line = await asyncio.to_thread(input, "you: ")
        except EOFError:
            break
        if line.strip():
            return line
    return None


async def _show(client: ChatClient, text: str) -> bool:
    calls: dict[str, str] = {}
    behind: list[str] = []
    async for event in client.say(text, {"timezone": local_zone()}):
        match event["type"]:
            case "TEXT_MESSAGE_CONTENT":
                sys.stdout.write(event["delta"])
                sys.stdout.flush()
            case "TOOL_CALL_START":
                calls[event["toolCallId"]] = event["toolCallName"]
            case "TOOL_CALL_RESULT":
                _notice(_told(calls.get(event["toolCallId"], "tool"), event["content"]))
            case "CUSTOM" if event["name"] == live.SOURCES:
                behind.append(_cited(live.Sources.model_validate(event["value"]).sources))
            case "CUSTOM" if event["name"] == live.REMEMBERED:
                behind.append(event["value"]["message"])
            case "CUSTOM":
                _custom(event)
            case "RUN_ERROR":
                print(f"\nThat did not work: {event['message']}")
                return True
    print()
    for line in behind:
        _notice(line)
    return False


def _custom(event: dict[str, Any]) -> None:
    if event["name"] == live.SUPERSEDED:
        print("\n(starting over)")
    elif message := event.get("value", {}).get("message"):
        _notice(message)


def _told(tool: str, content: str) -> str:
    reply = orjson.loads(content)
    return f"· {tool}: {'done' if reply['outcome'] in {'ok', 'no_results'} else reply.get('message', 'failed')}"


def _cited(sources: list[Cited]) -> str:
    """Return where an answer is from, in a line; the member's records are as old as the answer."""
    return " · ".join(source.name if source.kind is SourceKind.RECORDS else _dated(source) for source in sources)


def _dated(source: Cited) -> str:
    return f"{source.name}, {'sample figures' if source.sample else spoken_age(utc_now() - source.as_of)}"


def _notice(line: str) -> None:
    _console.print(line, style="dim")
