"""Forget something the member told."""

from typing import Self

from pydantic import ConfigDict, Field, model_validator

from pam_shared.errors import NotFoundError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_memory import queries
from pam_tools_memory.events import FactForgotten
from pam_tools_memory.shapes import Memory, MemoryId, numbered

MOST_CHOICES = 5


class Unwanted(Arguments):
    """What to forget."""

    model_config = ConfigDict(**Arguments.model_config, json_schema_extra={"examples": [{"description": "two dogs"}]})

    memory_id: MemoryId | None = Field(None, description="The memory's id; overrides description.")
    description: str | None = Field(
        None, min_length=1, max_length=200, description="Words of what to forget, where no id is known."
    )

    @model_validator(mode="after")
    def _one_is_named(self) -> Self:
        if not self.memory_id and not self.description:
            raise ValueError("memory_id or description is needed")
        return self


class Forgotten(Result):
    """What is forgotten now; or, with nothing forgotten, what the member must choose from."""

    forgotten: Memory | None = None
    choices: list[Memory] = Field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing fits."""
        return not self.forgotten and not self.choices


@tool(effect="destructive", timeout=4, records="what you told me")
async def forget_memory(ctx: ToolContext, args: Unwanted) -> Forgotten:
    """Forget one thing the member told, with all it replaced: by its id, or by words that fit nothing else."""
    await queries.lock(ctx.db, ctx.user)
    if args.memory_id:
        fact = await queries.get(ctx.db, args.memory_id)
        if fact is None:
            raise NotFoundError("memory_id: I remember no such thing; list_memories tells what I do.")
        return await _forgotten(ctx, fact)
    described = args.description or ""
    fitting = await queries.fitting(ctx.db, described, MOST_CHOICES)
    if len(fitting) == 1:
        return await _forgotten(ctx, fitting[0])
    choices = fitting or await queries.search(ctx.db, described, [], MOST_CHOICES)
    if not choices:
        return Forgotten(message=f"I remember nothing about {described}, so there is nothing to forget.")
    return Forgotten(message=f"Which of these shall I forget? {numbered(choices)}.", choices=choices)


async def _forgotten(ctx: ToolContext, fact: Memory) -> Forgotten:
    ctx.proposal = f"Forget {fact.quoted}"
    await queries.delete(ctx.db, fact.id)
    ctx.emit(FactForgotten(fact_ids=[fact.id]))
    return Forgotten(message=f"Forgotten: {fact.quoted}. I will not use it again.", forgotten=fact)
