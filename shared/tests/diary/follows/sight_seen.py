"""Write down what a member saw."""

from pydantic import BaseModel

from pam_shared.tools.following import EventContext, follow
from shared.tests.diary.events import NoteWritten


class SightSeen(BaseModel):
    """What the diary needs to know of it."""

    sight: str


@follow("walk", "sight_seen")
async def sight_seen(ctx: EventContext, event: SightSeen) -> None:
    """Write a note of it."""
    await ctx.db.execute("insert into notes (user_id, text, stars) values ($1, $2, 5)", ctx.user, event.sight)
    ctx.emit(NoteWritten(text=event.sight))
