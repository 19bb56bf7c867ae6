"""A message that comes while an earlier one is being answered: kept behind it, in its place, or refused."""

import asyncio
from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from pam_gateway.acceptance import BusyError
from pam_gateway.access import Access
from pam_gateway.backlog import Backlogs, read_backlog
from pam_shared.contracts import headers
from pam_shared.contracts.conversation import MessageReceived, TurnStatus, WhenBusy
from pam_shared.errors import OverloadedError


async def said(acceptance, person, message) -> bool:
    return await acceptance.accept(person.identity(), message)


async def test_how_a_message_takes_a_running_turn_is_in_the_log(acceptance, person, conversation, incoming):
    """Queueing: what becomes of the turn before is the agent's to do, by what the log says."""
    for how in (WhenBusy.ENQUEUE, WhenBusy.INTERRUPT):
        await said(acceptance, person, incoming(conversation=conversation.id, when_busy=how))
    assert [event.when_busy for event in await conversation.events()] == [WhenBusy.ENQUEUE, WhenBusy.INTERRUPT]


async def test_a_message_that_is_not_to_wait_is_refused_while_another_is_unanswered(
    acceptance, person, conversation, incoming
):
    """Queueing: refused with a time to come back, and nothing is written; answered or not is read from the log."""
    first = incoming(conversation=conversation.id)
    await said(acceptance, person, first)
    second = incoming(conversation=conversation.id, when_busy=WhenBusy.REJECT)
    for begin in (False, True):
        if begin:
            await conversation.begin(first.id)
        with pytest.raises(BusyError) as refused:
            await said(acceptance, person, second)
        assert (refused.value.problem.code, refused.value.problem.temporary) == ("conversation_busy", True)
    await conversation.finish(first.id)
    assert await said(acceptance, person, second) is False
    assert [event.id for event in await conversation.events() if isinstance(event, MessageReceived)] == [
        first.id,
        second.id,
    ]


async def test_a_message_that_is_not_to_wait_is_not_in_its_own_way(acceptance, person, conversation, incoming):
    """G2: sent again it is a duplicate, not busy with itself."""
    message = incoming(conversation=conversation.id, when_busy=WhenBusy.REJECT)
    assert await said(acceptance, person, message) is False
    assert await said(acceptance, person, message) is True
    assert len(await conversation.events()) == 1


async def test_of_messages_that_are_not_to_wait_only_one_gets_in_at_a_time(acceptance, person, conversation, incoming):
    """Queueing: between the look and the write nothing slips in, however many try at once."""
    messages = [incoming(conversation=conversation.id, when_busy=WhenBusy.REJECT) for _ in range(8)]
    answers = await asyncio.gather(*(said(acceptance, person, item) for item in messages), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["BusyError"] * 7 + ["bool"]
    assert len(await conversation.events()) == 1


async def test_only_the_context_is_read_to_find_out(acceptance, person, conversation, incoming):
    """Queueing: what lies before the context is settled, as the agent's newest entry says."""
    old, answered = incoming(conversation=conversation.id), incoming(conversation=conversation.id)
    for message in (old, answered):
        await said(acceptance, person, message)
    base = (await conversation.entries())[1].sequence
    await conversation.finish(answered.id, base)
    message = incoming(conversation=conversation.id, when_busy=WhenBusy.REJECT)
    assert await said(acceptance, person, message) is False


async def test_no_more_than_twenty_messages_wait_for_an_answer(acceptance, person, conversation, incoming):
    """R-L1: the twenty-first is refused with a time to come back; one that is in the log already is a duplicate."""
    messages = [incoming(conversation=conversation.id) for _ in range(20)]
    for message in messages:
        await said(acceptance, person, message)
    late = incoming(conversation=conversation.id)
    with pytest.raises(OverloadedError) as refused:
        await said(acceptance, person, late)
    assert refused.value.problem.code == "too_many_unanswered"
    assert await said(acceptance, person, messages[3]) is True
    await conversation.finish(messages[0].id)
    assert await said(acceptance, person, late) is False
    assert len(await conversation.events()) == 22


async def test_the_two_newest_entries_tell_that_nothing_waits(acceptance, person, conversation, incoming, log):
    """R-L1: in a talk where each message is answered before the next, nothing else is read."""
    backlogs = Backlogs(log, 20)
    first, second = incoming(conversation=conversation.id), incoming(conversation=conversation.id)
    assert not await backlogs.all_answered(person.user, conversation.id)
    await said(acceptance, person, first)
    assert not await backlogs.all_answered(person.user, conversation.id)
    await conversation.finish(first.id)
    assert await backlogs.all_answered(person.user, conversation.id)
    await said(acceptance, person, second)
    assert not await backlogs.all_answered(person.user, conversation.id)


async def test_a_message_that_was_cancelled_says_nothing_of_those_before_it(
    acceptance, person, conversation, incoming, log
):
    """R-L1: its end is told while an earlier one is still being answered."""
    first, second = incoming(conversation=conversation.id), incoming(conversation=conversation.id)
    for message in (first, second):
        await said(acceptance, person, message)
    await conversation.begin(first.id)
    await conversation.finish(second.id, status=TurnStatus.CANCELLED)
    assert not await Backlogs(log, 20).all_answered(person.user, conversation.id)


async def test_a_message_is_said_to_begin_a_conversation_only_if_persistence_knows_of_none(
    acceptance, person, conversation, incoming
):
    """G1: with persistence away nobody knows, so the agent must look for itself."""
    await said(acceptance, person, incoming(id=uuid7(), conversation=conversation.id))
    (entry,) = await conversation.entries()
    assert headers.NEW_CONVERSATION not in entry.headers


async def test_the_first_message_alone_begins_a_conversation(acceptance, person, incoming, recording, conversation):
    """G1: what persistence knows nothing of is new once, also when it was opened before."""
    await acceptance.check_access(person.identity(), conversation.id)
    for _ in range(3):
        await said(acceptance, person, incoming(id=uuid7(), conversation=conversation.id))
    assert [headers.NEW_CONVERSATION in entry.headers for entry in await conversation.entries()] == [True, False, False]


async def test_a_conversation_on_record_is_not_new_to_another_gateway(
    acceptance, bus, person, incoming, recording, conversation, another_acceptance
):
    """G1: an empty log is all there is only where nothing was ever recorded."""
    await said(acceptance, person, incoming(conversation=conversation.id))
    await recording(conversation.id)
    await said(another_acceptance, person, incoming(conversation=conversation.id))
    assert headers.NEW_CONVERSATION not in (await conversation.entries())[1].headers


async def test_that_a_conversation_is_new_is_believed_for_a_while_only(monkeypatch, person):
    """G1: another gateway may have accepted something since."""
    access = Access(None, None)
    key = (person.user, uuid4())
    access._new_until[key] = 1.0
    assert not access.first(person.identity(), key[1])


async def test_what_becomes_a_message_on_record_is_told_from_what_does_not(
    acceptance, person, conversation, incoming, log
):
    """G3: a snapshot waits for the newest of them, also when a cancel came behind it."""
    message = incoming(conversation=conversation.id)
    await said(acceptance, person, message)
    await acceptance.cancel(person.identity(), conversation.id, message.id, "r")
    await conversation.begin(message.id)
    backlog = await read_backlog(log, person.user, conversation.id)
    sequences = [entry.sequence for entry in await conversation.entries()]
    assert (backlog.newest, backlog.last) == (sequences[0], sequences[2])
