"""How long a model is waited for: its silences, the whole call, and the time until it is asked again. Seconds."""

import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

AGAIN_MAX = 2
"""Times that one call is tried again."""
FIRST_PAUSE = 0.25


class Patience:
    """The time one call has: ``silent_for`` until each next token, ``within`` in all."""

    def __init__(self, silent_for: float, within: float) -> None:
        self._silent_for = silent_for
        self._ends = time.monotonic() + within
        self.heard()

    def heard(self) -> None:
        """Note a token. Signs of life that bring none do not count: the member reads nothing of them."""
        self._silence_ends = time.monotonic() + self._silent_for

    @property
    def left(self) -> float:
        """How long the next token may take."""
        return max(0.0, min(self._silence_ends, self._ends) - time.monotonic())


def worth_another_try(status: int) -> bool:
    """Whether time alone may mend what the API said."""
    return status in {408, 429} or status >= 500  # noqa: PLR2004 - the server's own faults


def asked_to_wait(headers: Mapping[str, str]) -> float | None:
    """Return how long the API asks to be left alone: a number of seconds or a date. None when it does not say."""
    given = headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(given))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(given)
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def pause_before(again: int) -> float:
    """Return how long to wait before the next try where the API names no time: doubled each time, spread by a half."""
    spread = random.uniform(0.75, 1.25)  # noqa: S311 - not a secret
    return FIRST_PAUSE * float(1 << again) * spread
