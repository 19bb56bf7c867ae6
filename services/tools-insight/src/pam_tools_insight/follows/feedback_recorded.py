"""A member said what they think of an answer."""

from pydantic import BaseModel

from pam_shared.tools.following import EventContext, follow
from pam_tools_insight.queries import contexts

LIKED_FROM = 4


class FeedbackRecorded(BaseModel):
    """A thumb, or one to five stars, or only words."""

    message_id: str
    thumbs_up: bool | None = None
    rating: int | None = None

    @property
    def liked(self) -> bool | None:
        """Whether the answer was liked; None when words alone do not tell."""
        if self.thumbs_up is not None:
            return self.thumbs_up
        return self.rating >= LIKED_FROM if self.rating is not None else None


@follow("account", "feedback_recorded")
async def feedback_recorded(ctx: EventContext, event: FeedbackRecorded) -> None:
    """Learn from it; who thinks again about the same answer counts once."""
    await contexts.note_feedback(ctx.db, ctx.user, event.message_id, liked=event.liked)
