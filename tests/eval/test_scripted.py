"""The model that plays its part: where it is in a conversation, what it answers from, and what that would cost."""

import pytest

from pam_shared.contracts.tools import Outcome, ToolReply
from tests.eval.script import Call, Conversation, Turn
from tests.eval.scripted import LOST, Player

pytestmark = pytest.mark.unit

SCRIPT = Conversation(
    name="Two lines",
    turns=[
        Turn(say="I spent 4 on coffee", calls=[Call(tool="create_expense", arguments={"amount": 4})]),
        Turn(say="what have I spent?", calls=[Call(tool="get_spending_summary")]),
    ],
)
MARK = {"cache_control": {"type": "ephemeral"}}


@pytest.fixture
def player():
    return Player([SCRIPT])


def said(text):
    return {
        "role": "user",
        "content": [{"type": "text", "text": text}, {"type": "text", "text": "<member>Lu</member>"}],
    }


def called(tool, message):
    reply = ToolReply(outcome=Outcome.OK, message=message)
    result = {"type": "tool_result", "tool_use_id": tool, "content": reply.model_dump_json()}
    use = {"type": "tool_use", "id": tool, "name": tool, "input": {}}
    return [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]


def request(*messages, system="You are PAM."):
    return {"system": [{"type": "text", "text": system} | MARK], "messages": list(messages), "tools": []}


def test_it_calls_first_and_answers_from_the_results(player):
    """R-A4: it knows what the request tells it, and nothing else."""
    first = player(request(said("I spent 4 on coffee")))
    assert [(block.tool, block.input) for block in first.blocks] == [("create_expense", {"amount": 4})]
    told = player(request(said("I spent 4 on coffee"), *called("create_expense", "Recorded $4.00.")))
    assert [block.text for block in told.blocks] == ["Recorded $4.00."]


def test_it_finds_its_place_by_all_that_was_said(player):
    """R-A4: the same words elsewhere are another conversation."""
    before = [said("I spent 4 on coffee"), *called("create_expense", "Recorded."), {"role": "assistant", "content": []}]
    assert player(request(*before, said("what have I spent?"))).blocks[0].tool == "get_spending_summary"
    assert player(request(said("what have I spent?"))).blocks[0].text == LOST


def test_what_begins_alike_is_read_from_the_cache(player):
    """R-A5: up to the last mark; a prompt that changes is written anew."""
    first, again = (player(request(said("I spent 4 on coffee"))) for _ in range(2))
    assert first.cache_write_tokens == again.cache_read_tokens > 0
    assert first.cache_read_tokens == again.cache_write_tokens == 0
    assert first.input_tokens == again.input_tokens > 0
    other = player(request(said("I spent 4 on coffee"), system="You are SAM."))
    assert (other.cache_read_tokens, other.cache_write_tokens > 0) == (0, True)
