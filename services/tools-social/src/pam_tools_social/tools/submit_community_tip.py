"""Give a tip to all travellers."""

from typing import Annotated

from pydantic import Field, StringConstraints

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_social.queries import tips
from pam_tools_social.rules import TipCategory
from pam_tools_social.shapes import Tip
from pam_tools_social.words import Place, Tags, Title

Advice = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class NewTip(Arguments):
    """What others should know."""

    title: Title = Field(description="The tip in a line.", examples=["Free water at the visitor centre"])
    content: Advice = Field(description="The tip.", examples=["The tap behind the building is on all year."])
    category: TipCategory = Field(description="What it is about.", examples=["camping"])
    location_name: Place | None = Field(None, description="Where it holds, if not everywhere.")
    tags: Tags = Field([], max_length=10)


class Given(Result):
    """The tip as others read it."""

    tip: Tip


@tool(effect="destructive", timeout=4)
async def submit_community_tip(ctx: ToolContext, args: NewTip) -> Given:
    """Publish a tip that every member can find."""
    tip = await tips.insert(ctx.db, ctx.user, tips.NewTip(**dict(args)))
    return Given(message=f"Thank you: every traveller can now find {tip.title}.", tip=tip)
