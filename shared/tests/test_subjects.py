"""Subjects: who they belong to, and what of them may be shown."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam_shared.contracts import subjects, topology

pytestmark = pytest.mark.unit

ANN = UUID("11111111-1111-4111-8111-111111111111")
TALK = UUID("22222222-2222-4222-8222-222222222222")


@given(st.uuids(), st.uuids())
def test_a_conversations_subject_tells_its_member_and_its_conversation(user, conversation):
    """G6: what belongs to whom is read from the subject, both ways alike."""
    for subject in (subjects.conversation_input(user, conversation), subjects.conversation_output(user, conversation)):
        assert subjects.conversation_of(subject) == (user, conversation)


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "pam",
        subjects.live(ANN, TALK),
        subjects.conversation(ANN, TALK),
        subjects.audit("agent"),
        subjects.tool("budget", "create_expense"),
        f"pam.conversation.{ANN}.{TALK}.in.more",
        f"pam.conversation.{ANN}.*.in",
        f"pam.live.{ANN}.{TALK}.in",
        f"other.conversation.{ANN}.{TALK}.in",
    ],
)
def test_any_other_subject_belongs_to_no_conversation(subject):
    """G6: what is not a conversation's is not taken for one."""
    with pytest.raises(ValueError, match=r".+"):
        subjects.conversation_of(subject)


@pytest.mark.parametrize(
    ("subject", "shape"),
    [
        (subjects.conversation_input(ANN, TALK), "pam.conversation.*.*.in"),
        (subjects.conversation_output(ANN, TALK), "pam.conversation.*.*.out"),
        (subjects.live(ANN, TALK), "pam.live.*.*"),
        (subjects.live_of_member(ANN), "pam.live.*.*"),
        (subjects.tool("budget", "create_expense"), "pam.tool.budget.create_expense.v1"),
        (subjects.event("budget", "expense_recorded"), "pam.event.budget.expense_recorded.v1"),
        (subjects.audit("gateway"), "pam.audit.gateway"),
        (subjects.dead_letter("CONVERSATIONS", "agent"), "pam.dead_letter.CONVERSATIONS.agent"),
        ("_INBOX.gateway.abc123.7", "_INBOX"),
        ("_INBOX_abc.7", "_INBOX"),
        ("$JS.ACK.CONVERSATIONS.agent.1.2.3", "$JS"),
        ("$SRV.INFO", "$SRV"),
        ("", ""),
    ],
)
def test_a_shape_names_the_kind_and_nobody(subject, shape):
    """G6, R-O4: no member, conversation or inbox becomes a label."""
    assert subjects.shape(subject) == shape


@given(st.uuids(), st.uuids())
def test_the_shapes_of_all_members_are_the_same(user, conversation):
    """R-O4: labels are bounded however many members there are."""
    for make in (subjects.conversation_input, subjects.conversation_output, subjects.live):
        assert subjects.shape(make(user, conversation)) == subjects.shape(make(ANN, TALK))


def _matches(pattern, subject):
    wanted, tokens = pattern.split("."), subject.split(".")
    if wanted[-1] == ">":
        return len(tokens) >= len(wanted) and all(w in ("*", t) for w, t in zip(wanted[:-1], tokens, strict=False))
    return len(wanted) == len(tokens) and all(w in ("*", t) for w, t in zip(wanted, tokens, strict=True))


@pytest.mark.parametrize(
    ("subject", "stream"),
    [
        (subjects.conversation_input(uuid4(), uuid4()), topology.CONVERSATIONS),
        (subjects.conversation_output(uuid4(), uuid4()), topology.CONVERSATIONS),
        (subjects.live(uuid4(), uuid4()), topology.LIVE),
        (subjects.event("budget", "expense_recorded"), topology.EVENTS),
        (subjects.audit("gateway"), topology.AUDIT),
        (subjects.dead_letter("CONVERSATIONS", "agent"), topology.DEAD_LETTERS),
        (subjects.tool("budget", "create_expense"), None),
        (subjects.query("history"), None),
        (subjects.operator("replay"), None),
        (subjects.SERVICE_ANNOUNCED, None),
    ],
)
def test_each_subject_is_kept_by_its_own_stream_and_no_other(subject, stream):
    """G1: a message of the log has exactly one home; requests have none."""
    homes = [spec.name for spec in topology.STREAMS if any(_matches(pattern, subject) for pattern in spec.subjects)]
    assert homes == ([stream] if stream else [])
