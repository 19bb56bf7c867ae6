"""Reading conversations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from pam_gateway.http.desk import Member, TheDesk
from pam_shared.bus.queries import ask
from pam_shared.contracts import headers, subjects
from pam_shared.contracts import queries as asked

router = APIRouter(prefix="/api/v1/conversations", tags=["conversations"])

Limit = Annotated[int, Query(ge=1, le=asked.PAGE_MAX)]


@router.get("")
async def conversations(
    who: Member, desk: TheDesk, limit: Limit = asked.PAGE_DEFAULT, cursor: str | None = None
) -> asked.ConversationsPage:
    """Return the member's conversations, the most recently used first."""
    question = asked.ConversationsQuery(limit=limit, cursor=cursor)
    values = {headers.IDENTITY: desk.acceptance.call_token(who)}
    return await ask(desk.bus, subjects.query(asked.CONVERSATIONS), question, asked.ConversationsPage, values)


@router.get("/{conversation}/messages")
async def messages(
    conversation: UUID, who: Member, desk: TheDesk, limit: Limit = asked.PAGE_DEFAULT, cursor: str | None = None
) -> asked.MessagesPage:
    """Return messages, the newest last; the first page is the newest, ``next_cursor`` leads to earlier ones."""
    await desk.acceptance.check_access(who, conversation)
    return await desk.replay.history(who, conversation, asked.Page(limit=limit, cursor=cursor))
