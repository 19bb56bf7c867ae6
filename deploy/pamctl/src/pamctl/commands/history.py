"""``pamctl history``: what was said."""

import json
from datetime import datetime
from typing import Annotated

import typer

from pamctl.member import member_of
from pamctl.settings import load_settings


def history(
    user: Annotated[str, typer.Option(help="The member, by a short name.")] = "me",
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many messages, the newest.")] = 50,
    url: Annotated[str | None, typer.Option(help="The gateway, if it is not this machine's.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the messages of the member's current conversation, the newest last.

    Example: pamctl history --user anna
    """
    member = member_of(load_settings(), user, url)
    path = f"/api/v1/conversations/{member.conversation}/messages"
    page = member.ask("GET", path, params={"limit": limit})
    if as_json:
        print(json.dumps(page["messages"], indent=2))
        return
    for message in page["messages"]:
        at = datetime.fromisoformat(message["created_at"]).astimezone()
        who = "you" if message["role"] == "user" else "pam"
        print(f"{at:%Y-%m-%d %H:%M:%S}  {who}: {message['content']}")
    if not page["messages"]:
        print('Nothing was said yet. Try `pamctl chat "hello"`.')
