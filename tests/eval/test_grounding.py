"""Where figures come from."""

import pytest

from tests.eval.grounding import ungrounded

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("answer", "words", "data"),
    [
        ("You have spent $1,234.50.", [], [{"total": "1234.5"}]),
        ("It begins on the 3rd, in 3 days.", [], [{"start": "2027-02-03"}]),
        ("At 3:30 pm, then.", [], [{"at": "2027-02-01T15:30:00"}]),
        ("Recorded $42.00.", ["we paid forty-two dollars"], []),
        ('Say it like "I spent $45 on gas".', [], []),
        ("Gas: 130.0% of it.", [], [{"percent": 130}]),
        ("$30.00 over.", [], [{"difference": "-30.00"}]),
    ],
)
def test_a_figure_is_known_however_it_is_written(answer, words, data):
    """R-A9: money, ordinals, times of day, number words, signs and examples."""
    assert ungrounded(answer, words, data) == []


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ("You have spent $1,243.50.", ["1243.5"]),
        ("In 3 days, at 4:15 pm.", ["3", "15", "16"]),
        ("I drove 26 of 42 miles", ["26"]),
    ],
)
def test_a_figure_from_nowhere_is_named(answer, missing):
    """R-A9: what neither the member nor a tool said."""
    assert ungrounded(answer, ["forty two miles"], [{"total": "1234.50"}]) == missing
