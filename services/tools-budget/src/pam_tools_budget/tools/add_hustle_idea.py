"""Propose an idea for side income."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, WithJsonSchema

from pam_shared.money import MONEY_MAX, Total, spoken
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget.queries import hustles

Tag = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=50)]
Earnings = Annotated[
    Decimal,
    Field(ge=0, le=MONEY_MAX, decimal_places=2),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 999999.99, "multipleOf": 0.01}, mode="validation"),
]


class NewIdea(Arguments):
    """An idea as the member tells it."""

    title: Annotated[str, StringConstraints(strip_whitespace=True)] = Field(
        min_length=1, max_length=200, examples=["Mobile RV detailing"], description="The idea in a few words."
    )
    description: str | None = Field(None, max_length=2000, description="How it works, in the member's words.")
    tags: list[Tag] = Field([], max_length=20, description="Words it can be found by.")
    avg_earnings: Earnings = Field(Decimal(0), description="What it brings in a month on average; 0 if not known.")


class Idea(BaseModel):
    """The idea as written down."""

    id: UUID
    title: str
    tags: list[str]
    avg_earnings: Total
    status: str


class Proposed(Result):
    """The idea, which is seen by others once it is approved."""

    idea: Idea


@tool(effect="write", timeout=4, aliases=("add_idea",), records="your hustle ideas")
async def add_hustle_idea(ctx: ToolContext, args: NewIdea) -> Proposed:
    """Write down an idea for side income; other members see it once PAM's team has approved it."""
    tags = list(dict.fromkeys(args.tags))
    idea = hustles.NewIdea(args.title, args.description, tags, args.avg_earnings)
    idea_id = await hustles.insert_idea(ctx.db, ctx.user, idea)
    earns = f", about {spoken(args.avg_earnings)} a month" if args.avg_earnings else ""
    return Proposed(
        message=f'I wrote down your idea "{args.title}"{earns}. Others see it once it is approved.',
        idea=Idea(id=idea_id, title=args.title, tags=tags, avg_earnings=args.avg_earnings, status="pending"),
    )
