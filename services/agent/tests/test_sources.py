"""Where an answer comes from: told with the answer, written in the log, and the same whoever gave it in the end."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from pam_agent.conversation import TurnRecord
from pam_agent.sources import sources_of
from pam_shared.contracts import live
from pam_shared.contracts.conversation import MessageReceived, ModelReplied, ToolReturned, ToolUseBlock, TurnStarted
from pam_shared.contracts.tools import Outcome, Source, SourceKind, ToolReply
from pam_shared.testing.messages_api import Reply, Say, Scene, Use, messages_api
from services.agent.tests.conversing import running_agent

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
OLD_COPY = {
    "name": "an old copy",
    "as_of": datetime(2026, 5, 1, tzinfo=UTC),
    "kind": "stale",
    "sample": True,
    "confidence": 0.0,
}
SCENES = [
    Scene(
        pattern="diary",
        replies=[
            Reply(blocks=[Use(tool="read_notes"), Use(tool="quote_notes"), Use(tool="launch_rocket")]),
            Reply(blocks=[Say(text="Nothing new.")], delay=0.5),
        ],
    ),
    Scene(pattern=".*", replies=[Reply(blocks=[Say(text="Hello.")])]),
]


def turn(*replies: ToolReply) -> TurnRecord:
    """A turn whose tools answered that, in this order, of records called "your notes"."""
    message = MessageReceived(id=uuid4(), text="What is it?", received_at=NOON)
    uses = [ToolUseBlock(id=f"call_{n}", name="look", input={}) for n in range(len(replies))]
    returned = [
        ToolReturned(turn=message.id, tool_use_id=use.id, tool="look", records="your notes", reply=reply, base=1)
        for use, reply in zip(uses, replies, strict=True)
    ]
    results = {result.tool_use_id: result for result in reversed(returned)}
    return TurnRecord(
        message, 1, replies={0: ModelReplied(turn=message.id, step=0, content=uses, model="m", base=1)}, results=results
    )


def told(*sources: Source, confidence: float | None = None, as_of: datetime | None = NOON) -> ToolReply:
    return ToolReply(outcome=Outcome.OK, message="So.", sources=list(sources), confidence=confidence, as_of=as_of)


def source(name: str, kind: SourceKind, at: datetime = NOON, *, sample: bool = False) -> Source:
    return Source(name=name, as_of=at, kind=kind, sample=sample)


def sure(record: TurnRecord) -> list[tuple[str, float]]:
    return [(cited.name, cited.confidence) for cited in sources_of(record)]


@pytest.mark.unit
def test_the_surer_the_way_a_figure_was_come_by_the_surer_the_source():
    """R-A9: own records are certain; a sample is nothing to go by."""
    kinds = [told(source(kind, kind)) for kind in SourceKind]
    confidences = [confidence for _, confidence in sure(turn(*kinds))]
    assert confidences == sorted(confidences, reverse=True)
    assert confidences[0] == 1
    assert sure(turn(told(source("made up", SourceKind.RECORDS, sample=True)))) == [("made up", 0)]


@pytest.mark.unit
def test_a_tool_that_doubts_its_answer_lowers_its_sources():
    """R-A9: never does it raise them."""
    doubted = turn(told(source("a", SourceKind.LIVE), source("b", SourceKind.ESTIMATE), confidence=0.7))
    assert sure(doubted) == [("a", 0.7), ("b", 0.5)]


@pytest.mark.unit
def test_a_result_that_cites_nothing_comes_from_the_members_own_records():
    """R-A9: under the name a member knows them by; what failed and what is gone is no source."""
    failed = ToolReply(outcome=Outcome.UNAVAILABLE, message="No.", as_of=NOON)
    assert sure(turn(failed, told(as_of=None), told())) == [("your notes", 1)]
    assert sure(turn(failed)) == []


@pytest.mark.unit
def test_a_source_is_told_once_in_the_order_asked_by_its_weakest_word():
    """R-A9: two results of one place do not make it surer."""
    earlier = NOON - timedelta(hours=2)
    record = turn(
        told(source("weather", SourceKind.LIVE)),
        told(source("roads", SourceKind.LIVE)),
        told(source("weather", SourceKind.STALE, earlier)),
    )
    assert [(cited.name, cited.kind, cited.as_of) for cited in sources_of(record)] == [
        ("weather", SourceKind.STALE, earlier),
        ("roads", SourceKind.LIVE, NOON),
    ]


@pytest.mark.usefixtures("empty_streams", "diary")
async def test_an_answer_is_followed_by_its_sources_and_its_end_in_the_log_has_them_too(nats, member, talk):
    """R-A9: before the terminal event, so that clients that know nothing of it read on."""
    async with messages_api(SCENES) as api, running_agent(nats, api):
        await member.say(talk, "What is in my diary?")
        end = (await member.answered(talk))[0]
        await member.heard_ends(talk, 1)
    assert [(cited.name, cited.kind, cited.confidence) for cited in end.sources] == [
        ("your diary records", "records", 1.0),
        ("an old copy", "stale", 0.0),
    ]
    assert end.sources[1].model_dump() == OLD_COPY
    assert member.kinds(talk)[-3:] == ["TEXT_MESSAGE_END", live.SOURCES, "RUN_FINISHED"]
    shown = next(frame.event["value"] for frame in member.frames if frame.event.get("name") == live.SOURCES)
    assert live.Sources.model_validate(shown).sources == end.sources


@pytest.mark.usefixtures("empty_streams", "diary")
async def test_an_answer_without_sources_says_nothing_of_them(nats, member, talk):
    """R-A9: small talk comes from nowhere."""
    async with messages_api(SCENES) as api, running_agent(nats, api):
        await member.say(talk, "Good evening")
        end = (await member.answered(talk))[0]
        await member.heard_ends(talk, 1)
    assert end.sources == []
    assert live.SOURCES not in member.kinds(talk)


@pytest.mark.usefixtures("empty_streams", "diary")
async def test_who_takes_a_turn_over_tells_the_same_sources(nats, member, talk):
    """R-A9, G1: they follow from the log alone; the tools of the agent that died are not asked again."""
    known = turn(told(source("Open-Meteo", SourceKind.CACHED)), told())
    message = await member.say(talk, "What is in my diary?", message=known.message.id)
    start = TurnStarted(turn=message, attempt=1, nonce="dead-1", delivered=0, base=1)
    for number, event in enumerate([start, *known.replies.values(), *known.results.values()]):
        await member.write(talk, event, f"dead:{message}:{number}")
    async with messages_api(SCENES) as api, running_agent(nats, api):
        end = (await member.answered(talk))[0]
    assert end.sources == sources_of(known)
    assert [cited.name for cited in end.sources] == ["Open-Meteo", "your notes"]


@pytest.mark.usefixtures("empty_streams", "diary")
async def test_another_agent_gives_the_same_account_from_the_log(nats, member, talk):
    """R-A9: nothing of it is kept in a process."""
    async with running_agent(nats):
        await member.say(talk, "hello")
        await member.answered(talk)
    async with running_agent(nats):
        await member.say(talk, "why did you say that?")
        (_, end) = await member.answered(talk, 2)
    assert end.text == (
        "You said: “hello”. I asked nothing and nobody for it: no record and no service stands behind what I said."
        " Simple rules chose that and put the answer together, no language model."
    )
