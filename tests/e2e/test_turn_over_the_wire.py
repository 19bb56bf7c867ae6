"""A turn with a scripted model, as a client of the protocol sees it."""

import time
from itertools import pairwise
from uuid import uuid4

import pytest

from pam_shared.testing.messages_api import MessagesApi, first_text
from tests.harness.client import sign_up, talking
from tests.harness.stack import Stack
from tests.harness.waiting import eventually

pytestmark = pytest.mark.stack


async def test_events_come_in_the_order_of_the_protocol(scripted: Stack):
    """R-M5, G3: ack before RUN_STARTED, tools, text, one RUN_FINISHED; sequence +1 within one epoch."""
    person = await sign_up(scripted.url)
    async with talking(person) as (wire, conversation):
        message = await wire.say(conversation, "I spent $45 on gas")
        events = await wire.turn()
    kinds = [frame["event"]["type"] for frame in events]
    assert kinds[:5] == ["RUN_STARTED", "TOOL_CALL_START", "TOOL_CALL_ARGS", "TOOL_CALL_END", "TOOL_CALL_RESULT"]
    assert kinds[5] == "TEXT_MESSAGE_START"
    assert set(kinds[6:-3]) == {"TEXT_MESSAGE_CONTENT"}
    assert kinds[-3:] == ["TEXT_MESSAGE_END", "CUSTOM", "RUN_FINISHED"]
    assert events[0]["event"]["runId"] == message
    assert events[-1]["event"]["outcome"] == {"type": "success"}
    text = "".join(frame["event"]["delta"] for frame in events if frame["event"]["type"] == "TEXT_MESSAGE_CONTENT")
    assert text == "I wrote down $45.00 for gas."
    order = [frame["type"] for frame in wire.frames]
    assert order.index("ack") < order.index("event")
    assert len({frame["epoch"] for frame in events}) == 1
    assert all(after["sequence"] == before["sequence"] + 1 for before, after in pairwise(events))
    assert events[0]["sequence"] == 1


async def test_two_tools_of_one_reply_run_in_parallel(scripted: Stack):
    """R-A11: both calls are under way before the first has returned, and both results reach the model."""
    person = await sign_up(scripted.url)
    async with talking(person) as (wire, conversation):
        await wire.say(conversation, "please use two tools")
        events = await wire.turn()
    kinds = [frame["event"]["type"] for frame in events]
    assert kinds.count("TOOL_CALL_START") == kinds.count("TOOL_CALL_RESULT") == 2
    assert kinds.count("RUN_FINISHED") == 1

    def calls() -> list[dict]:
        turns = [span for span in scripted.spans() if span["name"] == "call compare_vs_budget"]
        trace = turns[-1]["trace_id"] if turns else None
        found = [span for span in scripted.spans() if span["trace_id"] == trace and span["name"].startswith("call ")]
        return found if len(found) == 2 else []

    first, second = await eventually(calls)
    latest_start = max(first["start_ns"], second["start_ns"])
    earliest_end = min(call["start_ns"] + call["duration_ms"] * 1e6 for call in (first, second))
    assert latest_start < earliest_end


async def test_the_same_message_twice_is_one_turn(scripted: Stack):
    """G2: the second send gets the same ack as a duplicate, and nothing is done again."""
    person = await sign_up(scripted.url)
    async with talking(person) as (wire, conversation):
        message = await wire.say(conversation, "I spent $45 on gas")
        await wire.turn()
        await wire.say(conversation, "I spent $45 on gas", id=message)
        ack = await wire.until("ack")
        assert ack == {"type": "ack", "id": message, "conversation": conversation, "duplicate": True}
    summary = await person.ask("POST", "/api/v1/pam/tools/execute", json={"tool": "get_spending_summary"})
    assert summary.json()["data"]["total_amount"] == "45.00"


async def test_a_client_that_comes_back_continues_where_it_was(scripted: Stack):
    """G3, R-M1: after a reconnect in mid-turn nothing is missing and nothing comes twice."""
    person = await sign_up(scripted.url)
    async with talking(person) as (wire, conversation):
        await wire.say(conversation, "answer slowly")
        seen = []
        while len(seen) < 9:
            frame = await wire.take()
            if frame["type"] == "event":
                seen.append(frame)
    position = {"epoch": seen[-1]["epoch"], "sequence": seen[-1]["sequence"]}
    async with talking(person) as (wire, _):
        await wire.put(type="open", conversation=conversation, position=position)
        opened = await wire.until("opened")
        assert opened["recovered"] is True
        seen += await wire.turn()
    assert [frame["sequence"] for frame in seen] == list(range(1, len(seen) + 1))
    assert seen[-1]["event"]["type"] == "RUN_FINISHED"


async def test_a_position_nobody_remembers_gets_a_snapshot(scripted: Stack):
    """G3: where the events are gone the client is told so and gets the conversation as it stands."""
    person = await sign_up(scripted.url)
    async with talking(person) as (wire, conversation):
        message = await wire.say(conversation, "hello")
        await wire.turn()
        await wire.put(type="open", conversation=conversation, position={"epoch": 1, "sequence": 7})
        opened = await wire.until("opened")
        assert opened["recovered"] is False
        snapshot = await wire.until("snapshot")
    assert [m["role"] for m in snapshot["messages"]] == ["user", "assistant"]
    assert snapshot["messages"][0]["id"] == message
    assert snapshot["messages"][1]["content"] == "Hello from the script."


async def test_a_model_that_is_down_leaves_the_rules_and_says_so(scripted: Stack):
    """R-A4: the tools still work when the model does not, and a banner says who answers."""
    person = await sign_up(scripted.url)
    async with talking(person) as (wire, conversation):
        await wire.say(conversation, "broken: I spent $12 on tolls")
        events = [frame["event"] for frame in await wire.turn()]
    assert any(event["type"] == "CUSTOM" and event["name"] == "pam.banner" for event in events)
    text = "".join(event.get("delta", "") for event in events if event["type"] == "TEXT_MESSAGE_CONTENT")
    assert "$12.00" in text


async def test_the_model_sees_what_was_said_before(scripted: Stack, model: MessagesApi):
    """The second message of a conversation is asked with the first exchange before it, tools and all."""
    person = await sign_up(scripted.url)
    async with talking(person) as (wire, conversation):
        for text in ("I spent $45 on gas", f"and what now {uuid4()}"):
            await wire.say(conversation, text)
            await wire.turn()
    told = model.requests[-1]["messages"]
    assert [message["role"] for message in told] == ["user", "assistant", "user", "assistant", "user"]
    assert told[1]["content"][0]["type"] == "tool_use"
    assert told[2]["content"][0]["tool_use_id"] == told[1]["content"][0]["id"]
    assert first_text(told[3]) == "I wrote down $45.00 for gas."


async def test_plain_http_answers_the_same(scripted: Stack):
    """R-M9: POST pam/chat waits for the answer; the same Idempotency-Key answers once."""
    person = await sign_up(scripted.url)
    key = {"Idempotency-Key": str(uuid4())}
    body = {"message": "I spent $45 on gas"}
    first = (await person.ask("POST", "/api/v1/pam/chat", json=body, headers=key)).json()
    assert first["response"] == "I wrote down $45.00 for gas."
    second = (await person.ask("POST", "/api/v1/pam/chat", json=body, headers=key)).json()
    assert second["message_id"] == first["message_id"]
    assert second["response"] == first["response"]
    assert [source["name"] for source in first["sources"]] == ["your expenses"]
    assert second["sources"] == first["sources"]
    summary = await person.ask("POST", "/api/v1/pam/tools/execute", json={"tool": "get_spending_summary"})
    assert summary.json()["data"]["expense_count"] == 1


async def test_a_member_stops_an_answer_and_is_told_what_was_done(scripted: Stack):
    """G5: over the wire: one terminal event within two seconds, and the expense that was written is named."""
    person = await sign_up(scripted.url)
    async with talking(person) as (wire, conversation):
        message = await wire.say(conversation, "answer slowly")
        while (await wire.until("event"))["event"]["type"] != "TEXT_MESSAGE_CONTENT":
            pass
        started = time.monotonic()
        await wire.put(type="cancel", conversation=conversation, id=message)
        events = [frame["event"] for frame in await wire.turn()]
        assert time.monotonic() - started < 2
    assert events[-1]["outcome"] == {"type": "cancelled"}
    assert events[-1]["result"] == {"done": ["create_expense"], "not_done": []}


async def test_a_message_that_interrupts_is_answered_next(scripted: Stack):
    """R-M8: what was being answered is cancelled, in the order of the log."""
    person = await sign_up(scripted.url)
    async with talking(person) as (wire, conversation):
        first = await wire.say(conversation, "answer slowly")
        while (await wire.until("event"))["event"]["type"] != "TEXT_MESSAGE_CONTENT":
            pass
        second = await wire.say(conversation, "hello", when_busy="interrupt")
        stopped, answered = (await wire.turn())[-1]["event"], (await wire.turn())[-1]["event"]
    assert (stopped["runId"], stopped["outcome"]["type"]) == (first, "cancelled")
    assert (answered["runId"], answered["outcome"]["type"]) == (second, "success")
