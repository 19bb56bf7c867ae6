"""A streamed message, put together from its events."""

import pytest

from pam_agent.gathered import Gathered
from pam_agent.mind import Reply
from pam_shared.contracts.conversation import TextBlock, ToolUseBlock

pytestmark = pytest.mark.unit


def gathered(*events) -> Reply:
    whole = Gathered()
    whole.take(list(events))
    return whole.reply("m")


def tool_events(index, *parts):
    block = {"type": "tool_use", "id": f"toolu_{index}", "name": "create_expense", "input": {}}
    yield {"type": "content_block_start", "index": index, "content_block": block}
    for part in parts:
        delta = {"type": "input_json_delta", "partial_json": part}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


@pytest.mark.parametrize(
    ("parts", "arguments"),
    [
        (['{"amo', 'unt": 4', "5}"], {"amount": 45}),
        ([], {}),
        ([""], {}),
        (['{"amount": 45'], {"malformed_json": '{"amount": 45'}),
        (["[45]"], {"not_an_object": [45]}),
    ],
)
def test_arguments_are_put_together_and_bad_ones_handed_on(parts, arguments):
    """R-T3: what is no JSON object reaches the worker, which refuses it by name; the turn does not fail of it."""
    assert gathered(*tool_events(0, *parts)).tool_uses == [
        ToolUseBlock(id="toolu_0", name="create_expense", input=arguments)
    ]


def test_empty_text_blocks_are_left_out():
    """R-A1: the API does not take an empty text back."""
    start = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    stop = {"type": "content_block_stop", "index": 0}
    reply = gathered(start, stop, *tool_events(1))
    assert [block.type for block in reply.content] == ["tool_use"]
    assert TextBlock(text="") not in reply.content
