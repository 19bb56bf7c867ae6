"""What members see when the model fails: always an answer, or a sentence about why there is none."""

import pytest

from pam_agent.asking import FALLBACK_BANNER, LOST_THREAD
from pam_agent.rules.talk import GREETING
from pam_shared.contracts.conversation import TurnStatus
from pam_shared.testing.messages_api import Reply, Say
from tests.eval.model_faults import seen_in
from tests.eval.troubles import RULES, TROUBLES, Trouble

pytestmark = pytest.mark.usefixtures("empty_streams")


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
async def test_whatever_the_model_does_the_member_is_answered(nats, trouble):
    """R-A1, R-A2, R-A4: the text ends well, the banner names the mode, and what was shown is what is on record."""
    seen = await seen_in(trouble, nats, first_token_within=1.6)
    assert (seen.text, seen.mode, seen.banners) == (trouble.text, trouble.mode, trouble.banners)
    assert seen.ends == ["RUN_FINISHED"]
    assert (seen.finished.status, seen.finished.text) == (TurnStatus.SUCCESS, seen.text)


async def test_a_model_that_finds_no_end_is_stopped_when_the_turns_time_for_models_is_over(nats):
    """R-A1: 25 s of models per turn (here one): what was shown stays, and the rules end the answer."""
    endless = Trouble("endless", ([], Reply(blocks=[Say(text="word " * 500)], token_delay=0.05)))
    seen = await seen_in(endless, nats, model_within=1)
    assert seen.text.startswith("word word ")
    assert seen.text.endswith(f"word {LOST_THREAD}{GREETING}")
    assert (seen.mode, seen.banners, seen.ends) == (RULES, [FALLBACK_BANNER], ["RUN_FINISHED"])
    assert seen.finished.text == seen.text
