"""``pamctl dead-letters``: what consumers gave up on."""

import asyncio
import base64
import json
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from pam_shared.bus.connection import Bus
from pam_shared.bus.queries import ask
from pam_shared.contracts import headers, subjects
from pam_shared.contracts import queries as asked
from pam_shared.errors import NotFoundError
from pamctl.operator import connected
from pamctl.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="List, show, replay or discard what consumers gave up on.")

Letter = Annotated[UUID, typer.Argument(help="The dead letter's id.")]

_BASE64 = "base64:"


@app.command("list")
def list_(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List open dead letters, the newest first.

    Example: pamctl dead-letters list
    """
    page = asyncio.run(_letters(asked.DeadLettersQuery(limit=100)))
    if as_json:
        print(json.dumps([letter.model_dump(mode="json") for letter in page], indent=2))
        return
    table = Table("id", "at", "stream", "consumer", "attempts", "error", box=None, pad_edge=False)
    for letter in page:
        at = f"{letter.created_at:%Y-%m-%d %H:%M:%S}"
        error = letter.last_error.splitlines()[0][:80]
        table.add_row(str(letter.id), at, letter.stream, letter.consumer, str(letter.attempts), error)
    Console().print(table if page else "There are no dead letters.")


@app.command()
def show(letter: Letter) -> None:
    """Print one dead letter, whole.

    Example: pamctl dead-letters show 01a1fc0e-0000-7000-8000-000000000000
    """
    print(asyncio.run(_one(letter)).model_dump_json(indent=2))


@app.command()
def replay(letter: Letter) -> None:
    """Publish the original again, with its own idempotency key: what was done already is not done twice.

    Example: pamctl dead-letters replay 01a1fc0e-0000-7000-8000-000000000000
    """
    asyncio.run(_replay(letter))
    print(f"{letter} was published again.")


@app.command()
def discard(letter: Letter) -> None:
    """Close a dead letter without doing anything.

    Example: pamctl dead-letters discard 01a1fc0e-0000-7000-8000-000000000000
    """
    asyncio.run(_discard(letter))
    print(f"{letter} is discarded.")


async def _letters(question: asked.DeadLettersQuery) -> list[asked.StoredDeadLetter]:
    async with connected(load_settings()) as bus:
        page = await ask(bus, subjects.operator(asked.DEAD_LETTERS), question, asked.DeadLettersPage, {})
        return page.dead_letters


async def _one(letter: UUID) -> asked.StoredDeadLetter:
    found = await _letters(asked.DeadLettersQuery(id=letter))
    if not found:
        raise NotFoundError(f"There is no open dead letter {letter}: `pamctl dead-letters list` shows them.")
    return found[0]


async def _replay(letter: UUID) -> None:
    found = await _one(letter)
    body = found.payload
    raw = base64.b64decode(body.removeprefix(_BASE64)) if body.startswith(_BASE64) else body.encode()
    # A new id for the stream, which has seen the old one; the key that matters is in the payload.
    values = {name: value for name, value in found.headers.items() if not name.startswith("Nats-")}
    values[headers.MESSAGE_ID] = f"replay:{found.id}"
    async with connected(load_settings()) as bus:
        await bus.publish(found.stream, found.subject, raw, values)
        await _close(bus, letter, "replayed")


async def _discard(letter: UUID) -> None:
    async with connected(load_settings()) as bus:
        if not await _close(bus, letter, "discarded"):
            raise NotFoundError(f"There is no open dead letter {letter}: `pamctl dead-letters list` shows them.")


async def _close(bus: Bus, letter: UUID, resolution: str) -> bool:
    command = asked.DiscardDeadLetter.model_validate({"id": letter, "resolution": resolution})
    reply = await ask(bus, subjects.operator(asked.DISCARD_DEAD_LETTER), command, asked.Discarded, {})
    return reply.found
