"""Suggest groups to join."""

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_social.queries import groups
from pam_tools_social.shapes import Group, spoken_list
from pam_tools_social.words import Place


class Question(Arguments):
    """Where."""

    limit: int = Field(5, ge=1, le=20)
    location: Place | None = Field(None, description="A place, or part of its name; anywhere if not given.")


class Suggestions(Result):
    """Groups the member is not in: those on PAM first, the largest first."""

    groups: list[Group]

    @property
    def is_empty(self) -> bool:
        """Whether there is none to suggest."""
        return not self.groups


@tool(effect="read", timeout=4, records="members' groups")
async def suggest_groups(ctx: ToolContext, args: Question) -> Suggestions:
    """Suggest groups of travellers that the member could join."""
    found = await groups.suggest(ctx.db, args.location, args.limit)
    where = f" around {args.location}" if args.location else ""
    said = [f"{group.name}{' on Facebook' if group.url else ''} ({group.size})" for group in found]
    nothing = f"I know of no group{where} that you are not in already. Shall I found one for you?"
    message = f"You could join{where}: {spoken_list(said, len(said))}" if said else nothing
    return Suggestions(message=message, groups=found)
