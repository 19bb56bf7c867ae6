"""A message that kills its agent: convicted only in a process of its own, and the conversation goes on."""

import asyncio

import pytest

from pam_agent.rules.talk import GREETING
from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import topology
from pam_shared.contracts.conversation import TurnStarted, TurnStatus
from pam_shared.contracts.events import DeadLetter
from services.agent.tests.conversing import running_agent, settled
from tests.harness.waiting import eventually

pytestmark = pytest.mark.usefixtures("empty_streams")

DEADLY = """
import os
from pam_agent import rules

reply = rules.Rules.reply

async def deadly(self, prompt):
    if "poison" in prompt.text:
        os._exit(9)
    async for part in reply(self, prompt):
        yield part

rules.Rules.reply = deadly
"""


@pytest.fixture
def child(nats, tmp_path, monkeypatch):
    """Children of this process answer by rules, and die of poison."""
    (tmp_path / "sitecustomize.py").write_text(DEADLY)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PAM_NATS_URL", nats)
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)


async def two_deaths(member, talk, message):
    """Write what two agents leave that died as soon as they had begun."""
    for attempt in (1, 2):
        start = TurnStarted(turn=message, attempt=attempt, nonce=f"dead-{attempt}", delivered=0, base=1)
        await member.write(talk, start, f"dead:{message}:{attempt}")


async def test_poison_becomes_a_dead_letter_and_the_next_message_is_answered(nats, member, talk, child):
    """G1, G7: one terminal event that says so, a dead letter, and nobody else is harmed."""
    poison = await member.say(talk, "poison")
    await two_deaths(member, talk, poison)
    letters = LogReader(member.bus, topology.DEAD_LETTERS)
    await letters.start()
    async with running_agent(nats) as bus:
        after = await member.say(talk, "hello")
        fatal, whole = await member.answered(talk, 2)
        (entry,) = await letters.read("pam.dead_letter.CONVERSATIONS.agent")
        await eventually(lambda: settled(bus))
    await letters.stop()
    assert (fatal.turn, fatal.status, fatal.error.code) == (poison, TurnStatus.FAILED, "message_fatal")
    assert (whole.turn, whole.text) == (after, GREETING)
    assert '"text":"poison"' in DeadLetter.model_validate_json(entry.body).payload
    assert member.kinds(talk).count("RUN_ERROR") == 1


async def test_an_innocent_message_is_answered_in_its_process(nats, member, talk, child):
    """G1: two crashes that were not its fault convict nobody."""
    innocent = await member.say(talk, "hello")
    await two_deaths(member, talk, innocent)
    async with running_agent(nats) as bus:
        (end,) = await member.answered(talk)
        await eventually(lambda: settled(bus))
    assert (end.turn, end.status, end.text) == (innocent, TurnStatus.SUCCESS, GREETING)
    attempts = [event.attempt for event in await member.log(talk) if isinstance(event, TurnStarted)]
    assert attempts == [1, 2, 3]


async def test_a_process_that_never_ends_is_ended(nats, member, talk, child, monkeypatch):
    """G1: a message that hangs its process is as fatal as one that kills it."""
    monkeypatch.setattr("pam_agent.isolation.LONGER", 0.5)
    poison = await member.say(talk, "hello")
    await two_deaths(member, talk, poison)
    async with running_agent(nats, turn_within=0.1) as bus:
        (end,) = await member.answered(talk)
        await eventually(lambda: settled(bus))
        await asyncio.sleep(0)
    assert end.status is TurnStatus.FAILED
