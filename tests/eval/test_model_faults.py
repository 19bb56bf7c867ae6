"""What members see when the model fails: always an answer, or a sentence about why there is none."""

import pytest

from pam_shared.contracts.conversation import TurnStatus
from tests.eval.model_faults import seen_in
from tests.eval.troubles import TROUBLES

pytestmark = pytest.mark.usefixtures("empty_streams")


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
async def test_whatever_the_model_does_the_member_is_answered(nats, trouble):
    """R-A1, R-A2, R-A4: the text ends well, the banner names the mode, and what was shown is what is on record."""
    seen = await seen_in(trouble, nats, first_token_within=1.6)
    assert (seen.text, seen.mode, seen.banners) == (trouble.text, trouble.mode, trouble.banners)
    assert seen.ends == ["RUN_FINISHED"]
    assert (seen.finished.status, seen.finished.text) == (TurnStatus.SUCCESS, seen.text)
