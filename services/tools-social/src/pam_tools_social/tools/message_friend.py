"""Write to another member."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from pam_shared.errors import InvalidRequestError, NotPermittedError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_social.events import MessageSent
from pam_tools_social.queries import letters, people
from pam_tools_social.shapes import Traveller
from pam_tools_social.who import Who, caveat

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class NewMessage(Arguments):
    """What is written to whom."""

    recipient: Who
    message: Text = Field(description="The words, as the recipient reads them.", examples=["Are you still at Elko?"])


class SentMessage(BaseModel):
    """The message as it was kept."""

    id: UUID
    recipient: Traveller
    created_at: datetime


class Sent(Result):
    """The message that was sent."""

    sent: SentMessage


@tool(effect="destructive", timeout=4, records="your messages")
async def message_friend(ctx: ToolContext, args: NewMessage) -> Sent:
    """Send a direct message to another member, where they take messages from this one."""
    found = await people.find(ctx.db, args.recipient)
    other = found.traveller
    if other.user_id == ctx.user:
        raise InvalidRequestError("recipient: that is you; name somebody else.")
    if not await letters.takes_messages(ctx.db, other.user_id):
        raise NotPermittedError(f"{found.spoken} takes no messages from you at the moment.")
    ctx.proposal = f"Send “{args.message}” to {found.spoken}"
    sent = await letters.send(ctx.db, ctx.user, other.user_id, args.message)
    ctx.emit(MessageSent(message_id=sent.id, recipient_id=other.user_id))
    return Sent(
        message=f"Your message to {found.spoken} is on its way.{caveat(ctx, found)}",
        sent=SentMessage(id=sent.id, recipient=other, created_at=sent.created_at),
    )
