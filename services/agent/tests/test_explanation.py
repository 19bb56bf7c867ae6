"""“Why did you say that?”, answered from the log: what was asked, what was told, how old it was, what failed."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from pam_agent.conversation import TurnRecord
from pam_agent.explanation import account
from pam_agent.mind import Prompt
from pam_agent.rules import Rules
from pam_shared.contracts.conversation import (
    MessageReceived,
    ModelReplied,
    ToolReturned,
    ToolUseBlock,
    ToolUsed,
    TurnFinished,
    TurnStatus,
)
from pam_shared.contracts.tools import Cited, Outcome, Source, SourceKind, ToolReply
from tests.eval.measure import manifests

pytestmark = pytest.mark.unit

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=12)
METEO = Source(name="Open-Meteo", as_of=NOON, kind=SourceKind.CACHED)


def turn(text, answer, *calls, model="rules", status=TurnStatus.SUCCESS, sequence=7, **more) -> TurnRecord:
    """A turn: what was said, what was answered, and each call with its reply; None where the log has none."""
    message = MessageReceived(id=uuid4(), text=text, received_at=NOON)
    uses = [ToolUseBlock(id=f"call_{n}", name=name, input=given) for n, (name, given, _) in enumerate(calls)]
    results = {
        use.id: ToolReturned(
            turn=message.id, tool_use_id=use.id, tool=use.name, records="your notes", reply=reply, base=1
        )
        for use, (_, _, reply) in zip(uses, calls, strict=True)
        if reply is not None
    }
    replies = {0: ModelReplied(turn=message.id, step=0, content=uses, model=model, base=1)} if uses else {}
    end = TurnFinished(turn=message.id, status=status, text=answer, model=model, epoch=1, sequence=1, base=1, **more)
    return TurnRecord(message, sequence, replies=replies, results=results, finished=end)


def ok(message, *sources, partial=False) -> ToolReply:
    return ToolReply(outcome=Outcome.OK, message=message, as_of=NOON, sources=list(sources), partial=partial)


def failed(outcome, message="It did not answer.") -> ToolReply:
    return ToolReply(outcome=outcome, message=message)


async def answer(text, *earlier, summary="") -> str:
    asked = Prompt(text, list(earlier), [], list(manifests()), LATER, "UTC", summary=summary)
    return [part async for part in Rules().reply(asked)][-1].text


def test_an_account_says_what_was_asked_told_and_how_old_it_was():
    """R-A9: in the order of the calls, with their arguments, sources, age and confidence."""
    known = turn(
        "rain in Moab?  And my notes",
        "Dry.",
        ("get_weather_forecast", {"location": "Moab", "days": 3}, ok("It stays dry.", METEO)),
        ("read_notes", {}, ok("2 notes.", partial=True)),
    )
    assert account(known, LATER) == [
        "You said: “rain in Moab? And my notes”.",
        (
            "I used “Get weather forecast (location: Moab, days: 3)”, which told me: “It stays dry.”"
            " That is from Open-Meteo (kept from shortly before, 12 minutes ago, 85% sure)."
        ),
        (
            "I used “Read notes”, which told me: “2 notes.”"
            " That is from your notes (on record, 12 minutes ago, 100% sure). Not all of it could be reached."
        ),
        "Simple rules chose that and put the answer together, no language model.",
    ]


def test_an_account_hides_nothing_that_went_wrong():
    """R-A9: failed, not run and unknown are three things; made-up data is called so."""
    known = turn(
        "do it",
        "",
        ("plan_trip", {}, failed(Outcome.UNAVAILABLE)),
        ("log_fuel", {"gallons": 20}, failed(Outcome.NOT_RUN)),
        ("create_post", {}, None),
        ("find_rv_parks", {}, ok("One.", Source(name="a list", as_of=NOON, sample=True))),
        status=TurnStatus.CANCELLED,
        model="",
    )
    assert account(known, LATER)[1:] == [
        "I used “Plan trip”, and it failed: It did not answer.",
        "I used “Log fuel (gallons: 20)”, and it was not run.",
        "I used “Create post”, and what became of it is not in the log.",
        "I used “Find rv parks”, which told me: “One.” That is from a list (made up, for trying me out).",
        "Then you stopped me.",
    ]


def test_an_answer_with_nothing_behind_it_is_said_to_be_one():
    """R-A9: what a model says out of itself has no source; which model it was is told."""
    told = account(turn("Do you like Utah?", "I do.", model="claude-x"), LATER)
    assert told == [
        "You said: “Do you like Utah?”",
        "I asked nothing and nobody for it: no record and no service stands behind what I said.",
        "The language model claude-x chose that and wrote the answer.",
    ]


def test_an_account_names_what_was_remembered_beside_the_answer():
    """R-A7, R-A9: also what PAM did by itself is accounted for."""
    known = turn("I drive a bus.", "Nice.", ("remember", {}, ok("I will remember: “I drive a bus”.")))
    known.replies = {}
    assert account(known, LATER)[2] == "Besides, I kept in mind what you said: I will remember: “I drive a bus”."


def test_of_a_turn_that_only_the_record_has_left_no_more_is_told_than_it_holds():
    """R-A9: after a week the log has nothing of how it came about; what is not known is not made up."""
    cited = Cited(**vars(METEO), confidence=0.85)
    used = [ToolUsed(name="plan_trip", outcome=Outcome.OK)]
    told = account(turn("Plan it", "Done.", sequence=0, tools=used, sources=[cited]), LATER)
    assert told[1].startswith("What happened in between is in the log for a week")
    assert told[2:4] == [
        "I used “Plan trip”.",
        "My answer came from Open-Meteo (kept from shortly before, 12 minutes ago, 85% sure).",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "why did you say that?",
        "Why do you think so?",
        "how do you know that?",
        "how do you know it will rain tomorrow?",
        "Where\u2019s that from?",
        "where does that number come from",
        "where did you get that from?",
        "Are you sure about that, PAM?",
        "what is that based on?",
        "What's your source?",
        "wait, how did you work that out?",
        "ok, but how sure are you about this?",
    ],
)
async def test_the_rules_give_an_account_of_what_they_said_last(text):
    """R-A9: however it is asked; another such question in between is not what is meant."""
    known = turn("notes", "2 notes.", ("read_notes", {}, ok("2 notes.")))
    assert await answer(text, known, turn("Are you sure?", "…")) == " ".join(account(known, LATER))


@pytest.mark.parametrize(
    "text", ["where is that campground?", "how do you get to Moab", "why is my fuel so expensive", "where are you from"]
)
async def test_a_question_about_the_world_is_no_question_about_the_answer(text):
    """R-A9, R-A4: wishes are not taken for doubts."""
    known = turn("notes", "2 notes.", ("read_notes", {}, ok("2 notes.")))
    assert "You said: “notes”" not in await answer(text, known)


async def test_who_asks_why_before_anything_was_said_is_told_so():
    """R-A9: nor is an account made up of what only a summary is left of."""
    assert await answer("why did you say that?") == (
        "I have not said anything yet that I could explain. Ask me again after an answer."
    )
    assert "only a summary" in await answer("why did you say that?", summary="They talked of Moab.")
