"""The tools a model is shown, against sentences of members."""

from statistics import mean

import pytest

from tests.eval.measure import sentences
from tests.eval.selection import shown

pytestmark = pytest.mark.unit

LEAST = 0.99
MOST = 15


@pytest.mark.parametrize("name", ["utterances", "paraphrases"])
def test_the_right_tool_is_among_the_few_that_are_shown(name):
    """R-A8: in ninety-nine of a hundred sentences, with fifteen tools on average at most."""
    found = shown(sentences(name))
    assert mean(one.is_right for one in found) >= LEAST, [one.sentence.text for one in found if not one.is_right]
    assert mean(len(one.tools) + 1 for one in found) <= MOST
