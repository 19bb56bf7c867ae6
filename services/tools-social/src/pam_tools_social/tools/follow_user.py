"""Follow a member, or no longer."""

from pydantic import Field

from pam_shared.errors import InvalidRequestError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_social.events import MemberFollowed
from pam_tools_social.queries import people
from pam_tools_social.who import Who, caveat


class Following(Arguments):
    """Whom."""

    target: Who
    unfollow: bool = Field(False, description="Follow them no longer.")


class Followed(Result):
    """Whether the member follows them now, and whether the two are friends: follow each other."""

    following: bool
    friends: bool


@tool(effect="write", timeout=4)
async def follow_user(ctx: ToolContext, args: Following) -> Followed:
    """Follow another member, or stop following them. Two who follow each other are friends."""
    found = await people.find(ctx.db, args.target)
    other = found.traveller.user_id
    if other == ctx.user:
        raise InvalidRequestError("target: that is you; name somebody else.")
    if args.unfollow:
        await people.unfollow(ctx.db, ctx.user, other)
        return Followed(message=f"You do not follow {found.spoken} any longer.", following=False, friends=False)
    new = await people.follow(ctx.db, ctx.user, other)
    friends = await people.follows_back(ctx.db, other)
    if new:
        ctx.emit(MemberFollowed(following_id=other, friends=friends))
    mutual = f" {found.spoken} follows you, too: you are friends." if friends else ""
    return Followed(message=f"You follow {found.spoken}.{mutual}{caveat(ctx, found)}", following=True, friends=friends)
