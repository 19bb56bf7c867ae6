"""Stopping an answer: at any moment, once, in order, and with an honest account of what was done."""

import asyncio
import time
from uuid import uuid4

import pytest

from pam_shared.contracts import live
from pam_shared.contracts.conversation import ModelReplied, ToolReturned, TurnStarted, TurnStatus, WhenBusy
from pam_shared.contracts.tools import Outcome
from pam_shared.testing.messages_api import Reply, Say, Scene, Use, first_text, messages_api
from services.agent.tests.conversing import Member, running_agent, settled
from tests.harness.waiting import eventually

pytestmark = pytest.mark.usefixtures("empty_streams")

LONG = Reply(blocks=[Say(text="word " * 200)], token_delay=0.05)
WITHIN = 2.0


def writing(seconds, tool="write_note", **more) -> Scene:
    """A model that writes a note for so long, and would then say so."""
    note = {"seconds": seconds, **({"text": "stop me"} if tool == "write_note" else {}), **more}
    call = Reply(blocks=[Say(text="Let me see. "), Use(tool=tool, input=note)])
    return Scene(pattern="note", replies=[call, Reply(blocks=[Say(text="It is written.")])])


SCENES = [Scene(pattern="long", replies=[LONG]), Scene(pattern=".*", replies=[Reply(blocks=[Say(text="Hi.")])])]


async def cancelled(member, talk, message, count=1):
    """Cancel, wait for the end, and return it with the seconds it took."""
    started = time.monotonic()
    await member.cancel(talk, message)
    ends = await member.answered(talk, count, within=8)
    return next(end for end in ends if end.turn == message), time.monotonic() - started


async def said(member, talk, kind, count=1):
    await eventually(lambda: member.kinds(talk).count(kind) >= count)


async def test_a_cancel_in_the_middle_of_text_ends_the_turn_and_the_stream(nats, member, talk):
    """G5, R-M8: within two seconds; what was shown stays, and the model's stream is closed."""
    async with messages_api(SCENES) as api, running_agent(nats, api) as bus:
        message = await member.say(talk, "long")
        await said(member, talk, "TEXT_MESSAGE_CONTENT", 3)
        end, seconds = await cancelled(member, talk, message)
        await eventually(lambda: len(member.terminals(talk)) == 1)
        await eventually(lambda: settled(bus))
        speaking = [task for task in asyncio.all_tasks() if "MessagesApi.serve" in repr(task.get_coro())]
        await eventually(lambda: all(task.done() for task in speaking), within=3)
    assert end.status is TurnStatus.CANCELLED
    assert seconds < WITHIN
    assert end.text.startswith("word word")
    assert len(end.text) < 900
    assert member.kinds(talk)[-2:] == ["TEXT_MESSAGE_END", "RUN_FINISHED"]
    (terminal,) = [frame.event for frame in member.frames if frame.terminal]
    assert terminal["outcome"] == {"type": "cancelled"}
    assert terminal["result"] == {"done": [], "not_done": []}


async def test_a_running_write_is_let_finish_and_told_as_done(nats, member, talk, diary):
    """G5, R-M8: a cancel does not tear a write apart; the member is told that it happened."""
    async with messages_api([writing(0.5)]) as api, running_agent(nats, api):
        message = await member.say(talk, "note")
        await said(member, talk, "TOOL_CALL_END")
        end, seconds = await cancelled(member, talk, message)
        log = await member.log(talk)
    assert seconds < WITHIN
    assert (end.status, [used.name for used in end.tools], end.not_run) == (TurnStatus.CANCELLED, ["write_note"], [])
    assert [event.reply.outcome for event in log if isinstance(event, ToolReturned)] == [Outcome.OK]
    assert len(api.requests) == 1, "the model was not asked again"


async def test_a_write_that_takes_too_long_is_told_as_not_known(nats, member, talk, diary):
    """G5: nobody waits for it longer than two seconds, and nobody claims to know."""
    async with messages_api([writing(4)]) as api, running_agent(nats, api):
        message = await member.say(talk, "note")
        await said(member, talk, "TOOL_CALL_END")
        end, seconds = await cancelled(member, talk, message)
    assert seconds < WITHIN
    assert [(used.name, used.outcome) for used in end.tools] == [("write_note", Outcome.UNAVAILABLE)]


async def test_a_read_is_not_waited_for(nats, member, talk, diary):
    """G5: what changes nothing is simply left."""
    async with messages_api([writing(4, tool="read_notes")]) as api, running_agent(nats, api):
        message = await member.say(talk, "note")
        await said(member, talk, "TOOL_CALL_END")
        end, seconds = await cancelled(member, talk, message)
    assert seconds < 1
    assert (end.tools, end.not_run) == ([], ["read_notes"])


async def test_a_message_cancelled_while_it_waits_ends_at_once_and_in_order(nats, member, talk):
    """G3, G5: another agent may hold it; every client sees its end inside the running turn, once."""
    async with messages_api(SCENES) as api, running_agent(nats, api) as bus, running_agent(nats, api):
        first = await member.say(talk, "long")
        waiting = await member.say(talk, "hello")
        last = await member.say(talk, "hello again")
        await said(member, talk, "TEXT_MESSAGE_CONTENT", 2)
        end, seconds = await cancelled(member, talk, waiting)
        assert (await cancelled(member, talk, first, 2))[0].status is TurnStatus.CANCELLED
        ends = await member.answered(talk, 3)
        await eventually(lambda: settled(bus))
        await eventually(lambda: len(member.terminals(talk)) == 3)
    assert seconds < WITHIN
    assert (end.status, end.text) == (TurnStatus.CANCELLED, "")
    assert [ending.turn for ending in ends] == [waiting, first, last]
    frames = [frame for frame in member.frames if frame.conversation == talk]
    for epoch in {frame.epoch for frame in frames}:
        # A terminal event may be said again at its place, by whoever runs the next turn.
        numbers = list(dict.fromkeys(frame.sequence for frame in frames if frame.epoch == epoch))
        assert numbers == list(range(1, len(numbers) + 1))


async def test_an_interrupting_message_ends_what_is_before_it(nats, member, talk):
    """R-M8: ``when_busy: interrupt``: everything unanswered before it is cancelled, then it is answered."""
    async with messages_api(SCENES) as api, running_agent(nats, api):
        first = await member.say(talk, "long")
        second = await member.say(talk, "long")
        await said(member, talk, "TEXT_MESSAGE_CONTENT", 2)
        started = time.monotonic()
        third = await member.say(talk, "hello", when_busy=WhenBusy.INTERRUPT)
        ends = await member.answered(talk, 3)
        assert time.monotonic() - started < WITHIN
    found = {end.turn: end.status for end in ends}
    assert found == {first: "cancelled", second: "cancelled", third: "success"}
    assert ends[-1].turn == third


async def test_a_cancel_before_an_agent_has_begun_asks_no_model(nats, member, talk):
    """G5: also before the turn has begun."""
    message = await member.say(talk, "long")
    await member.cancel(talk, message)
    async with messages_api(SCENES) as api, running_agent(nats, api) as bus:
        (end,) = await member.answered(talk)
        await eventually(lambda: settled(bus))
    assert (end.status, api.requests) == (TurnStatus.CANCELLED, [])
    assert member.kinds(talk) == ["RUN_STARTED", "RUN_FINISHED"]


async def test_a_cancel_after_the_end_or_of_nothing_changes_nothing(nats, member, talk):
    """G5: idempotent; an id nobody knows is nobody's message."""
    async with running_agent(nats) as bus:
        message = await member.say(talk, "hello")
        (end,) = await member.answered(talk)
        for unknown in (message, message, uuid4()):
            await member.cancel(talk, unknown)
        second = await member.say(talk, "thanks")
        ends = await member.answered(talk, 2)
        await eventually(lambda: settled(bus))
    assert [(ending.turn, ending.status) for ending in ends] == [(message, end.status), (second, "success")]
    assert end.status is TurnStatus.SUCCESS


async def test_another_member_cancels_nothing(nats, member, bus, talk, new_person):
    """G6: the subject names the member: a stranger's cancel lies in a conversation of the stranger's own."""
    stranger = Member(bus, member.reader, new_person())
    async with messages_api(SCENES) as api, running_agent(nats, api):
        message = await member.say(talk, "long")
        await said(member, talk, "TEXT_MESSAGE_CONTENT", 2)
        await stranger.cancel(talk, message)
        await asyncio.sleep(0.5)
        assert await member.ends(talk) == []
        await cancelled(member, talk, message)


async def test_a_takeover_of_a_cancelled_turn_closes_the_keys_of_calls_in_doubt(nats, member, talk, diary):
    """G4, G5: the agent died in mid-call: whoever takes over learns from the worker whether it was done."""
    message = await member.say(talk, "note")
    await log_of_a_dead_agent(member, talk, message)
    await member.cancel(talk, message)
    async with messages_api([writing(0)]) as api, running_agent(nats, api):
        (end,) = await member.answered(talk)
    assert (end.status, end.not_run, end.tools) == (TurnStatus.CANCELLED, ["write_note"], [])
    assert live.SUPERSEDED in member.kinds(talk)


async def log_of_a_dead_agent(member, talk, message):
    """Write what an agent leaves that died between the model's reply and the tool's."""
    use = {"type": "tool_use", "id": "toolu_1", "name": "write_note", "input": {"text": "in doubt"}}
    start = TurnStarted(turn=message, attempt=1, nonce="dead-1", delivered=0, base=1)
    reply = ModelReplied(turn=message, step=0, content=[use], model="m", base=1)
    for number, event in enumerate((start, reply)):
        await member.write(talk, event, f"dead:{message}:{number}")


async def test_the_model_is_told_that_an_answer_was_stopped(nats, member, talk, diary):
    """R-M8: the history stays valid for the model: every ``tool_use`` has its ``tool_result``."""
    async with messages_api([writing(4), *SCENES]) as api, running_agent(nats, api):
        message = await member.say(talk, "note")
        await said(member, talk, "TOOL_CALL_END")
        await cancelled(member, talk, message)
        await member.say(talk, "hello")
        await member.answered(talk, 2)
    told = api.requests[-1]["messages"]
    assert [block["type"] for block in told[1]["content"]] == ["text", "tool_use"]
    assert told[2]["content"][0]["tool_use_id"] == told[1]["content"][1]["id"]
    assert "stopped this answer" in first_text(told[3])
