"""Wanting no answer any more: written to the log, where whoever answers finds it."""

import asyncio
from uuid import uuid4

import pytest

from pam_shared.contracts.conversation import CancelRequested, MessageReceived, cancel_id
from pam_shared.errors import NotFoundError


async def test_a_cancel_is_in_the_log_behind_its_message(acceptance, person, conversation, incoming):
    """G5: the running owner hears of it there, and a takeover finds it."""
    message = incoming(conversation=conversation.id)
    await acceptance.accept(person.identity(), message)
    await acceptance.cancel(person.identity(), conversation.id, message.id, "r2")
    first, second = await conversation.events()
    assert isinstance(first, MessageReceived)
    assert (type(second), second.turn) == (CancelRequested, message.id)
    assert (await conversation.entries())[1].message_id == cancel_id(person.user, conversation.id, message.id)


async def test_cancelling_often_and_from_everywhere_cancels_once(acceptance, another_acceptance, person, conversation):
    """G5: twice, from another tab, over another gateway."""
    turn = uuid4()
    await asyncio.gather(
        *(desk.cancel(person.identity(), conversation.id, turn, "r") for desk in (acceptance, another_acceptance) * 3)
    )
    assert len(await conversation.events()) == 1


async def test_nobody_cancels_what_is_somebody_elses(acceptance, new_person, person, conversation, incoming, recording):
    """G6: another's conversation is not there, neither by its id nor by its subject."""
    message, other = incoming(conversation=conversation.id), new_person()
    await acceptance.accept(person.identity(), message)
    await recording(conversation.id)
    with pytest.raises(NotFoundError) as refused:
        await acceptance.cancel(other.identity(), conversation.id, message.id, "r")
    assert refused.value.problem.code == "conversation_not_found"
    assert len(await conversation.events()) == 1
