"""``pamctl route``: what the rules make of a sentence."""

import json
import sys
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from typing import Annotated, Any

import typer

from pam_shared.contracts.tools import ToolManifest, Visibility
from pam_shared.errors import UnavailableError
from pam_shared.service import installed_services
from pamctl.catalogue import installed_workers

_ANSWERER = "agent"


def route(
    text: Annotated[str | None, typer.Argument(help="What a member says; else one sentence a line on stdin.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object, also for a single sentence.")] = False,
) -> None:
    """Show which tools the rules would call for a sentence. Nothing is called and nothing needs to run.

    While ``ask`` holds a question, its last call waits for the answer: ``missing`` names the empty slots. Example:
    pamctl route "log $40 for gas and tell me what's left this month"
    """
    routed = _router()
    if text is not None:
        found = routed(text)
        print(json.dumps(found) if as_json else _told(found))
        return
    for line in sys.stdin:
        if line.strip():
            print(json.dumps(routed(line.strip())), flush=True)


def _router() -> Callable[[str], dict[str, Any]]:
    """Return what routes a sentence. Raises UnavailableError where the agent is not installed."""
    agent = next((spec for spec in installed_services() if spec.name == _ANSWERER), None)
    if agent is None:
        raise UnavailableError("The rules are part of the agent: install pam-agent here, then try again.")
    find_route = import_module(f"{agent.module.rpartition('.')[0]}.rules").route
    tools, now = _offered(), datetime.now().astimezone()

    def routed(text: str) -> dict[str, Any]:
        found = find_route(text, tools, now)
        calls = [
            {"tool": call.tool, "arguments": call.arguments, "confidence": call.confidence, "rule": call.rule}
            for call in found.calls
        ]
        return {
            "calls": calls,
            "ask": found.ask,
            "missing": found.missing,
            "refused": found.refusal is not None,
        }

    return routed


def _offered() -> list[ToolManifest]:
    """Return the tools offered to members and operators, from the installed workers."""
    tools = (tool for worker in installed_workers() for tool in worker.tools)
    return [tool for tool in tools if tool.visibility is not Visibility.INTERNAL]


def _told(found: dict[str, Any]) -> str:
    if found["refused"]:
        return "refused"
    lines = [
        f"{call['tool']} {json.dumps(call['arguments'])}  ({call['confidence']}: {call['rule']})"
        for call in found["calls"]
    ]
    return "\n".join([*lines, *([f"asks: {found['ask']}"] if found["ask"] else [])]) or "no tool"
