"""Who may speak MCP to the gateway, from where, how often and how much."""

import httpx
import pytest

from pam_gateway.limits import TABLE
from pam_shared.bus.revocations import Revocations
from pam_shared.identity import ACCESS
from services.gateway.tests.speaking_mcp import ACCEPT, PING, bearer, post
from tests.harness.waiting import eventually


async def test_who_is_not_signed_in_is_told_how(url, person):
    """R-S1: 401 with the scheme, before a word of the body is read."""
    for headers, code in (
        ({}, "token_missing"),
        (bearer("x.y.z"), "token_invalid"),
        ({"Authorization": "Basic YTpi"}, "token_missing"),
        (bearer(person.token(lives=-1, audience=ACCESS)), "token_expired"),
        (bearer(person.token()), "token_invalid"),
    ):
        refused = await post(url, headers)
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert refused.json()["code"] == code


async def test_a_revoked_session_calls_nothing_any_more(url, bus, person):
    """R-S1: effective within a second, also for a client that is connected."""
    headers = bearer(person.access_token())
    assert (await post(url, headers)).status_code == 200
    await Revocations(bus).revoke(person.session)

    async def refused():
        answer = await post(url, headers)
        return answer if answer.status_code == 401 else None

    answer = await eventually(refused, within=1)
    assert (answer.json()["code"], answer.headers["WWW-Authenticate"]) == ("token_revoked", "Bearer")


async def test_requests_are_counted_with_those_of_rest(gateway_at, person):
    """R-S7: one window for both; the refusal says when to come back."""
    headers = bearer(person.access_token())
    async with gateway_at(rate_limits="on") as url, httpx.AsyncClient(base_url=url, headers=headers) as http:
        statuses = [(await http.get("/api/v1/pam/tools/status")).status_code for _ in range(TABLE["rest"].amount - 1)]
        assert set(statuses) == {200}
        assert (await post(url, headers)).status_code == 200
        refused = await post(url, headers)
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) >= 1


async def test_what_is_no_message_is_refused(url, person):
    """R-S2: by the door's own bounds; a stream that would stay open for nothing is not offered."""
    headers = bearer(person.access_token())
    async with httpx.AsyncClient(base_url=url, headers=headers | ACCEPT) as http:
        assert (await http.get("/mcp")).status_code == 405
        assert (await http.delete("/mcp")).status_code == 405
        assert (await http.post("/mcp", json=PING | {"filler": "x" * 40_000})).status_code == 413
        assert (
            await http.post("/mcp", content=chunks(), headers={"Content-Type": "application/json"})
        ).status_code == 413
        assert (await http.post("/mcp", content=b"{", headers={"Content-Type": "application/json"})).status_code == 400
        assert (await http.post("/mcp", json=PING)).status_code == 200


async def chunks():
    for _ in range(50):
        yield b"x" * 1000


@pytest.mark.parametrize(("origin", "status"), [("https://elsewhere.example", 403), (None, 200)])
async def test_a_page_of_another_origin_may_not_call(url, person, origin, status):
    """R-S2: as with the sockets; who sends no origin is no browser."""
    headers = bearer(person.access_token()) | ({"Origin": origin} if origin else {})
    assert (await post(url, headers)).status_code == status
