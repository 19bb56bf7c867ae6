"""``pamctl route``: what the rules make of a sentence, with nothing running."""

import json

import pytest
from typer.testing import CliRunner

from pamctl.commands import route
from pamctl.main import app

pytestmark = pytest.mark.unit


def routed(*arguments, said=None):
    result = CliRunner().invoke(app, ["route", *arguments], input=said)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_two_wishes_are_two_calls_in_their_order():
    """R-A4: a sentence may ask for more than one thing."""
    found = json.loads(routed("log $40 for gas and tell me what's left this month", "--json"))
    assert [call["tool"] for call in found["calls"]] == ["create_expense", "compare_vs_budget"]
    assert found["calls"][0]["arguments"] == {"amount": 40, "category": "gas"}
    assert (found["ask"], found["missing"], found["refused"]) == (None, [], False)


def test_each_line_on_stdin_is_answered_by_an_object_on_a_line():
    """R-A4: many sentences cost one start."""
    found = [json.loads(line) for line in routed(said="I bought propane\n\ndelete all users\n").splitlines()]
    assert [(each["ask"], each["missing"], each["refused"]) for each in found] == [
        ("How much was it?", ["amount"], False),
        (None, [], True),
    ]


def test_a_single_sentence_is_answered_for_people():
    """R-A4: the evidence is shown, so that a rule can be argued with."""
    told = routed("weather in Moab")
    assert "get_weather_forecast" in told
    assert "weather @place" in told


def test_without_the_agent_the_command_says_what_to_install(monkeypatch):
    """R-A4: pamctl also runs where no agent is."""
    monkeypatch.setattr(route, "installed_services", list)
    result = CliRunner().invoke(app, ["route", "hello"])
    assert result.exit_code == 1
    assert "install pam-agent" in result.stderr
