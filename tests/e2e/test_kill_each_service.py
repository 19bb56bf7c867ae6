"""kill -9 of any one service in the middle of a turn: one terminal event, nothing twice."""

from uuid import UUID

import asyncpg
import pytest

from pam_shared.contracts.conversation import answer_id
from pamctl.chat_client import ChatClient
from tests.harness.client import Person, sign_up
from tests.harness.stack import Stack
from tests.harness.waiting import eventually

pytestmark = pytest.mark.stack


@pytest.mark.parametrize("service", ["agent", "gateway", "tools-budget", "persistence"])
async def test_the_turn_still_ends_once_and_nothing_is_there_twice(scripted: Stack, service: str):
    """G1, G4: killed while the answer is being written, the stack heals and the turn ends as if nothing had been."""
    person = await sign_up(scripted.url, service)
    conversation = UUID(int=UUID(person.user).int ^ 1)
    kinds = []
    client = ChatClient(scripted.url, UUID(person.user), conversation, lambda: person.token, lambda _: None)
    async with client:
        async for event in client.say("record gas, then answer slowly"):
            kinds.append(event["type"])
            if kinds.count("TEXT_MESSAGE_CONTENT") == 4 and "killed" not in kinds:
                scripted.kill(service)
                kinds.append("killed")
    assert "killed" in kinds
    assert kinds[-1] == "RUN_FINISHED"
    assert kinds.count("RUN_FINISHED") + kinds.count("RUN_ERROR") == 1
    rows = await eventually(lambda: recorded(scripted, person, conversation))
    assert [row["role"] for row in rows] == ["user", "assistant"]
    assert rows[1]["id"] == answer_id(rows[0]["id"])
    assert rows[1]["content"].startswith("Here is a slow answer")
    assert await expenses(scripted, person) == 1
    await eventually(lambda: scripted.processes()[service]["state"] == "running")
    assert any(service in line and "again" in line for line in scripted.printed)


async def recorded(stack: Stack, person: Person, conversation: UUID) -> list[asyncpg.Record]:
    db = await asyncpg.connect(stack.postgres_url)
    try:
        rows = await db.fetch(
            "select id, role, content from persistence.pam_messages where user_id = $1 and conversation_id = $2"
            " order by log_sequence",
            UUID(person.user),
            conversation,
        )
    finally:
        await db.close()
    return rows if len(rows) >= 2 else []


async def expenses(stack: Stack, person: Person) -> int:
    db = await asyncpg.connect(stack.postgres_url)
    try:
        return await db.fetchval("select count(*) from budget.expenses where user_id = $1", UUID(person.user))
    finally:
        await db.close()
