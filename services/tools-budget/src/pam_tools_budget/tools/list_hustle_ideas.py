"""Ideas for side income."""

import datetime as dt
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from pam_shared.money import Total, spoken
from pam_shared.postgres import cursor
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget.queries import hustles
from pam_tools_budget.tools.add_hustle_idea import Tag


class Question(Arguments):
    """Which ideas, and which page of them."""

    tag: Tag | None = Field(None, description="Only ideas with this word.")
    limit: int = Field(20, ge=1, le=100, description="How many at most.")
    cursor: str | None = Field(None, max_length=200, description="next_cursor of the page before.")


class Idea(BaseModel):
    """An idea; ``mine`` when the member proposed it, ``avg_earnings`` a month."""

    id: UUID
    title: str
    description: str | None
    tags: list[str]
    avg_earnings: Total
    status: Literal["pending", "approved"]
    mine: bool
    video_url: str | None
    created_at: dt.datetime


class Ideas(Result):
    """A page of ideas, the newest first."""

    ideas: list[Idea]
    next_cursor: str | None
    has_more: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is none."""
        return not self.ideas


@tool(effect="read", timeout=4, aliases=("list_active_ideas",), records="your hustle ideas")
async def list_hustle_ideas(ctx: ToolContext, args: Question) -> Ideas:
    """List ideas for side income: those approved for everybody, and the member's own that are not decided on yet."""
    place = cursor.decode(args.cursor, UUID)
    rows = await hustles.ideas(ctx.db, ctx.user, args.tag, place, args.limit + 1)
    ideas = [Idea.model_validate(dict(row)) for row in rows[: args.limit]]
    has_more = len(rows) > args.limit
    return Ideas(
        message=_sentence(args, ideas, has_more=has_more),
        ideas=ideas,
        next_cursor=cursor.encode(ideas[-1].created_at, ideas[-1].id) if has_more else None,
        has_more=has_more,
    )


def _sentence(args: Question, ideas: list[Idea], *, has_more: bool) -> str:
    if not ideas:
        about = f' about "{args.tag}"' if args.tag else ""
        return f"There are no {'more ' if args.cursor else ''}ideas{about} yet. Tell me one and I will write it down."
    told = "; ".join(_told(idea) for idea in ideas)
    return f"{told}.{' There are more: ask me for the next ones.' if has_more else ''}"


def _told(idea: Idea) -> str:
    earns = f", about {spoken(idea.avg_earnings)} a month" if idea.avg_earnings else ""
    return f"{idea.title}{earns}{' (yours, not decided on yet)' if idea.status == 'pending' else ''}"
