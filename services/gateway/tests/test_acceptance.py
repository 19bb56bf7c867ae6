"""Accepting a message: what is checked before it is written, and what is promised after."""

import asyncio
from contextlib import suppress

import pytest

from pam_gateway.acceptance import Acceptance
from pam_shared.bus.connection import Bus
from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import headers, subjects, topology
from pam_shared.contracts.conversation import LOG_EVENT
from pam_shared.embedded.nats import start_nats
from pam_shared.errors import InvalidRequestError, UnavailableError
from pam_shared.identity import CALL, Signer, Verifier


async def entries(bus, person, conversation):
    reader = LogReader(bus, topology.CONVERSATIONS)
    await reader.start()
    try:
        return await reader.read(f"{subjects.conversation(person.user, conversation)}.*")
    finally:
        await reader.stop()


async def test_an_accepted_message_is_in_the_log(acceptance, bus, person, incoming):
    """G1: the promise is given after the durable write, and the log has all that the turn needs."""
    message = incoming("I spent $45 on gas", context={"timezone": "America/Denver"})
    assert await acceptance.accept(person.identity(), message) is False
    (entry,) = await entries(bus, person, message.conversation)
    event = LOG_EVENT.validate_json(entry.body)
    assert (event.id, event.text, event.context) == (message.id, message.text, message.context)
    assert entry.headers[headers.REQUEST_ID] == "r1"


async def test_a_message_carries_a_token_for_its_own_turn_only(acceptance, bus, person, keys, incoming):
    """G6: what travels with a message opens the tools for that message, in the member's name."""
    message = incoming()
    await acceptance.accept(person.identity(), message)
    (entry,) = await entries(bus, person, message.conversation)
    identity = Verifier(keys.public).verify(entry.headers[headers.IDENTITY], CALL)
    assert (identity.user, identity.session, identity.turn) == (person.user, person.session, message.id)


async def test_a_message_sent_again_is_a_duplicate_and_stored_once(acceptance, bus, person, incoming):
    """G2: however often it is sent, also all at once."""
    message = incoming()
    answers = await asyncio.gather(*(acceptance.accept(person.identity(), message) for _ in range(10)))
    assert sorted(answers) == [False] + [True] * 9
    assert len(await entries(bus, person, message.conversation)) == 1


async def test_two_members_may_use_the_same_ids(acceptance, bus, new_person, incoming):
    """G6: deduplication is stream-wide; nobody's message is swallowed by another's."""
    message, ann, ben = incoming(), new_person(), new_person()
    assert await acceptance.accept(ann.identity(), message) is False
    assert await acceptance.accept(ben.identity(), message) is False
    assert len(await entries(bus, ann, message.conversation)) == len(await entries(bus, ben, message.conversation)) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "text_empty"), (" \n\t", "text_empty"), ("x" * 10_001, "text_too_long"), ("a\x00b", "text_invalid")],
)
async def test_text_out_of_bounds_is_refused_loudly(acceptance, bus, person, text, code, incoming):
    """R-S2: refused, never truncated; nothing reaches the log."""
    message = incoming(text)
    with pytest.raises(InvalidRequestError) as refused:
        await acceptance.accept(person.identity(), message)
    assert refused.value.problem.code == code
    assert await entries(bus, person, message.conversation) == []


@pytest.mark.parametrize(
    "text", ["x" * 10_000, "🚐" * 10_000, "O'Brien; drop table users; --", "update my budget", "$45"]
)
async def test_a_legitimate_text_is_accepted_as_it_is(acceptance, bus, person, text, incoming):
    """R-S2: 10,000 characters of whatever a member may say."""
    message = incoming(text)
    await acceptance.accept(person.identity(), message)
    (entry,) = await entries(bus, person, message.conversation)
    assert LOG_EVENT.validate_json(entry.body).text == text


async def test_a_context_out_of_bounds_is_refused(acceptance, person, incoming):
    """R-S2: 16 KiB of context."""
    with pytest.raises(InvalidRequestError) as refused:
        await acceptance.accept(person.identity(), incoming(context={"a": "x" * 16_384}))
    assert refused.value.problem.code == "context_too_large"


@pytest.mark.parametrize("context", [{"n": 10**30}, {"n": [-(10**40)]}, {"n": float("nan")}, {"a": {"b": {"c": None}}}])
async def test_an_odd_context_is_accepted_or_refused_but_breaks_nothing(acceptance, person, context, incoming):
    """R-O1: what a client sends is the client's fault at worst, never an error of ours that closes its socket."""
    with suppress(InvalidRequestError):
        await acceptance.accept(person.identity(), incoming(context=context))


async def test_while_the_log_is_away_nothing_is_promised(tmp_path, keys, settings, person, incoming):
    """G1: no PubAck, no promise; the client repeats it with the same id."""
    server = await start_nats(tmp_path / "nats")
    bus = Bus("gateway", server.url)
    await bus.connect()
    await server.stop()
    acceptance = Acceptance(bus, LogReader(bus, topology.CONVERSATIONS), Signer(keys.private), settings)
    with pytest.raises(UnavailableError):
        async with asyncio.timeout(15):
            await acceptance.accept(person.identity(), incoming())
    await bus.close()
