"""Whole agents on real JetStream, several in one process: every message has one turn, in order, whoever dies."""

import asyncio
from contextlib import suppress
from itertools import pairwise
from uuid import uuid4

import pytest
from nats.errors import Error as NatsError

from pam_agent.rules.talk import GREETING, THANKS
from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import headers, live, topology
from pam_shared.contracts.conversation import (
    ModelReplied,
    TurnStarted,
    TurnStatus,
)
from pam_shared.contracts.events import DeadLetter
from pam_shared.testing.messages_api import Reply, Say, Scene, Use, first_text, messages_api
from services.agent.tests.conversing import Member, running_agent, settled
from tests.harness.waiting import eventually

pytestmark = pytest.mark.usefixtures("empty_streams")

ROCKET = Reply(blocks=[Say(text="Let me try. "), Use(tool="launch_rocket")])


async def test_two_agents_answer_the_messages_of_a_conversation_in_order(nats, member):
    """G3: messages of one conversation are answered in log order, whatever replica got which delivery."""
    talks = [uuid4() for _ in range(8)]
    said = {conversation: [] for conversation in talks}
    async with running_agent(nats) as bus, running_agent(nats):
        for _ in range(10):
            for conversation in talks:
                said[conversation].append(await member.say(conversation, "hello"))
        for conversation in talks:
            ends = await member.answered(conversation, 10)
            assert [end.turn for end in ends] == said[conversation]
            assert len(await member.heard_ends(conversation, 10)) == 10
        await eventually(lambda: settled(bus))


async def test_a_quick_answer_waits_for_the_slow_one_before_it(nats, member):
    """G3: order comes from the log, not from who is done first."""
    scenes = [
        Scene(pattern="slow", replies=[Reply(blocks=[Say(text="At last.")], delay=0.4)]),
        Scene(pattern=".*", replies=[Reply(blocks=[Say(text="At once.")])]),
    ]
    talks = [uuid4() for _ in range(4)]
    async with messages_api(scenes) as api, running_agent(nats, api), running_agent(nats, api):
        for conversation in talks:
            for text in ("slow", "quick", "quick", "slow", "quick"):
                await member.say(conversation, text)
        for conversation in talks:
            ends = await member.answered(conversation, 5)
            assert [end.text for end in ends] == ["At last.", "At once.", "At once.", "At last.", "At once."]
            # A turn that was taken over starts twice: what counts is that its end comes before the next one's start.
            await member.heard_ends(conversation, 5)
            course = member.course(conversation)
            for earlier, later in pairwise(end.turn for end in ends):
                assert course.index(("RUN_FINISHED", earlier)) < course.index(("RUN_STARTED", later))


async def test_a_message_that_arrives_twice_has_one_turn(nats, member, talk):
    """G2: also when JetStream's own deduplication has forgotten it."""
    async with running_agent(nats) as bus, running_agent(nats):
        first = await member.say(talk, "hello")
        await member.answered(talk)
        await member.say(talk, "hello", message=first, message_id="a later copy")
        second = await member.say(talk, "thanks")
        ends = await member.answered(talk, 2)
        await eventually(lambda: settled(bus))
    assert [(end.turn, end.text) for end in ends] == [(first, GREETING), (second, THANKS)]
    assert len(await member.ends(talk)) == 2


async def test_an_entry_that_is_no_message_becomes_a_dead_letter_and_the_conversation_goes_on(nats, member, talk):
    """G7: what cannot be processed is in the dead letters, whole."""
    values = {headers.MESSAGE_ID: str(uuid4()), "Pam-Test": "kept"}
    await member.bus.publish(topology.CONVERSATIONS, member.subject(talk), b"not JSON", values)
    message = await member.say(talk, "hello")
    letters = LogReader(member.bus, topology.DEAD_LETTERS)
    await letters.start()
    async with running_agent(nats) as bus:
        (end,) = await member.answered(talk)
        (entry,) = await eventually(lambda: letters.read("pam.dead_letter.CONVERSATIONS.agent"))
        await eventually(lambda: settled(bus))
    await letters.stop()
    letter = DeadLetter.model_validate_json(entry.body)
    assert end.turn == message
    assert (letter.subject, letter.payload, letter.attempts) == (member.subject(talk), "not JSON", 1)
    assert letter.headers["Pam-Test"] == "kept"


async def test_an_agent_that_stops_leaves_its_messages_to_the_others(nats, member):
    """R-O8: rolling update: agents come and go, and every message has one answer."""
    talks = [uuid4() for _ in range(10)]
    async with messages_api(
        [Scene(pattern=".*", replies=[Reply(blocks=[Say(text="one two three")], delay=0.1)])]
    ) as api:
        for _ in range(3):
            for conversation in talks:
                await member.say(conversation, "hello")
        async with running_agent(nats, api):
            async with running_agent(nats, api):
                await asyncio.sleep(0.3)
            for conversation in talks:
                await member.answered(conversation, 3)
    for conversation in talks:
        ends = await member.ends(conversation)
        assert [end.status for end in ends] == [TurnStatus.SUCCESS] * 3
        assert len({end.turn for end in ends}) == 3


async def test_a_turn_whose_agent_is_cut_off_is_finished_by_another(nats, member, talk):
    """G1: takeover within seconds: a new epoch, what the log holds is not asked for again, one terminal event."""
    slow = Reply(blocks=[Say(text="It did not fly, after quite a long countdown.")], token_delay=0.2)
    async with messages_api([Scene(pattern="rocket", replies=[ROCKET, slow])]) as api:
        dying = running_agent(nats, api)
        bus = await dying.__aenter__()
        message = await member.say(talk, "Launch the rocket")

        async def speaking():
            return any(isinstance(event, ModelReplied) for event in await member.log(talk)) and api.requests[1:]

        await eventually(speaking)
        await bus.nats.close()
        async with running_agent(nats, api):
            (end,) = await member.answered(talk, within=12)
            await eventually(lambda: member.kinds(talk)[-1] == "RUN_FINISHED", within=3)
        with suppress(NatsError):
            await dying.__aexit__(None, None, None)
    assert bus.failed.exception() is not None, "a connection that is closed for good ends its service"
    events = await member.log(talk)
    assert [event.attempt for event in events if isinstance(event, TurnStarted)] == [1, 2]
    assert len([event for event in events if isinstance(event, ModelReplied)]) == 1
    assert (end.turn, end.text) == (message, "Let me try. It did not fly, after quite a long countdown.")
    assert len([request for request in api.requests if len(request["messages"]) == 1]) == 1
    assert live.SUPERSEDED in member.kinds(talk)
    assert await member.heard_ends(talk, 1) == {live.Position(epoch=end.epoch, sequence=end.sequence)}


async def test_the_model_is_told_what_was_said_before(nats, member, talk):
    """R-M10: a conversation goes on where it was, for an agent that has never seen it."""
    scenes = [
        Scene(pattern="rocket", replies=[ROCKET, Reply(blocks=[Say(text="It did not fly.")])]),
        Scene(pattern=".*", replies=[Reply(blocks=[Say(text="You asked for a rocket.")])]),
    ]
    async with messages_api(scenes) as api:
        async with running_agent(nats, api):
            await member.say(talk, "Launch the rocket")
            await member.answered(talk)
        async with running_agent(nats, api):
            await member.say(talk, "What did I ask?")
            await member.answered(talk, 2)
    told = api.requests[-1]["messages"]
    assert [message["role"] for message in told] == ["user", "assistant", "user", "assistant", "user"]
    assert first_text(told[0]) == "Launch the rocket"
    assert told[1]["content"][1]["name"] == "launch_rocket"
    assert "no_such_tool" in told[2]["content"][0]["content"]
    assert first_text(told[3]) == "It did not fly."
    assert first_text(told[4]) == "What did I ask?"


async def test_nothing_of_one_conversation_is_told_in_another(nats, member, new_person, bus):
    """G6: nothing crosses from one member to another, not even under the same conversation id."""
    other, talk = Member(bus, member.reader, new_person()), uuid4()
    scenes = [Scene(pattern=".*", replies=[Reply(blocks=[Say(text="Noted.")])])]
    async with messages_api(scenes) as api, running_agent(nats, api):
        await member.say(talk, "My secret is 4711")
        await member.answered(talk)
        await other.say(talk, "What is the secret?")
        await other.answered(talk)
    assert "4711" not in str(api.requests[-1])


@pytest.mark.parametrize(
    "trouble",
    [Reply(status=529, retry_after=0.01), Reply(status=400), Reply(blocks=[Say(text="never said")], cut_after=0)],
    ids=["overloaded", "refused", "cut before the first word"],
)
async def test_when_no_model_answers_the_rules_do_and_say_so(nats, member, talk, trouble):
    """R-A4: model, second model, rules; a banner says which mode."""
    async with messages_api([Scene(pattern=".*", replies=[trouble])]) as api, running_agent(nats, api):
        await member.say(talk, "hello")
        (end,) = await member.answered(talk)
    assert (end.status, end.text, end.model) == (TurnStatus.SUCCESS, GREETING, "rules")
    assert {request["model"] for request in api.requests} == {"claude-sonnet-5-5", "claude-haiku-5-5"}
    assert live.BANNER in member.kinds(talk)


async def test_a_turn_has_a_deadline(nats, member, talk):
    """R-A1: a stuck turn ends, is told as such, and the conversation goes on."""
    stuck = Reply(blocks=[Say(text="word " * 100)], token_delay=0.1)
    scenes = [Scene(pattern="stuck", replies=[stuck]), Scene(pattern=".*", replies=[Reply(blocks=[Say(text="Hi.")])])]
    async with messages_api(scenes) as api, running_agent(nats, api, turn_within=1):
        await member.say(talk, "stuck")
        await member.say(talk, "hello")
        late, whole = await member.answered(talk, 2)
    assert (late.status, late.error.code) == (TurnStatus.FAILED, "turn_timeout")
    assert late.text.startswith("word word")
    assert whole.text == "Hi."


async def test_a_model_that_never_stops_asking_for_tools_is_stopped(nats, member, talk):
    """R-A5: steps of a turn are bounded."""
    async with messages_api([Scene(pattern=".*", replies=[ROCKET])]) as api, running_agent(nats, api, steps_max=3):
        await member.say(talk, "go")
        (end,) = await member.answered(talk)
    assert (end.status, end.error.code) == (TurnStatus.FAILED, "too_many_steps")
    assert len(api.requests) == 3


async def test_more_messages_than_slots_are_all_answered(nats, member):
    """R-L1: parked deliveries take no slot, or agents deadlock."""
    talks = [uuid4() for _ in range(6)]
    async with running_agent(nats, slots=2, parked_max=3) as bus:
        for _ in range(5):
            for conversation in talks:
                await member.say(conversation, "hello")
        for conversation in talks:
            assert len(await member.answered(conversation, 5, within=30)) == 5
        await eventually(lambda: settled(bus), within=10)


async def test_after_a_reconnect_a_running_turn_is_said_whole_again(nats, member, talk):
    """G3: LIVE may have lost events with the connection; what is said then replaces them."""
    slow = Reply(blocks=[Say(text="one two three four five six seven eight")], token_delay=0.1)
    async with messages_api([Scene(pattern=".*", replies=[slow])]) as api, running_agent(nats, api) as bus:
        await member.say(talk, "hello")
        await eventually(lambda: member.kinds(talk).count("TEXT_MESSAGE_CONTENT") >= 3)
        await bus._on_reconnected()
        (end,) = await member.answered(talk)
        await eventually(lambda: member.terminals(talk))
    said = [frame.event for frame in member.frames if frame.event.get("name") == live.SO_FAR]
    (so_far,) = said
    kinds = member.kinds(talk)
    before = "".join(
        frame.event.get("delta", "")
        for frame in member.frames[: kinds.index(live.SO_FAR)]
        if frame.conversation == talk
    )
    assert so_far["value"]["text"] == before
    assert so_far["value"]["turn"] == str(end.turn)
    assert so_far["value"]["message"]
