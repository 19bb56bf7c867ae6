"""Whole conversations, held with each mind: the right tools, questions and refusals, and no figure from nowhere."""

from collections import Counter

import pytest

from tests.eval.held import MINDS
from tests.eval.script import conversations
from tests.eval.tables import table, wrong
from tests.eval.verdicts import share

LEAST = {
    "rules": {"tools": 0.98, "arguments": 0.98, "asked": 0.95, "refused": 1.0, "grounded": 1.0},
    "scripted model": {
        "tools": 0.95,
        "arguments": 0.95,
        "asked": 0.95,
        "refused": 1.0,
        "words": 0.95,
        "offered": 0.99,
        "grounded": 1.0,
    },
}
CONVERSATIONS, SHORTEST, LONGEST = 60, 3, 8


@pytest.fixture(scope="module", params=MINDS)
async def held(request):
    """The mind's name, and what is to be said of every turn of every conversation with it."""
    found = await MINDS[request.param](conversations())
    print(*table(request.param, found), *wrong(found), sep="\n")
    return request.param, found


def test_conversations_go_as_members_expect(held):
    """R-A4, R-A8, R-A10: right tools and arguments, asked back, refused, and every figure from somewhere."""
    mind, found = held
    reached = {judgement: share(found, judgement) for judgement in LEAST[mind]}
    assert {name: value for name, value in reached.items() if value < LEAST[mind][name]} == {}


@pytest.mark.unit
def test_there_are_sixty_conversations_and_no_two_begin_alike():
    """R-A4: the script finds its place in a conversation by what was said."""
    told = conversations()
    assert len(told) >= CONVERSATIONS
    assert [each.name for each in told if not SHORTEST <= len(each.turns) <= LONGEST] == []
    assert max(Counter(each.turns[0].say for each in told).values()) == 1
    assert max(Counter(each.name for each in told).values()) == 1
