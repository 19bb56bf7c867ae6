"""Open a chat session."""

from uuid import UUID

from pydantic import Field

from pam_shared.contracts.identity import Role
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_insight.queries import sessions
from pam_tools_insight.session_rules import SessionType
from pam_tools_insight.sizes import JsonObject


class NewChat(Arguments):
    """What kind of session."""

    session_type: SessionType = SessionType.CONVERSATION
    metadata: JsonObject = Field({}, description="Whatever the caller wants to find again.")


class Opened(Result):
    """The session's id."""

    session_id: UUID


@tool(
    effect="write",
    timeout=4,
    roles=frozenset({Role.SYSTEM}),
    visibility="internal",
    aliases=("pam_create_chat_session",),
)
async def create_chat_session(ctx: ToolContext, args: NewChat) -> Opened:
    """Open a chat session of the member. For services."""
    session_id = await sessions.open_chat(ctx.db, ctx.user, args.session_type, args.metadata, ctx.now)
    return Opened(message=f"A {args.session_type} session is open.", session_id=session_id)
