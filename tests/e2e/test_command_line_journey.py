"""What a newcomer does first, through the command line, over a restart."""

import json
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest

from tests.harness.stack import Stack, running_stack
from tests.harness.waiting import eventually

pytestmark = pytest.mark.stack


async def test_what_was_said_is_answered_recorded_and_there_after_a_restart(tmp_path: Path):
    """G1, R-M10: an expense is recorded, summed, and the talk survives a stop; a second member sees nothing of it."""
    async with running_stack(tmp_path / "home") as stack:
        code, first = await stack.pamctl("chat", "I spent $45 on gas")
        assert code == 0
        assert "45" in first
        assert "gas" in first
        _, second = await stack.pamctl("chat", "How much did I spend this month?")
        assert "45" in second
        assert await stack.stop() == 0
        await stack.start()

        said = await history(stack, "me")
        assert [message["role"] for message in said] == ["user", "assistant", "user", "assistant"]
        assert "45" in said[1]["content"]
        assert "45" in said[3]["content"]
        assert [source["name"] for source in said[3]["metadata"]["sources"]] == ["your expenses"]

        code, told = await stack.pamctl("explain")
        assert code == 0, told
        assert told.startswith(
            "You said: “How much did I spend this month?”\nI used “Get spending summary (period: month"
        )
        assert 'rules asks for get_spending_summary {"period": "monthly"}  call_0\n' in told
        assert "get_spending_summary: ok  call_0\n" in told
        assert "message received, trace none" not in told
        code, refused = await stack.pamctl("explain", str(uuid4()))
        assert (code, "The log holds no such turn" in refused) == (1, True)

        assert await history(stack, "stranger") == []
        _, theirs = await stack.pamctl("chat", "How much did I spend this month?", "--user", "stranger")
        assert "45" not in theirs


async def history(stack: Stack, user: str) -> list[dict]:
    code, printed = await stack.pamctl("history", "--json", "--user", user)
    assert code == 0, printed
    return json.loads(printed)


async def test_tools_and_processes_are_listed(stack: Stack):
    """R-O6: an operator sees what runs and what discovery finds."""
    _, printed = await stack.pamctl("tools", "--json")
    assert {"create_expense", "get_spending_summary", "update_budget", "compare_vs_budget"} <= {
        row["tool"] for row in json.loads(printed)
    }
    _, printed = await stack.pamctl("ps", "--json")
    assert {"nats", "postgres", "valkey", "gateway", "agent", "tools-budget", "persistence"} <= {
        row["name"] for row in json.loads(printed) if row["state"] == "running"
    }


async def test_an_operator_sees_what_a_chat_has_cost(scripted: Stack):
    """R-A5: the model's calls of a turn are in the accounts as soon as it ended, with their tokens."""

    async def sonnet() -> dict:
        _, printed = await scripted.pamctl("costs", "--json")
        models = {row["model"]: row for row in json.loads(printed)["costs"]["models"]}
        return models.get("claude-sonnet-5-5", {"calls": 0, "cost": "0", "usage": {"output_tokens": 0}})

    async def grown() -> dict | None:
        now = await sonnet()
        return now if now["calls"] >= before["calls"] + 2 else None

    before = await sonnet()
    await scripted.pamctl("chat", "I spent $45 on gas")
    after = await eventually(grown)
    assert after["usage"]["output_tokens"] >= before["usage"]["output_tokens"] + 40
    assert Decimal(after["cost"]) > Decimal(before["cost"])
    _, printed = await scripted.pamctl("costs")
    assert "claude-sonnet-5-5" in printed
    assert "of $200 spent or reserved" in printed


async def test_a_refused_call_says_what_is_wrong_and_ends_with_1(stack: Stack):
    """R-T3: errors are sentences, for the command line too."""
    code, printed = await stack.pamctl("call", "create_expense", "amount=-5", "category=gas")
    assert code == 1
    assert "amount" in printed
    code, printed = await stack.pamctl("call", "launch_rocket")
    assert code == 1
    assert "no tool named launch_rocket" in printed


async def test_the_same_key_has_its_effect_once(stack: Stack):
    """G4: a call repeated under its key answers with the first result."""
    arguments = ("call", "create_expense", "amount=7", "category=tolls", "--key", "once", "--json", "--user", "keyed")
    first = json.loads((await stack.pamctl(*arguments))[1])
    second = json.loads((await stack.pamctl(*arguments))[1])
    assert first["data"]["expense"]["id"] == second["data"]["expense"]["id"]
    _, summary = await stack.pamctl("call", "get_spending_summary", "--user", "keyed")
    assert "$7.00" in summary
