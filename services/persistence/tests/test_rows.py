"""From what is on the log to what is in the tables."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from pam_persistence import rows
from pam_shared.contracts import subjects
from pam_shared.contracts.conversation import (
    HistorySummarised,
    MessageReceived,
    ModelReplied,
    TextBlock,
    ToolUsed,
    TurnFinished,
    TurnStarted,
    TurnStatus,
    Usage,
    answer_id,
)
from pam_shared.contracts.events import AuditEvent, DeadLetter
from pam_shared.contracts.problems import Category, Problem
from pam_shared.contracts.tools import Outcome
from pam_shared.errors import InvalidRequestError
from pam_shared.postgres import cursor

pytestmark = pytest.mark.unit

USER, CONVERSATION, MESSAGE = uuid4(), uuid4(), uuid4()
SUBJECT = subjects.conversation_output(USER, CONVERSATION)
NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
PROBLEM = Problem(code="away", category=Category.SYSTEM, message="The model is away.")


def row_of(event, subject=SUBJECT):
    return rows.message_row(subject, event.model_dump_json().encode(), 7, NOW.isoformat())


def said(text="Hello"):
    return MessageReceived(id=MESSAGE, text=text, received_at=NOW)


def finished(**about):
    values = {"turn": MESSAGE, "status": TurnStatus.SUCCESS, "text": "Hi.", "epoch": 1, "sequence": 1, "base": 1}
    return TurnFinished(**(values | about))


def test_what_a_member_said_is_a_message_under_the_clients_own_id():
    """R-M10: the row says whose it is, when it was said and where it stands on the log."""
    assert row_of(said(), subjects.conversation_input(USER, CONVERSATION)) == {
        "user_id": USER,
        "conversation_id": CONVERSATION,
        "id": MESSAGE,
        "role": "user",
        "content": "Hello",
        "metadata": {},
        "created_at": NOW.isoformat(),
        "log_sequence": 7,
    }


def test_an_answer_is_a_message_with_what_is_known_of_its_turn():
    """R-M10: its id is the same for every attempt, so it is stored once."""
    tools = [ToolUsed(name="create_expense", outcome=Outcome.OK)]
    row = row_of(finished(tools=tools, model="a-model", usage=Usage(input_tokens=3)))
    assert (row["id"], row["role"], row["content"]) == (answer_id(MESSAGE), "assistant", "Hi.")
    assert row["metadata"]["turn"] == str(MESSAGE)
    assert row["metadata"]["tools"] == [{"name": "create_expense", "outcome": "ok"}]
    assert (row["metadata"]["model"], row["metadata"]["usage"]["input_tokens"]) == ("a-model", 3)
    json.dumps(row["metadata"])


@pytest.mark.parametrize(
    ("about", "content"),
    [
        ({"status": TurnStatus.FAILED, "text": "", "error": PROBLEM}, "The model is away."),
        ({"status": TurnStatus.FAILED, "text": "So far", "error": PROBLEM}, "So far"),
        ({"status": TurnStatus.FAILED, "text": ""}, "I could not answer that."),
        ({"status": TurnStatus.CANCELLED, "text": ""}, ""),
        ({"status": TurnStatus.CANCELLED, "text": "So far"}, "So far"),
        ({"status": TurnStatus.SUCCESS, "text": ""}, ""),
    ],
)
def test_a_turn_that_failed_says_so_in_the_history(about, content):
    """G1: every message has its end on record, also the one that was not answered."""
    assert row_of(finished(**about))["content"] == content


@pytest.mark.parametrize("event", [said("a\x00b\x00"), finished(text="a\x00b\x00")])
def test_a_character_postgresql_does_not_know_is_left_out(event):
    """G1: one character keeps nobody's message off the record."""
    assert row_of(event)["content"] == "ab"


@pytest.mark.parametrize(
    "event",
    [
        finished(model="a\x00b"),
        finished(status=TurnStatus.FAILED, error=PROBLEM.model_copy(update={"message": "a\x00b"})),
    ],
)
def test_nor_is_it_in_what_is_known_of_a_turn(event):
    """G1: jsonb knows that character no more than text does."""
    assert "\\u0000" not in json.dumps(row_of(event)["metadata"])


@pytest.mark.parametrize(
    "event",
    [
        TurnStarted(turn=MESSAGE, attempt=1, nonce="n", delivered=1, base=1),
        ModelReplied(turn=MESSAGE, step=0, content=[TextBlock(text="thinking")], model="a-model", base=1),
        HistorySummarised(turn=MESSAGE, text="Ada drives a van.", model="a-model", base=1),
    ],
)
def test_what_happened_between_question_and_answer_is_no_message(event):
    """R-M10: the history holds what was said."""
    assert row_of(event) is None


def test_an_entry_of_a_kind_that_is_not_known_yet_is_no_message():
    """R-O8: during a rolling update a newer writer may write what an older reader does not know."""
    assert rows.message_row(SUBJECT, b'{"type": "SomethingNew", "text": 1}', 7, NOW.isoformat()) is None


def test_fields_that_are_not_known_yet_are_ignored():
    """R-O8: readers tolerate new fields."""
    body = json.dumps(json.loads(said().model_dump_json()) | {"mood": "blue"}).encode()
    assert rows.message_row(SUBJECT, body, 7, NOW.isoformat())["content"] == "Hello"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b'{"type": "MessageReceived"}', b"[]", b"null", b"7", b'"text"', b"[" * 2000],
)
def test_what_is_no_entry_is_told_as_a_value_error(body):
    """G7: that is what makes it a dead letter; any other error would hold up its whole batch for ever."""
    with pytest.raises(ValueError):  # noqa: PT011 - its sentence is the decoder's
        rows.message_row(SUBJECT, body, 7, NOW.isoformat())


@pytest.mark.parametrize(
    "subject", ["pam.conversation.a.b.in", f"pam.conversation.{USER}.{CONVERSATION}", f"pam.live.{USER}.{USER}.in", ""]
)
def test_an_entry_of_nobodys_conversation_is_told_as_a_value_error(subject):
    """G6, G7: without an owner nothing is stored."""
    with pytest.raises(ValueError):  # noqa: PT011 - its sentence is the decoder's
        rows.message_row(subject, said().model_dump_json().encode(), 7, NOW.isoformat())


def test_an_audit_event_keeps_who_and_when():
    """R-S6: who did what."""
    event = AuditEvent(id=uuid4(), at=NOW, service="s", action="a", user=USER, session=MESSAGE, outcome="ok")
    row = rows.audit_row(event.model_dump_json().encode())
    assert (row["user_id"], row["session_id"], row["at"], row["outcome"]) == (USER, MESSAGE, NOW, "ok")


@pytest.mark.parametrize(("subject", "owner"), [(SUBJECT, USER), ("pam.audit.gateway", None), ("", None)])
def test_a_dead_letter_belongs_to_whom_its_message_belonged(subject, owner):
    """G7: what was given up on is found by its member."""
    letter = DeadLetter(
        id=uuid4(), stream="S", consumer="c", subject=subject, headers={}, payload="", attempts=3, last_error="", at=NOW
    )
    row = rows.dead_letter_row(letter.model_dump_json().encode())
    assert (row["user_id"], row["created_at"], row["attempts"]) == (owner, NOW, 3)


@pytest.mark.parametrize("tie", ["7", str(USER)])
def test_a_cursor_leads_back_to_its_row(tie):
    """R-M9: keyset pages."""
    assert cursor.decode(cursor.encode(NOW, tie), str) == (NOW, tie)


def test_no_cursor_means_the_first_page():
    """R-M9: the first page is the newest."""
    assert cursor.decode(None, str) is None
    assert cursor.decode("", str) is None


@pytest.mark.parametrize(
    "garbage", ["x", "AAAA", "????", "\N{MINIBUS}", "MjAyNnw3", "MjAyNi0xMy0wMXw3", "\x00", "=" * 8]
)
def test_what_is_no_cursor_is_the_callers_fault(garbage):
    """R-M9: refused with a sentence, not with an accident."""
    with pytest.raises(InvalidRequestError) as refusal:
        cursor.decode(garbage, str)
    assert refusal.value.problem.code == "bad_cursor"
