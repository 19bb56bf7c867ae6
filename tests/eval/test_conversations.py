"""Whole conversations, held with each mind: the right tools, questions and refusals, and no figure from nowhere."""

import asyncio
from collections import Counter

import pytest

from tests.eval.held import held_by_rules, held_with_model
from tests.eval.script import conversations
from tests.eval.tables import table, wrong
from tests.eval.verdicts import share

LEAST = {"tools": 0.95, "arguments": 0.95, "asked": 0.95, "refused": 1.0, "offered": 0.99, "grounded": 1.0}
MINDS = {"rules": held_by_rules, "scripted model": held_with_model}
CONVERSATIONS, LONGEST = 60, 8


@pytest.fixture(scope="module", params=MINDS)
async def found(request):
    """What is to be said of every turn of every conversation, with one mind."""
    found = await MINDS[request.param](conversations())
    await asyncio.to_thread(print, "\n".join([*table(request.param, found), *wrong(found)]))
    return found


@pytest.mark.parametrize("judgement", LEAST)
def test_conversations_go_as_members_expect(found, judgement):
    """R-A4, R-A8, R-A10: right tools and arguments, asked back, refused, and every figure from somewhere."""
    reached = share(found, judgement)
    assert reached >= LEAST[judgement]


@pytest.mark.unit
def test_there_are_sixty_conversations_of_many_subjects_and_no_two_begin_alike():
    """R-A4: the script finds its place in a conversation by what was said."""
    told = conversations()
    assert len(told) >= CONVERSATIONS
    assert all(1 < len(each.turns) <= LONGEST for each in told)
    assert max(Counter(each.turns[0].say for each in told).values()) == 1
    assert max(Counter(each.name for each in told).values()) == 1
