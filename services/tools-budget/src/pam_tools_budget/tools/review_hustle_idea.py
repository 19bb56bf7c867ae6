"""Decide on an idea for side income."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from pam_shared.errors import NotFoundError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import ADMINS, Arguments, Result, id_from, tool
from pam_tools_budget.queries import hustles


class Decision(Arguments):
    """Which idea, and what becomes of it."""

    idea_id: Annotated[UUID, id_from("add_hustle_idea", "idea.id")] = Field(
        description="The idea's id, from list_ideas_to_review."
    )
    verdict: Literal["approved", "rejected"] = Field(
        examples=["approved"], description="approved: every member sees it; rejected: nobody does."
    )


class Decided(Result):
    """The idea as it now stands."""

    idea_id: UUID
    status: str


@tool(effect="write", timeout=4, roles=ADMINS, visibility="admin")
async def review_hustle_idea(ctx: ToolContext, args: Decision) -> Decided:
    """Approve or reject a side-income idea a member proposed; an earlier decision can be changed."""
    title = await hustles.review_idea(ctx.db, args.idea_id, args.verdict)
    if title is None:
        raise NotFoundError("idea_id: there is no such idea. list_ideas_to_review tells those that wait.")
    return Decided(message=f'"{title}" is {args.verdict}.', idea_id=args.idea_id, status=args.verdict)
