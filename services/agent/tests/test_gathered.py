"""A streamed message, put together from its events."""

import pytest

from pam_agent.gathered import Gathered
from pam_agent.mind import Reply
from pam_shared.contracts.conversation import TextBlock, ToolUseBlock, Usage

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


def test_of_a_message_without_its_end_the_output_is_what_was_written():
    """R-A5: the API counts what it wrote at the end alone, and bills it all the same."""
    started = {"type": "message_start", "message": {"usage": {"input_tokens": 9, "output_tokens": 1}}}
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "x" * 36}}
    whole = Gathered()
    assert whole.used == Usage()
    whole.take([started, block, delta])
    assert whole.used == Usage(input_tokens=9, output_tokens=11)
    whole.take([{"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 8}}])
    assert whole.used == Usage(input_tokens=9, output_tokens=8)
