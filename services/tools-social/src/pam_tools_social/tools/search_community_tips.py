"""Search tips from travellers."""

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_social.queries import tips
from pam_tools_social.rules import TipCategory
from pam_tools_social.shapes import Tip, spoken_list
from pam_tools_social.words import Place, Search, counted, quoted


class Question(Arguments):
    """What about; the newest tips where nothing is given."""

    query: Search | None = Field(None, description='Words; "in quotes" for a phrase.')
    category: TipCategory | None = None
    location: Place | None = Field(None, description="A place, or part of its name.")
    limit: int = Field(10, ge=1, le=50)


class Tips(Result):
    """Tips, the newest first."""

    tips: list[Tip]

    @property
    def is_empty(self) -> bool:
        """Whether there are none."""
        return not self.tips


@tool(effect="read", timeout=4, records="members' tips")
async def search_community_tips(ctx: ToolContext, args: Question) -> Tips:
    """Search what other travellers advise, by words, category and place."""
    found = await tips.search(ctx.db, args.query, args.category, args.location, args.limit)
    said = [f"{tip.title}: {quoted(tip.content)} ({tip.author.spoken})" for tip in found]
    nothing = "I know of no such tip. Fewer words may find some."
    message = f"{counted(len(said), 'tip')}: {spoken_list(said, len(said))}" if said else nothing
    return Tips(message=message, tips=found)
