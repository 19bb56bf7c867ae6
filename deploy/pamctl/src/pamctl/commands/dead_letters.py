"""``pamctl dead-letters``: what consumers gave up on."""

import asyncio
import json
from typing import Annotated
from uuid import UUID

import typer

from pam_shared.bus.connection import Bus
from pam_shared.bus.queries import ask
from pam_shared.contracts import queries as asked
from pam_shared.contracts import subjects
from pam_shared.errors import NotFoundError
from pamctl.commands.table import print_table
from pamctl.operator import connected
from pamctl.replay import publish_again
from pamctl.servers import signing_key
from pamctl.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="List, show, replay or discard what consumers gave up on.")

Letter = Annotated[UUID, typer.Argument(help="The dead letter's id.")]


@app.command("list")
def list_(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List open dead letters, the newest first.

    Example: pamctl dead-letters list
    """
    page = asyncio.run(_letters(asked.DeadLettersQuery(limit=100)))
    if as_json:
        print(json.dumps([letter.model_dump(mode="json") for letter in page], indent=2))
        return
    if not page:
        print("There are no dead letters.")
        return
    print_table(("id", "at", "stream", "consumer", "attempts", "error"), map(_row, page))


@app.command()
def show(letter: Letter) -> None:
    """Print one dead letter, whole.

    Example: pamctl dead-letters show 01a1fc0e-0000-7000-8000-000000000000
    """
    print(asyncio.run(_one(letter)).model_dump_json(indent=2))


@app.command()
def replay(letter: Letter) -> None:
    """Have the original processed again; however often it is replayed, that has one effect.

    What persistence gave up it records itself. A member's message that killed its agent is sent again in their name, as
    another message with an id that follows from the first: the failed turn stays in the history, and what it had done
    is not undone. Anything else is published again with its own idempotency key. For a PAM elsewhere
    PAM_IDENTITY_PRIVATE_KEY must be the gateway's, to speak for the member.

    Example: pamctl dead-letters replay 01a1fc0e-0000-7000-8000-000000000000
    """
    asyncio.run(_replay(letter))
    print(f"{letter} is replayed.")


@app.command()
def discard(letter: Letter) -> None:
    """Close a dead letter without doing anything.

    Example: pamctl dead-letters discard 01a1fc0e-0000-7000-8000-000000000000
    """
    asyncio.run(_discard(letter))
    print(f"{letter} is discarded.")


def _row(letter: asked.StoredDeadLetter) -> list[str]:
    at, error = f"{letter.created_at:%Y-%m-%d %H:%M:%S}", letter.last_error.splitlines()[0][:80]
    return [str(letter.id), at, letter.stream, letter.consumer, str(letter.attempts), error]


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
    settings = load_settings()
    found = await _one(letter)
    async with connected(settings) as bus:
        await publish_again(bus, found, signing_key(settings))
        await _close(bus, letter, "replayed")


async def _discard(letter: UUID) -> None:
    async with connected(load_settings()) as bus:
        if not await _close(bus, letter, "discarded"):
            raise NotFoundError(f"There is no open dead letter {letter}: `pamctl dead-letters list` shows them.")


async def _close(bus: Bus, letter: UUID, resolution: str) -> bool:
    command = asked.DiscardDeadLetter.model_validate({"id": letter, "resolution": resolution})
    reply = await ask(bus, subjects.operator(asked.DISCARD_DEAD_LETTER), command, asked.Discarded, {})
    return reply.found
