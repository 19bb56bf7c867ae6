"""How long a model is waited for."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from pam_agent.patience import asked_to_wait, pause_before, worth_another_try

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("given", "seconds"), [("1", 1), ("0.5", 0.5), ("3600", 3600), ("-3", 0), ("", None), ("soon", None)]
)
def test_seconds_are_read(given, seconds):
    """R-A1: Retry-After is respected where it says something."""
    assert asked_to_wait({"retry-after": given}) == seconds


def test_a_date_is_read_too():
    """R-A1: Retry-After may be a date."""
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 85 < asked_to_wait({"retry-after": date}) <= 90


def test_pauses_grow():
    """R-A1: an API in trouble is asked less and less often."""
    assert pause_before(0) < pause_before(1) < pause_before(2)


@pytest.mark.parametrize(("status", "worth"), [(400, False), (401, False), (429, True), (500, True), (529, True)])
def test_only_what_time_mends_is_tried_again(status, worth):
    """R-A1: 429, 529 and 5xx."""
    assert worth_another_try(status) is worth
