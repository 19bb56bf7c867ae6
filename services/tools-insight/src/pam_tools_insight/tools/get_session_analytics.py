"""Numbers about sessions."""

import datetime as dt
from contextlib import nullcontext
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_insight import session_rules
from pam_tools_insight.queries import operators, sessions
from pam_tools_insight.rules import counted, scope_of


class Question(Arguments):
    """Whose sessions, of which days."""

    user_id: UUID | None = Field(None, description="For admins: one member; everybody if not given.")
    days: int = Field(7, ge=1, le=365)


class Numbers(Result):
    """Chat sessions that began in those days."""

    total_sessions: int
    average_duration_minutes: Decimal
    messages_per_session: Decimal
    by_type: dict[str, int]
    active_logins: int

    @property
    def is_empty(self) -> bool:
        """Whether there were none."""
        return not self.total_sessions


@tool(effect="read", timeout=4, aliases=("pam_get_session_analytics",))
async def get_session_analytics(ctx: ToolContext, args: Question) -> Numbers:
    """Count chat sessions, how long they last and how many messages they have. Members see their own."""
    user = scope_of(ctx.member, args.user_id)
    since = ctx.now - dt.timedelta(days=args.days)
    async with operators.as_operator(ctx.db) if ctx.member.is_admin else nullcontext():
        numbers = await sessions.chat_numbers(ctx.db, since, user)
        logins = await sessions.active_logins(ctx.db, ctx.now, user)
    result = Numbers(
        message="",
        total_sessions=sum(one.sessions for one in numbers),
        average_duration_minutes=session_rules.average_minutes(numbers),
        messages_per_session=session_rules.messages_per_session(numbers),
        by_type={one.session_type: one.sessions for one in numbers},
        active_logins=logins,
    )
    result.message = _sentence(result, args.days)
    return result


def _sentence(found: Numbers, days: int) -> str:
    """Say the numbers."""
    when = f"in the last {days} days" if days > 1 else "in the last day"
    if found.is_empty:
        return f"There were no chat sessions {when}."
    return (
        f"{counted(found.total_sessions, 'chat session')} {when}, on average {found.average_duration_minutes} minutes"
        f" and {found.messages_per_session} messages long."
    )
