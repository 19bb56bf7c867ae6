"""Join a group, or leave it."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from pam_shared.errors import ConflictError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_social.events import GroupJoined
from pam_tools_social.queries import groups
from pam_tools_social.shapes import Group
from pam_tools_social.words import counted


class Joining(Arguments):
    """Which group."""

    group_id: Annotated[UUID, id_from("create_group", "group.id", shared=True)] = Field(description="The group.")
    leave: bool = Field(False, description="Leave it.")


class Joined(Result):
    """The group as it was left, and whether the member is in it."""

    group: Group
    joined: bool


@tool(effect="write", timeout=4)
async def join_group(ctx: ToolContext, args: Joining) -> Joined:
    """Join a group of travellers on PAM, to see and write its posts; or leave it."""
    group = await groups.get(ctx.db, args.group_id)
    if args.leave:
        return await _leave(ctx, group)
    if await groups.join(ctx.db, ctx.user, group.id):
        ctx.emit(GroupJoined(group_id=group.id))
    group = await groups.get(ctx.db, group.id)
    size = counted(group.member_count or 0, "member")
    return Joined(message=f"You are in {group.name}, which has {size}.", group=group, joined=True)


async def _leave(ctx: ToolContext, group: Group) -> Joined:
    if await groups.is_owner(ctx.db, ctx.user, group.id):
        raise ConflictError(f"{group.name} is yours; an owner cannot leave.")
    await groups.leave(ctx.db, ctx.user, group.id)
    return Joined(message=f"You are no longer in {group.name}.", group=group, joined=False)
