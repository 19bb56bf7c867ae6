"""Close what nobody uses any more."""

import datetime as dt

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import OPERATORS, Arguments, Result, tool
from pam_tools_insight.queries import operators, sessions
from pam_tools_insight.rules import counted


class Age(Arguments):
    """How old."""

    older_than_days: int = Field(30, ge=1, le=365, description="Chat sessions unused for so long are put away.")


class Cleaned(Result):
    """Login sessions that were closed, and chat sessions that were put away."""

    expired_count: int
    archived_count: int

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to do."""
        return not (self.expired_count or self.archived_count)


@tool(effect="write", roles=OPERATORS, aliases=("pam_clean_expired_sessions",))
async def clean_expired_sessions(ctx: ToolContext, args: Age) -> Cleaned:
    """Close expired login sessions and put away chat sessions unused for long. For operators."""
    async with operators.as_operator(ctx.db):
        expired = await sessions.expire_logins(ctx.db, ctx.now)
        archived = await sessions.archive_chats(ctx.db, ctx.now, dt.timedelta(days=args.older_than_days))
        counts = {"expired": expired, "archived": archived}
        await operators.note_change(ctx.db, ctx.user, "clean_expired_sessions", "sessions", counts)
    logins, chats = counted(expired, "login session"), counted(archived, "chat session")
    message = f"Closed {logins} and put {chats} away."
    return Cleaned(message=message, expired_count=expired, archived_count=archived)
