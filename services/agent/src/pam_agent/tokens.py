"""How many tokens a request has, before it is made."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from pam_agent import exchange
from pam_agent.mind import Model, Prompt

CHARACTERS = 3.5
"""In a token, where nothing better is known."""
CLOSE, GUESSED = 0.05, 0.25
"""How near to a limit an estimate is too near: behind a reported count, and without one."""


@dataclass
class Scale:
    """Reads sizes of a conversation's requests as tokens: those of an earlier one were counted by the API itself.

    ``asked`` are the characters of the newest request; ``size`` and ``tokens`` are of the newest that was counted.
    """

    size: int = 0
    tokens: int = 0
    asked: int = 0

    def estimate(self, size: int) -> int:
        """Return the tokens of a request of so many characters."""
        self.asked = size
        return max(0, self.tokens + round((size - self.size) / CHARACTERS))

    def learn(self, tokens: int) -> None:
        """Take in what the API counted of the newest request."""
        self.size, self.tokens = self.asked, tokens

    def doubts(self, tokens: int, limits: Iterable[int]) -> bool:
        """Whether an estimate is too near to a limit to be trusted."""
        return any(abs(tokens - limit) <= self._margin * limit for limit in limits)

    def most(self, tokens: int) -> int:
        """Return how many tokens a request may have in truth that was estimated at so many."""
        return ceil(tokens * (1 + self._margin))

    @property
    def _margin(self) -> float:
        return CLOSE if self.tokens else GUESSED


def size(prompt: Prompt) -> int:
    """Return the characters of a request."""
    return len(exchange.written(prompt))


async def count(prompt: Prompt, scale: Scale, model: Model, limits: Iterable[int]) -> int:
    """Return the tokens of a request: an estimate, and near to a limit what the API counts."""
    estimate = scale.estimate(size(prompt))
    if scale.doubts(estimate, limits) and (counted := await model.count(prompt)) is not None:
        scale.learn(counted)
        return counted
    return estimate
