"""Thumbs up or down on an answer."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_account.events import FeedbackRecorded
from pam_tools_account.queries import feedback


class Opinion(Arguments):
    """What the member thinks of an answer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"message_id": "01890a5d-ac96-774b-bcce-b302099a8057", "thumbs_up": True, "rating": 5}]
        }
    )

    message_id: str = Field(
        min_length=1,
        max_length=100,
        description="The id of the answer.",
        examples=["01890a5d-ac96-774b-bcce-b302099a8057"],
    )
    thumbs_up: bool | None = Field(None, description="Whether it was good.")
    rating: int | None = Field(None, ge=1, le=5, description="How good, 5 being best.")
    feedback_text: str | None = Field(None, max_length=1000, description="What they say of it.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.thumbs_up is None and self.rating is None and not self.feedback_text:
            raise ValueError("say at least one of thumbs_up, rating, feedback_text")
        return self


class RecordedFeedback(BaseModel):
    """All the member has said of the answer so far."""

    id: UUID
    message_id: str
    thumbs_up: bool | None
    rating: int | None
    feedback_text: str | None


class Recorded(Result):
    """The feedback as written down."""

    feedback: RecordedFeedback


@tool(effect="write", timeout=4, calls_per_minute=5)
async def record_user_feedback(ctx: ToolContext, args: Opinion) -> Recorded:
    """Record what the member thinks of one of PAM's answers; saying it again changes it."""
    recorded = await feedback.put_feedback(
        ctx.db,
        ctx.user,
        args.message_id,
        thumbs_up=args.thumbs_up,
        rating=args.rating,
        text=args.feedback_text or None,
    )
    said = {field: value for field, value in vars(recorded).items() if field != "id"}
    ctx.emit(FeedbackRecorded(**said))
    return Recorded(message="Thank you, I have noted it.", feedback=RecordedFeedback(id=recorded.id, **said))
