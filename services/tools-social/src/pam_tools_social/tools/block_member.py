"""Block a member, or lift a block."""

from pydantic import Field

from pam_shared.errors import InvalidRequestError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_social.queries import people
from pam_tools_social.who import Who, caveat


class Blocking(Arguments):
    """Whom."""

    target: Who
    unblock: bool = Field(False, description="Lift the block.")


class Blocked(Result):
    """Whether they are blocked now."""

    blocked: bool


@tool(effect="write", timeout=4)
async def block_member(ctx: ToolContext, args: Blocking) -> Blocked:
    """Block a member: from then on the two see nothing of each other, and neither can write to the other.

    Follows between them, and likes, comments and seats at each other's, end; lifting the block does not bring them
    back.
    """
    if args.unblock:
        return await _unblock(ctx, args.target)
    found = await people.find(ctx.db, args.target)
    if found.traveller.user_id == ctx.user:
        raise InvalidRequestError("target: that is you; name somebody else.")
    await people.block(ctx.db, ctx.user, found.traveller.user_id)
    return Blocked(
        message=f"{found.spoken} is blocked: you see nothing of each other any longer.{caveat(ctx, found)}",
        blocked=True,
    )


async def _unblock(ctx: ToolContext, target: str) -> Blocked:
    found = await people.find_blocked(ctx.db, target)
    await people.unblock(ctx.db, ctx.user, found.traveller.user_id)
    return Blocked(message=f"{found.spoken} is no longer blocked.", blocked=False)
