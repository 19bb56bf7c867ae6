"""The SQL of what members think of answers."""

from dataclasses import dataclass
from uuid import UUID

from pam_shared.postgres.pool import Connection


@dataclass(frozen=True)
class Feedback:
    """What a member thinks of one answer, all they have said of it together."""

    id: UUID
    message_id: str
    thumbs_up: bool | None
    rating: int | None
    feedback_text: str | None


async def put_feedback(
    db: Connection, user: UUID, message_id: str, *, thumbs_up: bool | None, rating: int | None, text: str | None
) -> Feedback:
    """Record what is given of an answer, leave what was said before and is not given, and return it all."""
    row = await db.fetchrow(
        "insert into pam_feedback (user_id, message_id, thumbs_up, rating, feedback_text) values ($1, $2, $3, $4, $5)"
        " on conflict (user_id, message_id) do update set thumbs_up = coalesce($3, pam_feedback.thumbs_up),"
        " rating = coalesce($4, pam_feedback.rating), feedback_text = coalesce($5, pam_feedback.feedback_text),"
        " updated_at = now() returning id, message_id, thumbs_up, rating, feedback_text",
        user,
        message_id,
        thumbs_up,
        rating,
        text,
    )
    return Feedback(**row)
