"""Who may come in: accounts on a real PostgreSQL, revocations over a real NATS."""

import asyncio
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import httpx
import pytest

from pam_gateway.accounts import Accounts
from pam_gateway.settings import GatewaySettings
from pam_shared.bus.audit import AuditTrail
from pam_shared.bus.log_reader import LogReader
from pam_shared.bus.revocations import Revocations
from pam_shared.contracts import headers, subjects, topology
from pam_shared.contracts.events import AuditEvent, MemberSignedIn
from pam_shared.errors import ConflictError, NotAuthenticatedError
from pam_shared.identity import ACCESS, CALL, Signer, Verifier
from pam_shared.postgres.pool import member_transaction, open_pool
from pam_shared.tools.outbox import OutboxRelay
from tests.harness.waiting import eventually

PASSWORD = "a long enough one"


@pytest.fixture
async def pool(databases):
    """The gateway's own connections."""
    pool = await open_pool(databases["gateway"], "gateway")
    yield pool
    await pool.close()


@pytest.fixture
async def gateway(connect, pool, keys, nats):
    """What a gateway signs people in with, and what it verifies them with."""
    bus = await connect("gateway")
    revocations, audit = Revocations(bus), AuditTrail(bus)
    await revocations.start()
    await audit.start()
    settings = GatewaySettings.model_construct(nats_url=nats, refresh_token_for=1000)
    yield Accounts(pool, Signer(keys.private), revocations, audit, OutboxRelay(bus, pool, inbox=False), settings)
    await audit.stop()
    await revocations.stop()


@pytest.fixture
async def elsewhere(connect, keys):
    """What another service verifies tokens with."""
    revocations = Revocations(await connect("elsewhere"))
    await revocations.start()
    yield Verifier(keys.public, revocations.sessions)
    await revocations.stop()


@pytest.fixture
def address():
    return f"somebody-{uuid4().hex[:8]}@example.com"


@pytest.fixture
async def member(gateway, address):
    """Somebody who has just registered."""
    return await gateway.register(address, PASSWORD, "Ann")


async def revoked_within_a_second(verifier, token) -> bool:
    def refused():
        try:
            verifier.verify(token, ACCESS)
        except NotAuthenticatedError as error:
            return error.problem.code == "token_revoked"
        return False

    return await eventually(refused, within=1)


@asynccontextmanager
async def refused(code):
    with pytest.raises(NotAuthenticatedError) as refusal:
        yield
    assert refusal.value.problem.code == code


async def test_whoever_registers_is_signed_in(gateway, member, address, elsewhere):
    """R-S1: the access token opens every service, for a quarter of an hour."""
    identity = elsewhere.verify(member.access_token, ACCESS)
    assert (identity.user, [str(role) for role in identity.roles]) == (member.account.user, ["member"])
    assert (member.account.email, member.account.name, member.expires_in) == (address, "Ann", 900)
    assert PASSWORD not in member.account.password_hash


async def test_an_address_is_taken_once(gateway, member, address):
    """R-S1: also in capitals; the account that is there stays as it is."""
    for taken in (address, address.upper()):
        with pytest.raises(ConflictError) as refusal:
            await gateway.register(taken, "another password", "Ben")
        assert refusal.value.problem.code == "email_taken"
    assert (await gateway.login(address, PASSWORD)).account.name == "Ann"


async def test_of_two_who_register_an_address_at_once_one_gets_it(gateway, address):
    """R-S1: one address, one account."""
    outcomes = await asyncio.gather(
        *(gateway.register(address, PASSWORD, name) for name in ("Ann", "Ben")), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ConflictError", "SignedIn"]


async def test_signing_in_needs_the_password_and_begins_a_session_of_its_own(gateway, member, address, elsewhere):
    """R-S1: two devices are two sessions."""
    again = await gateway.login(address.upper(), PASSWORD)
    assert again.account.user == member.account.user
    sessions = {elsewhere.verify(one.access_token, ACCESS).session for one in (member, again)}
    assert len(sessions) == 2


async def test_a_wrong_password_and_an_unknown_address_answer_alike(gateway, member, address):
    """R-S1: nobody finds out who has an account."""
    told = []
    for email, password in ((address, "wrong"), ("nobody@example.com", PASSWORD), (address, "")):
        with pytest.raises(NotAuthenticatedError) as refusal:
            await gateway.login(email, password)
        told.append(refusal.value.problem)
    assert told[0] == told[1] == told[2]
    assert told[0].code == "wrong_credentials"


async def test_refreshing_gives_a_new_pair_of_the_same_session(gateway, member, elsewhere):
    """R-S1: rotating refresh token."""
    fresh = await gateway.refresh(member.refresh_token)
    assert fresh.refresh_token != member.refresh_token
    before, after = (elsewhere.verify(one.access_token, ACCESS) for one in (member, fresh))
    assert (before.user, before.session) == (after.user, after.session)
    assert (await gateway.refresh(fresh.refresh_token)).account.user == member.account.user


async def test_two_tabs_may_refresh_at_once(gateway, member):
    """R-S1: the token just replaced works for a moment longer."""
    pairs = await asyncio.gather(*(gateway.refresh(member.refresh_token) for _ in range(2)))
    assert len({pair.refresh_token for pair in pairs}) == 2


async def test_the_token_just_replaced_works_for_its_whole_time_of_grace(gateway, member):
    """R-S1: a third tab, or a second repetition of a refresh whose answer was lost, signs nobody out."""
    for _ in range(3):
        await gateway.refresh(member.refresh_token)


async def test_each_of_two_tabs_that_refreshed_at_once_can_refresh_again_later(gateway, member, administrator):
    """R-S1: what a member was given within the grace is no stolen token when it is used for the first time."""
    pairs = [await gateway.refresh(member.refresh_token) for _ in range(2)]
    await grace_is_over(administrator, member)
    for pair in pairs:
        await gateway.refresh(pair.refresh_token)


async def grace_is_over(administrator, member):
    await administrator.execute(
        "update gateway.refresh_tokens set used_at = used_at - interval '31 seconds' where user_id = $1",
        member.account.user,
    )


async def test_a_refresh_token_used_again_later_ends_the_session_everywhere(gateway, member, elsewhere, administrator):
    """R-S1: reuse detection, and revocation effective everywhere within 1 s: somebody has stolen it."""
    fresh = await gateway.refresh(member.refresh_token)
    await grace_is_over(administrator, member)
    elsewhere.verify(fresh.access_token, ACCESS)
    async with refused("session_ended"):
        await gateway.refresh(member.refresh_token)
    assert await revoked_within_a_second(elsewhere, fresh.access_token)
    async with refused("session_ended"):
        await gateway.refresh(fresh.refresh_token)


async def test_one_stolen_session_does_not_end_the_others(gateway, member, address, elsewhere, administrator):
    """R-S1: another device stays signed in."""
    other = await gateway.login(address, PASSWORD)
    await gateway.refresh(member.refresh_token)
    await grace_is_over(administrator, member)
    async with refused("session_ended"):
        await gateway.refresh(member.refresh_token)
    assert await revoked_within_a_second(elsewhere, member.access_token)
    elsewhere.verify(other.access_token, ACCESS)
    await gateway.refresh(other.refresh_token)


async def test_signing_out_ends_the_session_everywhere(gateway, member, elsewhere):
    """R-S1: revocation effective everywhere within 1 s."""
    await gateway.logout(elsewhere.verify(member.access_token, ACCESS))
    assert await revoked_within_a_second(elsewhere, member.access_token)
    async with refused("session_ended"):
        await gateway.refresh(member.refresh_token)


async def test_a_service_that_starts_later_knows_who_signed_out(gateway, member, elsewhere, connect, keys):
    """R-S1: a restart forgets no revocation."""
    await gateway.logout(elsewhere.verify(member.access_token, ACCESS))
    revocations = Revocations(await connect("newcomer"))
    await revocations.start()
    assert await revoked_within_a_second(Verifier(keys.public, revocations.sessions), member.access_token)
    await revocations.stop()


async def test_a_session_that_has_expired_is_over(gateway, member, administrator):
    """R-S1: a refresh token's time ends."""
    await administrator.execute(
        "update gateway.sessions set expires_at = now() where user_id = $1", member.account.user
    )
    async with refused("session_ended"):
        await gateway.refresh(member.refresh_token)


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "..", "\x00", f"{uuid4()}.{uuid4()}.\N{MINIBUS}", f"{uuid4()}"])
async def test_what_is_no_refresh_token_is_refused(gateway, token):
    """R-S1: whatever is sent, it is refused as a token, not as an accident."""
    with pytest.raises(NotAuthenticatedError):
        await gateway.refresh(token)


async def test_a_refresh_token_opens_its_own_members_session_only(gateway, member, address):
    """G6: another member's id in front of it opens nothing and ends nothing."""
    other = await gateway.register(f"other-{address}", PASSWORD, "")
    session, secret = member.refresh_token.split(".", 1)[1].split(".")
    async with refused("session_ended"):
        await gateway.refresh(f"{other.account.user}.{session}.{secret}")
    await gateway.refresh(member.refresh_token)


async def test_no_account_and_no_session_is_seen_without_its_member(pool, member):
    """G6: row-level security, whatever a query forgets."""
    for user, seen in ((member.account.user, 1), (uuid4(), 0)):
        async with member_transaction(pool, user) as db:
            for table in ("accounts", "sessions"):
                assert await db.fetchval(f"select count(*) from {table}") == seen
    assert await pool.fetchval("select count(*) from accounts") == 0


async def test_no_token_and_no_password_is_stored(member, administrator):
    """R-S9: a stolen database opens no account."""
    secret = member.refresh_token.rpartition(".")[2]
    for table in ("accounts", "sessions"):
        rows = await administrator.fetch(
            f"select t::text from gateway.{table} t where user_id = $1", member.account.user
        )
        assert rows
        for row in rows:
            assert secret not in row["t"]
            assert PASSWORD not in row["t"]


async def test_every_sign_in_leaves_an_audit_event(gateway, member, address, bus, elsewhere):
    """R-S6: who came in, who was refused, who left; no password and no token among it."""
    who: UUID = member.account.user
    async with refused("wrong_credentials"):
        await gateway.login(address, "wrong password")
    await gateway.login(address, PASSWORD)
    await gateway.logout(elsewhere.verify(member.access_token, ACCESS))
    reader = LogReader(bus, topology.AUDIT)
    await reader.start()

    async def recorded():
        entries = await reader.read(subjects.audit("gateway"))
        events = [AuditEvent.model_validate_json(entry.body) for entry in entries]
        mine = [(event.action, event.outcome) for event in events if event.user == who]
        return mine if len(mine) == 4 else []

    assert await eventually(recorded) == [
        ("auth.register", "ok"),
        ("auth.login", "refused"),
        ("auth.login", "ok"),
        ("auth.logout", "ok"),
    ]
    assert b"password" not in b"".join(entry.body for entry in await reader.read(subjects.audit("gateway")))
    await reader.stop()


async def test_who_registers_or_signs_in_is_announced_with_a_token_that_reads(gateway_at, connect, keys):
    """R-D2: others may warm what they keep of the member; the token is for reading: no turn is known by its id."""
    heard = asyncio.Queue()
    listener = await connect("listener")
    await listener.nats.subscribe(subjects.MEMBER_SIGNED_IN, cb=heard.put)
    await listener.jetstream.account_info()
    credentials = {"email": f"{uuid4()}@pam.example", "password": "correct horse battery"}
    async with gateway_at() as url, httpx.AsyncClient(base_url=url) as http:
        for way in ("register", "login"):
            answer = await http.post(f"/api/v1/auth/{way}", json=credentials)
            user = UUID(answer.json()["user"]["id"])
            message = await asyncio.wait_for(heard.get(), 5)
            who = Verifier(keys.public).verify(message.headers[headers.IDENTITY], CALL)
            assert MemberSignedIn.model_validate_json(message.data).user == who.user == user
            assert who.turn is not None
