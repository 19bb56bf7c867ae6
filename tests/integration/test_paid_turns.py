"""Agents, persistence and a scripted model together: what a turn's calls cost, and what happens at the ceiling."""

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from pam_agent.costs import purse
from pam_agent.rules.talk import GREETING
from pam_persistence.main import serve
from pam_persistence.settings import PersistenceSettings
from pam_shared.bus.connection import Bus
from pam_shared.bus.log_reader import LogReader
from pam_shared.clock import utc_now
from pam_shared.contracts import live, topology
from pam_shared.contracts.conversation import HistorySummarised, Usage
from pam_shared.testing.messages_api import Reply, Say, Scene, Use, messages_api
from services.agent.tests.conversing import Member, running_agent
from tests.harness.waiting import eventually

pytestmark = pytest.mark.usefixtures("empty_streams", "no_costs")

SONNET, HAIKU = "claude-sonnet-5-5", "claude-haiku-5-5"
HELLO = Reply(blocks=[Say(text="Hello from the model.")], input_tokens=1000)
COST = Decimal("0.0022")
"""Of HELLO: a thousand tokens in, twenty out."""


@pytest.fixture
async def no_costs(databases, administrator):
    """Begin with nothing spent."""
    await administrator.execute("truncate persistence.model_calls, persistence.spending, persistence.outbox")


@pytest.fixture
def accounting(nats, databases, keys):
    """Run persistence under ceilings."""

    @asynccontextmanager
    async def running(**ceilings):
        about = {"nats_url": nats, "postgres_url": databases["persistence"], "identity_public_key": keys.public}
        bus = Bus("persistence", nats)
        await bus.connect()
        async with serve(bus, PersistenceSettings(**about, **ceilings)):
            await bus.jetstream.account_info()
            yield
        await bus.close()

    return running


@pytest.fixture
async def member(bus, new_person):
    reader = LogReader(bus, topology.CONVERSATIONS)
    await reader.start()
    member = Member(bus, reader, new_person())
    await member.watch()
    yield member
    await reader.stop()


@pytest.fixture
def calls(administrator):
    """Wait until so many calls are kept that are over; return them in their order."""

    async def kept(count):
        sql = "select * from persistence.model_calls where state <> 'reserved' order by reserved_at, model"
        rows = await administrator.fetch(sql)
        return rows if len(rows) >= count else None

    return lambda count: eventually(lambda: kept(count), 15)


def saying(*replies, **about):
    return [Scene(pattern=".*", replies=list(replies), **about)]


def banners(member):
    events = [frame.event for frame in member.frames if frame.event.get("name") == live.BANNER]
    return [event["value"]["message"] for event in events]


async def test_each_call_of_a_turn_is_in_the_ledger_at_what_the_api_reported(nats, member, accounting, calls):
    """R-A5: per call, by the model's prices, cache included, to a millionth of a dollar; the turn and its trace."""
    first = Reply(blocks=[Use(tool="launch_rocket")], input_tokens=12, cache_read_tokens=9000, cache_write_tokens=400)
    talk = uuid4()
    async with messages_api(saying(first, HELLO)) as api, accounting(), running_agent(nats, api):
        turn = await member.say(talk, "Hi there")
        await member.answered(talk)
        one, other = await calls(2)
    assert (one["cost"], other["cost"]) == (Decimal("0.002124"), COST)
    assert [one[kind] for kind in ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")] == [
        12,
        20,
        9000,
        400,
    ]
    assert {(row["user_id"], row["turn"], row["attempt"], row["model"]) for row in (one, other)} == {
        (member.person.user, turn, 1, SONNET)
    }
    assert (one["step"], other["step"]) == (0, 1)


async def test_the_money_of_a_call_that_is_not_made_is_given_back(nats, member, accounting, calls):
    """R-A5: that of the next is there before it is known whether there is one; the turn may end before it."""
    talk, endless = uuid4(), Reply(blocks=[Use(tool="launch_rocket")], input_tokens=1000)
    async with messages_api(saying(endless)) as api, accounting(), running_agent(nats, api, steps_max=1):
        await member.say(talk, "Hi there")
        await member.answered(talk)
        [made] = await calls(1)
    assert (made["step"], made["state"], made["cost"]) == (0, "settled", COST)


async def test_a_model_that_refused_costs_nothing_and_one_that_broke_off_what_it_used(nats, member, accounting, calls):
    """R-A5, R-A4: the second model's call is one of its own."""
    scenes = [
        *saying(model=SONNET, before=[Reply(status=529, retry_after=3600)]),
        *saying(HELLO.model_copy(update={"cut_after": 2}), model=HAIKU),
    ]
    scenes[0].replies.append(HELLO)
    talk = uuid4()
    async with messages_api(scenes) as api, accounting(), running_agent(nats, api):
        await member.say(talk, "hello")
        await member.answered(talk)
        refused, cut = sorted(await calls(2), key=lambda row: row["cost"])
    assert (refused["model"], refused["cost"]) == (SONNET, 0)
    assert (cut["model"], cut["input_tokens"]) == (HAIKU, 1000)
    assert cut["output_tokens"] == 4, "for two words: the API counts them at the end, which did not come"
    assert cut["cost"] == Decimal("0.000102")


async def test_at_the_ceiling_the_rules_answer_until_tomorrow(nats, member, accounting, calls, monkeypatch):
    """R-A5, R-A4: the member is told why and until when, no model is asked, and the next day one is again."""
    talk, dear = uuid4(), HELLO.model_copy(update={"input_tokens": 10_000})
    ceiling = {"ceiling_member_day": Decimal("0.05")}
    async with messages_api(saying(dear)) as api, accounting(**ceiling), running_agent(nats, api):
        assert await said(member, talk, "hello") == "Hello from the model."
        await calls(1)
        assert await said(member, talk, "hello") == GREETING
        assert len(api.requests) == 1
        (told,) = banners(member)
        assert told.startswith("My thinking for you is used up for today, so I answer by simple rules until ")
        monkeypatch.setattr(purse, "utc_now", lambda: utc_now() + timedelta(days=1))
        assert await said(member, talk, "hello") == "Hello from the model."
        assert len(await calls(2)) == 2


async def test_a_hundred_turns_at_once_do_not_pass_the_ceiling(nats, member, accounting, calls):
    """R-A5: exact over two agents: what is left is spent, and nobody's call beyond it is made."""
    ceiling, counted = Decimal("0.10"), HELLO.model_copy(update={"input_tokens": None})
    talks = [uuid4() for _ in range(100)]
    async with (
        messages_api(saying(counted)) as api,
        accounting(ceiling_member_day=ceiling),
        running_agent(nats, api, max_tokens=20),
        running_agent(nats, api, max_tokens=20),
    ):
        await asyncio.gather(*(member.say(talk, "hello") for talk in talks))
        ends = [(await member.answered(talk, within=30))[0] for talk in talks]
        made = await calls(len(api.requests))
    assert len(made) == len(api.requests) == sum(end.model == SONNET for end in ends)
    assert {end.text for end in ends} == {"Hello from the model.", GREETING}
    assert ceiling / 4 < sum(call["cost"] for call in made) <= ceiling


async def test_a_call_whose_agent_is_killed_counts_at_its_estimate(nats, member, accounting, administrator, calls):
    """R-A5, G1: it was perhaps paid for; the agent that takes over pays for its own call."""
    talk = uuid4()
    scenes = saying(HELLO, before=[Reply(delay=60)])
    async with messages_api(scenes) as api, accounting():
        about = {"PAM_NATS_URL": nats, "ANTHROPIC_API_KEY": "key", "ANTHROPIC_BASE_URL": api.url}
        doomed = await asyncio.create_subprocess_exec(sys.executable, "-m", "pam_agent.main", env=os.environ | about)
        await member.say(talk, "hello")
        await eventually(lambda: bool(api.requests), 20)
        doomed.kill()
        await doomed.wait()
        async with running_agent(nats, api):
            assert (await member.answered(talk, within=20))[0].text == "Hello from the model."
            dead, alive = await calls(2)
    assert (dead["state"], dead["attempt"], dead["input_tokens"]) == ("assumed", 1, 0)
    assert dead["cost"] > alive["cost"]
    assert (alive["state"], alive["attempt"], alive["cost"]) == ("settled", 2, COST)


async def test_while_persistence_is_away_the_model_answers_out_of_the_allowance(nats, member, accounting, calls):
    """R-A5: what an agent spends of its own is counted once persistence is back; without any the rules answer."""
    talk, other = uuid4(), uuid4()
    async with messages_api(saying(HELLO)) as api:
        async with running_agent(nats, api, unasked_allowance=Decimal("0.20")):
            assert await said(member, talk, "hello") == "Hello from the model."
            async with accounting():
                assert (await calls(1))[0]["cost"] == COST
        async with running_agent(nats, api, unasked_allowance=Decimal(0)):
            assert await said(member, other, "hello") == GREETING
    (told,) = banners(member)
    assert told.startswith("I cannot look up what my thinking may cost right now, so I answer by simple rules")


SUMMARY = Scene(pattern="^<summary>", replies=[Reply(blocks=[Say(text="They said hello.")], input_tokens=2000)])
SHORT = {"history_turns": 2, "verbatim_turns": 1}


async def test_a_summary_is_paid_for_by_the_turn_that_began_it(nats, member, accounting, calls):
    """R-A5, R-A3: it is a call of a model as well."""
    talk = uuid4()
    async with messages_api([SUMMARY, *saying(HELLO)]) as api, accounting(), running_agent(nats, api, **SHORT):
        for _ in range(4):
            await said(member, talk, "hello")
        made = await calls(5)
    (summary,) = [call for call in made if call["model"] == HAIKU]
    assert (summary["step"], summary["cost"]) == (-1, Decimal("0.00021"))
    assert summary["turn"] in {end.turn for end in await member.ends(talk)}


async def test_a_summary_that_cannot_be_paid_is_picked_out(nats, member, accounting, calls):
    """R-A5, R-A3: the conversation is shortened all the same, and no model asked."""
    talk = uuid4()
    async with (
        messages_api([SUMMARY, *saying(HELLO)]) as api,
        accounting(ceiling_day=Decimal(0)),
        running_agent(nats, api, **SHORT),
    ):
        for text in ("My name is Ada", "hello", "hello", "hello", "hello"):
            await said(member, talk, text)
    assert api.requests == []
    (first, *_) = [event for event in await member.log(talk) if isinstance(event, HistorySummarised)]
    assert (first.model, first.usage) == ("rules", Usage())
    assert "My name is Ada" in first.text


async def said(member, talk, text) -> str:
    """Say something and return what is answered."""
    before = len(await member.ends(talk))
    await member.say(talk, text)
    return (await member.answered(talk, before + 1))[-1].text
