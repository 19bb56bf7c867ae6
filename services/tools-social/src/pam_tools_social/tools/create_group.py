"""Found a group."""

from typing import Annotated

from pydantic import Field, StringConstraints

from pam_shared.errors import ConflictError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_social.queries import groups
from pam_tools_social.rules import Visibility
from pam_tools_social.shapes import Group
from pam_tools_social.words import Place

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class NewGroup(Arguments):
    """What it is about and who may join."""

    name: Name = Field(description="A name nobody has taken.", examples=["Solar on the roof"])
    description: str | None = Field(None, max_length=2000)
    location: Place | None = Field(None, description="Where it is at home, if anywhere.")
    privacy: Visibility = Field(Visibility.PUBLIC, description="Whether everyone may join, or friends alone.")


class Founded(Result):
    """The group, with the member in it."""

    group: Group


@tool(effect="write", timeout=4)
async def create_group(ctx: ToolContext, args: NewGroup) -> Founded:
    """Found a group of travellers; the member owns it and is its first member."""
    group_id = await groups.insert(ctx.db, ctx.user, groups.NewGroup(**dict(args)))
    if group_id is None:
        raise ConflictError(f"name: there is a group called {args.name} already; choose another name.")
    who = "Everyone" if args.privacy is Visibility.PUBLIC else "Friends of yours"
    return Founded(message=f"{args.name} is founded. {who} may join.", group=await groups.get(ctx.db, group_id))
