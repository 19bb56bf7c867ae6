"""What is kept of a long conversation where no model writes its summary, or one forgets."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from pam_agent.conversation import TurnRecord
from pam_agent.gist import GIST_MAX, completed, gist, left_out, told
from pam_shared.contracts.conversation import MessageReceived, ToolReturned, TurnFinished, TurnStatus
from pam_shared.contracts.tools import Outcome, ToolReply

pytestmark = pytest.mark.unit


def turn(said, answer="", *results) -> TurnRecord:
    message = MessageReceived(id=uuid4(), text=said, received_at=datetime(2026, 5, 1, tzinfo=UTC))
    end = TurnFinished(turn=message.id, status=TurnStatus.SUCCESS, text=answer, epoch=1, sequence=1, base=1)
    record = TurnRecord(message, 1, finished=end)
    for number, text in enumerate(results):
        reply = ToolReply(outcome=Outcome.OK, message=text)
        record.results[str(number)] = ToolReturned(
            turn=message.id, tool_use_id=str(number), tool="t", reply=reply, base=1
        )
    return record


TALK = [
    turn("Hi there", "Hello! How are you today?"),
    turn("My name is Ada and I drive a Winnebago.", "Nice to meet you."),
    turn("I paid $1,245.50 for tires in Flagstaff", "Noted.", "You have spent $1,245.50 this month."),
    turn("My dog Rufus is allergic to chicken. It is sunny.", "I'll remind you on Friday to buy his food."),
    turn("thanks", "You're welcome."),
]


@pytest.mark.parametrize(
    "kept", ["Ada", "Winnebago", "$1,245.50", "Flagstaff", "Rufus", "allergic", "remind you on Friday"]
)
def test_names_places_amounts_and_promises_are_kept(kept):
    """R-A3: the summary keeps names, places, amounts, open promises."""
    assert kept in gist("", TALK)


@pytest.mark.parametrize("left", ["Hi there", "How are you", "sunny", "thanks", "welcome", "Noted"])
def test_small_talk_is_left_out(left):
    """R-A3: a summary is shorter than what it stands for."""
    assert left not in gist("", TALK)


def test_a_summary_of_a_summary_loses_nothing():
    """R-A3: the second summary stands for the first one too."""
    first = gist("", TALK)
    second = gist(first, [turn("We stayed at Moab for 3 nights")])
    assert second.splitlines() == [*first.splitlines(), "Member: We stayed at Moab for 3 nights"]


def test_where_there_is_too_much_the_weightiest_stays_and_the_order_too():
    """R-A3: a summary has a bound; a promise outweighs an amount, and of two alike the newer one stays."""
    receipts = [turn(f"It was {number} miles to the next stop on the long way west") for number in range(400)]
    kept = gist("", [turn("I'll call my sister Ruth on Sunday"), *receipts])
    assert len(kept) <= GIST_MAX
    assert kept.splitlines()[0] == "Member: I'll call my sister Ruth on Sunday"
    numbers = [int(line.split()[3]) for line in kept.splitlines()[1:]]
    assert numbers == list(range(400 - len(numbers), 400))


def test_what_a_model_left_out_of_its_summary_is_added():
    """R-A3: a summary that a model wrote keeps the figures and names all the same."""
    summary = completed("Ada drives a Winnebago and has a dog, Rufus. She paid $1245.50 for tires.", "", TALK)
    assert summary.splitlines()[1:] == [
        "Member: I paid $1,245.50 for tires in Flagstaff",
        "PAM: I'll remind you on Friday to buy his food.",
    ]


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("we paid $45.00 at Moab", set()),
        ("we paid $46 at Moab", {"46"}),
        ("we paid $45 at Zion", {"Zion"}),
        ("it was 1,200 miles", set()),
    ],
)
def test_a_fact_is_there_however_it_is_written(sentence, missing):
    """R-A3: $45 and 45.00 are one amount; a name may begin a sentence."""
    assert left_out(sentence, "Moab cost 45 after 1200.00 miles.") == missing


def test_turns_are_read_aloud_with_what_the_tools_told():
    """R-A3: what a model summarises has the tools' sentences and none of their JSON."""
    assert told(TALK[2:3]).splitlines() == [
        "Member: I paid $1,245.50 for tires in Flagstaff",
        "PAM: You have spent $1,245.50 this month.",
        "PAM: Noted.",
    ]
