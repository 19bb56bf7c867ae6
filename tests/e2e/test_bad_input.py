"""Bad input: each gets the error the protocol names; the connection survives unless the protocol says close."""

import base64
import time
from uuid import UUID, uuid4

import asyncpg
import jwt
import orjson
import pytest

from pam_shared.contracts.identity import Identity, Role
from pam_shared.identity import ACCESS, Signer
from tests.harness.client import connected, sign_up, talking
from tests.harness.stack import Stack
from tests.harness.waiting import eventually

pytestmark = pytest.mark.stack


async def test_what_is_not_json_is_answered_and_the_third_time_closed(stack: Stack):
    """R-M5: three strikes, then 4400."""
    person = await sign_up(stack.url)
    async with connected(person) as wire:
        for _ in range(2):
            await wire.socket.send("this is not json {")
            error = await wire.until("error")
            assert (error["code"], error["category"]) == ("bad_frame", "user")
        await wire.put(type="ping", n=1)
        assert (await wire.until("pong"))["n"] == 1
        await wire.socket.send("[1, 2")
        assert await wire.close_code() == 4400


async def test_an_unknown_type_is_an_error_and_never_a_close(stack: Stack):
    person = await sign_up(stack.url)
    async with connected(person) as wire:
        for _ in range(5):
            await wire.put(type="dance")
            assert (await wire.until("error"))["code"] == "unknown_type"
        await wire.put(type="ping")
        await wire.until("pong")


async def test_too_large_binary_and_broken_utf8_are_closed(stack: Stack):
    """The codes are WebSocket's own: 1009, 1003, 1007."""
    person = await sign_up(stack.url)
    async with connected(person) as wire:
        await wire.socket.send("x" * 66_560)
        assert await wire.close_code() == 1009
    async with connected(person) as wire:
        await wire.socket.send(b"\x00\x01")
        assert await wire.close_code() == 1003
    async with connected(person) as wire:
        await wire.socket.send(b"\xff\xfe\xfa", text=True)
        assert await wire.close_code() == 1007


async def test_a_frame_of_just_the_size_limit_is_read(stack: Stack):
    """The limit refuses nothing below it."""
    person = await sign_up(stack.url)
    async with connected(person) as wire:
        frame = orjson.dumps({"type": "ping", "n": 7, "padding": ""})
        await wire.socket.send(frame.decode().replace('""', f'"{"x" * (65_536 - len(frame))}"'))
        assert (await wire.until("pong"))["n"] == 7


def signed(stack: Stack, person_id: str, seconds: int, key: str | None = None) -> str:
    private = key or stack.identity_private_key
    identity = Identity(
        user=UUID(person_id),
        roles=frozenset({Role.MEMBER}),
        session=uuid4(),
        expires_at=int(time.time()) + seconds,
    )
    return Signer(private).sign(identity, ACCESS)


async def refused_with(person, token: str, user: str | None = None) -> int:
    async with connected(person, user=user, hello=False) as wire:
        await wire.put(type="hello", token=token)
        return await wire.close_code()


async def test_tokens_that_are_expired_forged_or_somebody_elses_do_not_open(stack: Stack):
    """R-S1, G6: 4401 for a token that is not good, 4403 for one that is another's."""
    person, other = await sign_up(stack.url), await sign_up(stack.url)
    assert await refused_with(person, signed(stack, person.user, -1)) == 4401
    head, _, signature = person.token.split(".")
    claims = jwt.decode(person.token, options={"verify_signature": False}) | {"roles": ["admin"]}
    forged = base64.urlsafe_b64encode(orjson.dumps(claims)).rstrip(b"=").decode()
    assert await refused_with(person, f"{head}.{forged}.{signature}") == 4401
    assert await refused_with(person, jwt.encode(claims, "0" * 32, algorithm="HS256")) == 4401
    assert await refused_with(person, other.token) == 4403
    assert await refused_with(person, person.token, user=other.user) == 4403
    assert (await person.ask("GET", "/api/v1/conversations", headers={"Authorization": "Bearer x"})).status_code == 401


async def test_a_first_frame_that_is_not_hello_closes(stack: Stack):
    person = await sign_up(stack.url)
    async with connected(person, hello=False) as wire:
        await wire.put(type="ping")
        assert await wire.close_code() == 4402


@pytest.mark.parametrize(
    ("text", "code"), [("", "text_empty"), ("  \n ", "text_empty"), ("x" * 10_001, "text_too_long")]
)
async def test_a_text_out_of_bounds_is_refused_by_name_and_nothing_is_written(stack: Stack, text: str, code: str):
    """R-S2: refused loudly, never truncated."""
    person = await sign_up(stack.url)
    async with talking(person) as (wire, conversation):
        message = await wire.say(conversation, text)
        error = await wire.until("error")
        assert (error["id"], error["code"], error["category"]) == (message, code, "user")
        await wire.say(conversation, "hello")
        await wire.turn()
    page = await eventually(lambda: said(person, conversation))
    assert [message["content"] for message in page if message["role"] == "user"] == ["hello"]


async def said(person, conversation: str) -> list[dict]:
    page = await person.ask("GET", f"/api/v1/conversations/{conversation}/messages")
    return page.json()["messages"] if len(page.json()["messages"]) >= 2 else []


async def test_ten_thousand_characters_are_welcome(stack: Stack):
    person = await sign_up(stack.url)
    async with talking(person) as (wire, conversation):
        await wire.say(conversation, "hello " + "x" * 9_994)
        assert (await wire.turn())[-1]["event"]["type"] == "RUN_FINISHED"


@pytest.mark.parametrize("amount", [-5, 0, 1e9, "NaN", "forty", "1e9", None, True, [], "45.001"])
async def test_an_amount_that_is_none_is_refused_by_name_and_nothing_is_written(stack: Stack, amount: object):
    """R-D4: 0.01 to 999,999.99, two places; the answer names the field."""
    person = await sign_up(stack.url)
    body = {"tool": "create_expense", "arguments": {"amount": amount, "category": "gas"}}
    reply = (await person.ask("POST", "/api/v1/pam/tools/execute", json=body)).json()
    assert reply["outcome"] == "failed"
    assert reply["error"]["code"] == "invalid_arguments"
    assert reply["error"]["advice"] == "correct_arguments"
    assert reply["message"].startswith("amount")
    assert await rows_of(stack, person.user) == 0


async def rows_of(stack: Stack, user: str) -> int:
    db = await asyncpg.connect(stack.postgres_url)
    try:
        tables = ("expenses", "inbox", "outbox", "financial_audit_log")
        counts = [
            await db.fetchval(f"select count(*) from budget.{table} where user_id = $1", UUID(user)) for table in tables
        ]
        return sum(counts)
    finally:
        await db.close()


async def test_what_the_model_gets_wrong_is_told_to_the_model(scripted: Stack):
    """R-T3: a bad amount and an unknown tool come back as failed results; the turn ends well."""
    person = await sign_up(scripted.url)
    async with talking(person) as (wire, conversation):
        for text, said_of_it in (
            ("bad amount forty", "amount"),
            ("no such tool please", "no tool named launch_rocket"),
        ):
            await wire.say(conversation, text)
            events = [frame["event"] for frame in await wire.turn()]
            result = next(event for event in events if event["type"] == "TOOL_CALL_RESULT")
            assert said_of_it in orjson.loads(result["content"])["error"]["message"]
            assert events[-1]["type"] == "RUN_FINISHED"


async def test_somebody_elses_conversation_is_not_there(stack: Stack):
    """G6: not by reading, not by opening, not by writing."""
    owner, other = await sign_up(stack.url), await sign_up(stack.url)
    async with talking(owner) as (wire, conversation):
        await wire.say(conversation, "hello, this is private")
        await wire.turn()
    await eventually(lambda: said(owner, conversation))
    page = await other.ask("GET", f"/api/v1/conversations/{conversation}/messages")
    assert (page.status_code, page.json()["code"]) == (404, "conversation_not_found")
    assert page.headers["content-type"] == "application/problem+json"
    async with connected(other) as wire:
        await wire.put(type="open", conversation=conversation)
        assert (await wire.until("error"))["code"] == "conversation_not_found"
        message = await wire.say(conversation, "let me in")
        error = await wire.until("error")
        assert (error["id"], error["code"]) == (message, "conversation_not_found")
    assert len(await said(owner, conversation)) == 2


async def test_a_tool_that_does_not_exist_is_not_found(stack: Stack):
    person = await sign_up(stack.url)
    reply = await person.ask("POST", "/api/v1/pam/tools/execute", json={"tool": "launch_rocket"})
    assert (reply.status_code, reply.json()["code"]) == (404, "no_such_tool")


async def test_a_page_of_another_origin_may_not_connect(stack: Stack):
    """R-S9: browsers say where they come from, and only our own page may."""
    import websockets

    person = await sign_up(stack.url)
    address = f"{stack.url.replace('http', 'ws', 1)}/ws/chat/{person.user}"
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(address, origin="https://evil.example")
    assert refused.value.response.status_code == 403
    async with websockets.connect(address, origin=stack.url, subprotocols=["pam.v1"]):
        pass


async def test_a_body_over_the_limit_is_413_and_a_bad_field_is_422(stack: Stack):
    person = await sign_up(stack.url)
    large = await person.ask("POST", "/api/v1/pam/chat", json={"message": "x" * 40_000})
    assert large.status_code == 413
    bad = await person.ask("POST", "/api/v1/pam/chat", json={"message": "hi", "conversation_id": "not a uuid"})
    assert bad.status_code == 422
    assert "conversation_id" in bad.json()["detail"]
    assert bad.json()["request_id"] == bad.headers["x-request-id"]
