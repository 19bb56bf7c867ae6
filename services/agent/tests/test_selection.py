"""Which tools a model is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam_agent.finding import FIND_TOOLS, find_tools
from pam_agent.selection import CHOSEN, ENOUGH, USED, Selection
from pam_shared.contracts.tools import Outcome, Visibility
from pamctl.catalogue import installed_workers

pytestmark = pytest.mark.unit

TOOLS = [tool for worker in installed_workers() for tool in worker.tools if tool.visibility is Visibility.LLM]
SELECTION = Selection(sorted(TOOLS, key=lambda tool: tool.name))


def chosen(*texts, shown=(), used=()) -> list[str]:
    return [tool.name for tool in SELECTION.choose(texts, shown, used)]


def test_few_tools_are_all_shown():
    """R-A8: choosing among a handful would only lose some."""
    few = Selection(TOOLS[:ENOUGH])
    assert few.choose(["hi"]) == TOOLS[:ENOUGH]


def test_what_a_message_is_about_is_shown_and_no_more_than_asked_for():
    """R-A8: by the rules' evidence and by what the manifests say."""
    assert {"create_expense", "update_budget"} <= set(chosen("I paid 40 for gas, keep my fuel budget at 200"))
    assert len(chosen("I paid 40 for gas")) <= CHOSEN
    assert chosen("I paid 40 for gas") == sorted(chosen("I paid 40 for gas"))


@given(st.text(max_size=40))
def test_whatever_is_said_tools_are_chosen(text):
    """R-A8: also where nothing speaks for any."""
    assert len(chosen(text)) <= CHOSEN


def test_what_was_shown_stays_while_it_fits():
    """R-A8: requests that begin alike are read from the model's cache."""
    money = chosen("what did I spend on gas?")
    assert chosen("hi", "how much did I spend on gas?", shown=money) == money
    assert chosen("hi", "will it rain in Moab tomorrow?", shown=money) != money


def test_what_the_conversation_used_lately_comes_along():
    """R-A8: "do that again" needs the tool of the turn before."""
    used = ["message_friend", "log_fuel", "create_post", "plan_trip", "log_fuel", "gone_tool"]
    found = chosen("hello", "will it rain in Moab tomorrow?", used=used)
    assert {"log_fuel", "plan_trip", "create_post"} <= set(found)
    assert len(found) <= CHOSEN + USED


def test_a_short_message_is_read_with_the_one_before_it():
    """R-A8: "and 30 for propane" says little by itself."""
    assert "create_expense" in chosen("I spent $45 on gas at Loves", "and the other one?")


def test_a_search_finds_tools_by_what_they_do():
    """R-A8: names and descriptions of the tools that fit best, for the model to call."""
    reply = find_tools(SELECTION, {"query": "put an appointment on the calendar"})
    assert reply.outcome is Outcome.OK
    assert "create_calendar_event" in [tool["name"] for tool in reply.data["tools"]]
    assert find_tools(SELECTION, {"query": "qqqq zzzz"}).outcome is Outcome.NO_RESULTS


@pytest.mark.parametrize("arguments", [{}, {"query": ""}, {"query": 7}, {"query": "x" * 201}])
def test_a_search_that_is_none_is_refused_with_what_to_do(arguments):
    """R-T3: the model reads the sentence and searches again."""
    reply = find_tools(SELECTION, arguments)
    assert (reply.outcome, "`query`" in reply.message) == (Outcome.FAILED, True)
    assert FIND_TOOLS.input_schema["required"] == ["query"]
