"""The scripted conversations, held with each mind: by rules alone, and with a model that plays its part."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from pam_shared.testing.messages_api import messages_api
from tests.eval.household import Household, household
from tests.eval.script import Conversation
from tests.eval.scripted import Player
from tests.eval.talk import Talk, hold
from tests.eval.verdicts import TurnVerdict, verdicts


async def held_by_rules(scripts: Sequence[Conversation]) -> list[TurnVerdict]:
    """Hold the conversations with an agent that has no model."""
    async with household() as house:
        return _judged(await hold(house, scripts))


async def held_with_model(scripts: Sequence[Conversation]) -> list[TurnVerdict]:
    """Hold the conversations with an agent whose model is the script."""
    player = Player(scripts)
    async with _played(player) as house:
        return _judged(await hold(house, scripts), player)


@asynccontextmanager
async def _played(player: Player) -> AsyncIterator[Household]:
    async with messages_api(player) as api, household(api) as house:
        yield house


MINDS = {"rules": held_by_rules, "scripted model": held_with_model}
"""How conversations are held with each mind."""


def _judged(talks: Sequence[Talk], player: Player | None = None) -> list[TurnVerdict]:
    return [verdict for talk in talks for verdict in verdicts(talk, player)]
