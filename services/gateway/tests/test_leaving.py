"""Leaving: the account, its sessions and everything that any service knows of the member."""

import asyncio
from uuid import UUID

import pytest

from pam_gateway import queries
from pam_persistence.main import serve as serve_persistence
from pam_persistence.settings import PersistenceSettings
from pam_shared.contracts.frames import CloseCode
from pam_shared.postgres.pool import member_transaction, open_pool
from pam_shared.tools.worker import WorkerSettings, serve_tools
from pam_tools_budget import tools as budget_tools
from pam_tools_budget.service import SERVICE as BUDGET
from services.gateway.tests.leaving import Member, leavings, logged, traces
from tests.harness.client import Person, connected
from tests.harness.waiting import eventually

BARE = {"forgotten_members", "security_audit_log", "inbox"}
"""Tables that keep a member's bare id: that they are gone, that something was done, that an event was applied."""


@pytest.fixture
async def house(gateway_at, connect, databases, keys):
    """A gateway, persistence and a budget worker."""
    persistence = PersistenceSettings(
        postgres_url=databases["persistence"], identity_public_key=keys.public, linger=0.05
    )
    budget = WorkerSettings(postgres_url=databases[BUDGET.name], identity_public_key=keys.public)
    async with (
        serve_persistence(await connect("persistence"), persistence),
        serve_tools(await connect(BUDGET.name), budget, budget_tools, "Money."),
        gateway_at() as url,
    ):
        yield url


async def test_an_export_holds_what_every_service_has_of_the_member_and_nothing_of_others(house, administrator):
    """R-D7: account, sessions, conversations in order, each worker's rows; complete or it says what is missing."""
    mine, other = [await Member.of(house) for _ in range(2)]
    for member in (mine, other):
        await member.live(administrator)
    answer = await mine.ask("GET", "/api/v1/me/export")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="pam-export.json"'
    held = answer.json()
    assert held["account"] == {"id": str(mine.user), "email": mine.email, "name": ""}
    assert [session["revoked_at"] for session in held["sessions"]] == [None]
    assert [message["role"] for message in held["conversations"][0]["messages"]][:1] == ["user"]
    assert [row["description"] for row in held["records"]["budget"]["expenses"]] == ["a secret of mine"]
    assert held["missing"] == []
    assert str(other.user) not in answer.text
    assert other.email not in answer.text


async def test_of_a_member_who_left_nothing_is_left(house, administrator, bus):
    """R-D7: in no table of any service, whatever its columns; others keep what is theirs."""
    leaving, staying = [await Member.of(house) for _ in range(2)]
    for member in (leaving, staying):
        await member.live(administrator)
    before = await traces(administrator, staying.user)
    assert (await leaving.leave()).status_code == 204

    async def gone():
        return {table for _, table in await traces(administrator, leaving.user)} <= BARE

    await eventually(gone)
    assert await traces(administrator, leaving.email) == {}
    rows = await administrator.fetch("select * from persistence.security_audit_log where user_id = $1", leaving.user)
    assert {row["parameters"] for row in rows} == {"{}"}
    kept = await administrator.fetch("select key, reply from budget.inbox where user_id = $1", leaving.user)
    assert [(row["key"].partition(":")[0], row["reply"]) for row in kept] == [("event", '{"outcome": "ok"}')]
    assert await traces(administrator, staying.user) == before
    assert await staying.is_on_record(administrator)
    assert [len(await logged(bus, member.user)) for member in (leaving, staying)] == [0, 1]


async def test_who_left_cannot_come_back_and_may_come_anew(house, administrator):
    """R-D7, R-S1: the account is gone for every token and password; the address is free for another one."""
    member = await Member.of(house)
    assert (await member.leave()).status_code == 204
    refused = await member.ask("GET", "/api/v1/conversations")
    assert (refused.status_code, refused.json()["code"]) == (401, "token_revoked")
    gone = await member.refresh()
    assert (gone.status_code, gone.json()["code"]) == (401, "account_gone")
    unknown = await member.log_in()
    assert (unknown.status_code, unknown.json()["code"]) == (401, "wrong_credentials")
    anew = await Member.of(house, member.email)
    assert anew.user != member.user
    await anew.live(administrator)
    assert (await member.leave()).status_code == 401
    assert await anew.is_on_record(administrator)


async def test_every_device_is_signed_out_at_once(house):
    """R-S1: effective within a second: tokens, refresh tokens and open sockets of all sessions."""
    phone = await Member.of(house)
    laptop = Person(house, (await phone.log_in()).json())
    async with connected(laptop) as wire:
        assert (await phone.leave()).status_code == 204
        async with asyncio.timeout(2.5):
            assert await wire.close_code() == CloseCode.FORBIDDEN

    async def refused():
        return (await laptop.ask("GET", "/api/v1/conversations")).status_code == 401

    await eventually(refused, within=1)


async def test_who_does_not_know_the_password_deletes_nothing(house, administrator, bus):
    """R-D7: a token alone is not enough; the member stays signed in and is told so."""
    member = await Member.of(house)
    refused = await member.leave("not the password")
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong_password")
    assert "nothing was deleted" in refused.json()["detail"]
    assert (await member.ask("GET", "/api/v1/conversations")).status_code == 200
    assert await leavings(bus, member.user) == []
    assert (await member.ask("DELETE", "/api/v1/me")).status_code == 422


async def test_passwords_are_not_guessed_by_leaving(gateway_at, valkey_url):
    """R-S7: five attempts in five minutes, as with signing in."""
    async with gateway_at(rate_limits="on", redis_url=valkey_url) as url:
        member = await Member.of(url)
        assert [(await member.leave("a guess")).status_code for _ in range(6)] == [403] * 5 + [429]
        assert (await member.leave()).status_code == 429


async def test_a_member_leaves_once_however_often_they_say_so(house, bus):
    """R-D7: of many requests at once one deletes, and everybody is told once."""
    member = await Member.of(house)
    answers = await asyncio.gather(*(member.leave() for _ in range(5)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 204
    assert set(statuses[1:]) == {401}
    assert len(await eventually(lambda: leavings(bus, member.user))) == 1


async def test_a_sign_in_that_meets_a_leaving_waits_and_is_refused(gateway_at, databases):
    """R-S1: no session outlives its account, and nobody is told of an accident."""
    pool = await open_pool(databases["gateway"], "test")
    async with gateway_at() as url:
        member = await Member.of(url)
        async with member_transaction(pool, UUID(member.user)) as db:
            assert len(await queries.seize_sessions(db)) == 1
            assert await queries.delete_account(db, [])
            waiting = [asyncio.create_task(member.log_in()), asyncio.create_task(member.refresh())]
            await asyncio.sleep(0.7)
            assert not any(task.done() for task in waiting)
        answers = await asyncio.gather(*waiting)
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(401, "account_gone")] * 2
    await pool.close()
