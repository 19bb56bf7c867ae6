"""Opinions on answers: one for a member and message, which can be changed."""

import asyncio
from uuid import uuid4

import pytest
from pydantic import ValidationError

from pam_tools_account.events import FeedbackRecorded
from pam_tools_account.tools.record_user_feedback import Opinion, record_user_feedback

MESSAGE = str(uuid4())


async def test_saying_it_again_changes_it_and_keeps_what_is_not_said(member):
    """R-T1: an upsert for each member and message; others hear the whole opinion."""
    first = await member.run(record_user_feedback, message_id=MESSAGE, thumbs_up=False, feedback_text="Too long.")
    second = await member.run(record_user_feedback, message_id=MESSAGE, thumbs_up=True, rating=4)
    assert second.feedback.id == first.feedback.id
    said = second.feedback
    assert (said.thumbs_up, said.rating, said.feedback_text) == (True, 4, "Too long.")
    assert second.message == "Thank you, I have noted it."
    assert member.events[-1] == FeedbackRecorded(
        message_id=MESSAGE, thumbs_up=True, rating=4, feedback_text="Too long."
    )


async def test_opinions_at_once_are_one_opinion(member):
    """R-T1: however often the thumb is pressed."""
    recorded = await asyncio.gather(
        *(member.run(record_user_feedback, message_id=MESSAGE, rating=1 + n % 5) for n in range(50))
    )
    assert len({result.feedback.id for result in recorded}) == 1


async def test_two_members_have_two_opinions_of_one_answer(member, new_member):
    """R-T6: the key holds the member."""
    mine = await member.run(record_user_feedback, message_id=MESSAGE, rating=5)
    theirs = await new_member().run(record_user_feedback, message_id=MESSAGE, rating=1)
    assert mine.feedback.id != theirs.feedback.id
    assert (await member.run(record_user_feedback, message_id=MESSAGE, thumbs_up=True)).feedback.rating == 5


@pytest.mark.unit
@pytest.mark.parametrize(
    "said",
    [
        {"message_id": MESSAGE},
        {"message_id": MESSAGE, "feedback_text": ""},
        {"message_id": "", "rating": 5},
        {"message_id": MESSAGE, "rating": 6},
        {"message_id": MESSAGE, "rating": 0},
        {"message_id": MESSAGE, "feedback_text": "x" * 1001},
        {"rating": 5},
    ],
)
def test_an_opinion_that_is_none_is_refused(said):
    """R-T3: arguments are checked before the call."""
    with pytest.raises(ValidationError):
        Opinion(**said)
