"""Keep what the member states about themselves."""

from typing import Literal

from pydantic import Field

from pam_shared.errors import ConflictError, InvalidRequestError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_memory import queries, rules
from pam_tools_memory.events import FactRemembered
from pam_tools_memory.kinds import Kind
from pam_tools_memory.shapes import Memory, Statement, Subject


class Stated(Arguments):
    """What the member said."""

    kind: Kind = Field(examples=["pet"], description="What it is about; about_me for name, work and abilities.")
    subject: Subject = Field(
        max_length=80,
        examples=["dogs"],
        description="What exactly, in a word or two: a newer statement on the same subject replaces the older one.",
    )
    statement: Statement = Field(
        max_length=500,
        examples=["We have two dogs, Max and Bella."],
        description="The statement in the member's own words.",
    )
    confidence: float = Field(1, ge=0, le=1, description="How surely the member meant it; 1 if said outright.")


class Remembered(Result):
    """The fact as kept, what it replaced, and whether to ask the member if it is right."""

    memory: Memory
    action: Literal["remembered", "refreshed", "replaced"]
    replaced: Memory | None
    ask_to_confirm: bool


@tool(effect="write", timeout=4, calls_per_minute=60, records="what you told me")
async def remember(ctx: ToolContext, args: Stated) -> Remembered:
    """Keep a lasting fact the member states about themselves, their rig, pets, people, places, plans or tastes.

    Only what they say themselves, never what is guessed, asked or read elsewhere. Where ask_to_confirm is true, ask the
    member whether it is right, and call confirm_memory when they say yes.
    """
    if rules.is_secret(args.statement):
        raise InvalidRequestError("statement: I keep no passwords, PINs or card numbers; say it without.")
    await queries.lock(ctx.db, ctx.user)
    words = rules.plain_words(args.statement)
    if known := await queries.same(ctx.db, args.kind, words):
        memory = await queries.refresh(ctx.db, known.id, ctx.now, ctx.member.turn, args.confidence)
        return _told(memory, "refreshed", None)
    before = await queries.on_subject(ctx.db, args.kind, args.subject)
    if before is None and await queries.count(ctx.db) >= rules.MOST_FACTS:
        raise ConflictError(
            f"I keep {rules.MOST_FACTS} facts about you, which is all I can; have me forget some first."
        )
    confirmed = not rules.needs_confirming(args.kind, args.statement, args.confidence)
    new = queries.NewFact(
        args.kind, args.subject, args.statement, words, ctx.member.turn, ctx.now, args.confidence, confirmed
    )
    memory = await queries.insert(ctx.db, ctx.user, new, before.id if before else None)
    ctx.emit(FactRemembered(fact_id=memory.id, kind=memory.kind, confirmed=memory.confirmed))
    return _told(memory, "replaced" if before else "remembered", before)


def _told(memory: Memory, action: Literal["remembered", "refreshed", "replaced"], before: Memory | None) -> Remembered:
    head = "I remember that already" if action == "refreshed" else "I will remember"
    instead = f" Before, {before.spoken}; that no longer counts." if before else ""
    question = "" if memory.confirmed else " It matters, so tell me: is that right?"
    return Remembered(
        message=f"{head}: {memory.quoted}.{instead}{question}",
        memory=memory,
        action=action,
        replaced=before,
        ask_to_confirm=not memory.confirmed,
    )
