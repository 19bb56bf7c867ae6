"""What asks the member first, over each way in."""

import pytest

from tests.harness.client import Person, sign_up, talking
from tests.harness.stack import Stack

pytestmark = pytest.mark.stack


async def posts(person: Person) -> int:
    """Return how many posts the member has, by the worker's own word."""
    answer = await person.ask("POST", "/api/v1/pam/tools/execute", json={"tool": "get_feed"})
    return len((answer.json()["data"] or {"posts": []})["posts"])


async def test_a_yes_over_the_socket_is_acked_and_done_once(scripted: Stack):
    """R-A10: nothing happens before it; said twice it is one message."""
    person = await sign_up(scripted.url)
    async with talking(person) as (wire, conversation):
        await wire.say(conversation, "post that we are here")
        (interrupt,) = (await wire.turn())[-1]["event"]["outcome"]["interrupts"]
        assert interrupt["message"] == "Post “Hello from Moab” for your friends"
        assert await posts(person) == 0
        answer = {"type": "answer", "conversation": conversation, "approval": interrupt["id"], "decision": "approve"}
        await wire.put(**answer)
        assert (await wire.until("ack"))["duplicate"] is False
        events = [frame["event"] for frame in await wire.turn()]
        assert events[-1]["outcome"] == {"type": "success"}
        assert await posts(person) == 1
        await wire.put(**answer)
        assert (await wire.until("ack"))["duplicate"] is True
        assert await posts(person) == 1


async def test_over_plain_http_what_waits_is_among_the_actions_and_can_be_declined(scripted: Stack):
    """R-A10, R-M9: with a note, if the member has something to say to it."""
    person = await sign_up(scripted.url)
    said = (await person.ask("POST", "/api/v1/pam/chat", json={"message": "post that we are here"})).json()
    assert said["response"].endswith("Say yes or no.")
    (action,) = said["actions"]
    path = f"/api/v1/conversations/{said['conversation_id']}/approvals/{action['id']}"
    refused = await person.ask("POST", path, json={"decision": "perhaps"})
    assert refused.status_code == 422
    assert (await person.ask("POST", path, json={"decision": "decline", "note": "Not today."})).status_code == 202
    again = {"message": "yes", "conversation_id": said["conversation_id"]}
    assert (await person.ask("POST", "/api/v1/pam/chat", json=again)).json()["actions"] == []
    assert await posts(person) == 0


async def test_a_member_asks_another_members_question_in_vain(scripted: Stack):
    """R-S3: an approval is answered in its own conversation, by whose it is."""
    person, other = await sign_up(scripted.url), await sign_up(scripted.url)
    said = (await person.ask("POST", "/api/v1/pam/chat", json={"message": "post that we are here"})).json()
    path = f"/api/v1/conversations/{said['conversation_id']}/approvals/{said['actions'][0]['id']}"
    await other.ask("POST", path, json={"decision": "approve"})
    assert await posts(person) == 0
