"""Measures as they are said."""

import pytest

from pam_shared.measures import spoken_feet


@pytest.mark.unit
@pytest.mark.parametrize(
    ("feet", "said"),
    [(12.67, "12 ft 8 in"), (34, "34 ft"), (13.08, "13 ft 1 in"), (11.99, "12 ft"), (0.5, "0 ft 6 in")],
)
def test_feet_are_said_with_whole_inches(feet, said):
    """Nobody measures a bridge in decimals."""
    assert spoken_feet(feet) == said
