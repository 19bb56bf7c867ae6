"""Change a chat session."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pam_shared.contracts.identity import Role
from pam_shared.errors import NotFoundError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_insight.queries import sessions
from pam_tools_insight.rules import counted
from pam_tools_insight.session_rules import ChatStatus, SessionType, refuse_if_ended
from pam_tools_insight.sizes import JsonObject


class Change(Arguments):
    """What changes; at least one thing."""

    session_id: Annotated[UUID, id_from("create_chat_session", "session_id")] = Field(description="Which session.")
    status: ChatStatus | None = None
    metadata: JsonObject | None = Field(None, description="Added to what is there; the same keys are replaced.")
    increment_messages: bool = Field(False, description="Count one more message.")

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"increment_messages": True}]}, extra="forbid", frozen=True
    )

    @model_validator(mode="after")
    def _changes(self) -> Self:
        if self.status is None and not self.metadata and not self.increment_messages:
            raise ValueError("give status, metadata or increment_messages; nothing would change")
        return self


class Chat(BaseModel):
    """A chat session as it is now."""

    id: UUID
    session_type: SessionType
    status: ChatStatus
    message_count: int
    metadata: dict[str, Any]
    created_at: datetime
    last_activity: datetime
    ended_at: datetime | None


class Changed(Result):
    """The session."""

    session: Chat


@tool(
    effect="write",
    timeout=4,
    roles=frozenset({Role.SYSTEM}),
    visibility="internal",
    aliases=("pam_update_chat_session",),
)
async def update_chat_session(ctx: ToolContext, args: Change) -> Changed:
    """Change the status or metadata of the member's chat session, or count a message. For services."""
    chat = await sessions.chat_for_update(ctx.db, args.session_id)
    if chat is None:
        raise NotFoundError("session_id: there is no such chat session.")
    refuse_if_ended(chat)
    status, more = args.status or chat["status"], int(args.increment_messages)
    changed = await sessions.change_chat(ctx.db, args.session_id, status, args.metadata or {}, more, ctx.now)
    session = Chat.model_validate(changed)
    many = counted(session.message_count, "message")
    return Changed(message=f"The session is {session.status}, with {many}.", session=session)
