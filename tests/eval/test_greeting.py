"""What a greeting costs while what PAM knows of a member is slow to come."""

import pytest

from tests.eval.greeting import SLOW, greeted

pytestmark = pytest.mark.usefixtures("empty_streams")


async def test_a_greeting_is_answered_while_its_sources_are_as_slow_as_they_once_were(nats):
    """R-A6: 64 s once; below two seconds cold, whatever is slow."""
    found = await greeted(nats, SLOW)
    assert 0 < found.cold < 2
    assert 0 < found.warm < 2
