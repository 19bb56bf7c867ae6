"""Ideas for side income that nobody has decided on."""

import datetime as dt
from uuid import UUID

from pydantic import BaseModel, Field

from pam_shared.money import Total
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import ADMINS, Arguments, Result, tool
from pam_tools_budget.queries import hustles


class Question(Arguments):
    """How many."""

    limit: int = Field(20, ge=1, le=100, description="How many at most, the oldest first.")


class Idea(BaseModel):
    """An idea as a member proposed it; who it was is not told."""

    id: UUID
    title: str
    description: str | None
    tags: list[str]
    avg_earnings: Total
    created_at: dt.datetime


class Waiting(Result):
    """Ideas that wait for a decision."""

    ideas: list[Idea]

    @property
    def is_empty(self) -> bool:
        """Whether none waits."""
        return not self.ideas


@tool(effect="read", timeout=4, roles=ADMINS, visibility="admin")
async def list_ideas_to_review(ctx: ToolContext, args: Question) -> Waiting:
    """List members' side-income ideas that wait to be approved or rejected, the oldest first."""
    ideas = [Idea.model_validate(dict(row)) for row in await hustles.ideas_to_review(ctx.db, args.limit)]
    titles = "; ".join(idea.title for idea in ideas)
    return Waiting(message=f"These wait: {titles}." if ideas else "No idea waits for a decision.", ideas=ideas)
