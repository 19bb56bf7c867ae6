"""``pamctl call``: call one tool."""

import json
from typing import Annotated, Any
from uuid import uuid4

import typer

from pamctl.clock import local_zone
from pamctl.member import RefusedError, member_of
from pamctl.settings import load_settings


def call(
    tool: Annotated[str, typer.Argument(help="The tool's name or alias; `pamctl tools` lists them.")],
    arguments: Annotated[list[str] | None, typer.Argument(help="key=value …; a value may be JSON.")] = None,
    user: Annotated[str, typer.Option(help="The member on whose behalf, by a short name.")] = "me",
    key: Annotated[str | None, typer.Option(help="Idempotency key: the same key has its effect once.")] = None,
    url: Annotated[str | None, typer.Option(help="The gateway, if it is not this machine's.")] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, do nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole reply as JSON.")] = False,
) -> None:
    """Call a tool as a member, with the same checks as the model's calls. Exit code 1 when it fails.

    Example: pamctl call create_expense amount=45 category=gas
    """
    body = {
        "tool": tool,
        "arguments": dict(_argument(item) for item in arguments or []),
        "dry_run": dry_run,
        "timezone": local_zone(),
    }
    member = member_of(load_settings(), user, url)
    headers = {"Idempotency-Key": key or str(uuid4())}
    reply = member.ask("POST", "/api/v1/pam/tools/execute", json=body, headers=headers)
    print(json.dumps(reply, indent=2) if as_json else _told(reply))
    raise typer.Exit(0 if reply["outcome"] in {"ok", "no_results"} else 1)


def _argument(item: str) -> tuple[str, Any]:
    name, sign, value = item.partition("=")
    if not sign or not name:
        raise RefusedError(f"{item!r} is not key=value, such as amount=45.")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def _told(reply: dict[str, Any]) -> str:
    data = reply.get("data")
    return str(reply["message"]) + (f"\n{json.dumps(data, indent=2)}" if data else "")
