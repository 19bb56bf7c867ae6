"""Registering, signing in, refreshing, signing out, leaving."""

import asyncio
import hashlib
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from nats.errors import Error as NatsError

from pam_gateway import queries
from pam_gateway.queries import Account, RefreshToken
from pam_gateway.settings import GatewaySettings
from pam_shared.bus.audit import AuditTrail
from pam_shared.bus.revocations import Revocations
from pam_shared.clock import utc_now
from pam_shared.contracts.events import AuditEvent, MemberDeleted
from pam_shared.contracts.identity import Identity
from pam_shared.errors import ConflictError, NotAuthenticatedError, NotPermittedError, UnavailableError
from pam_shared.identity import ACCESS, SIGN_IN, Signer
from pam_shared.postgres.pool import Connection, Pool, member_transaction, transaction
from pam_shared.telemetry.traces import trace_id
from pam_shared.tools.messages import audit_message, event_message
from pam_shared.tools.outbox import OutboxRelay

GRACE = timedelta(seconds=30)
"""How long a used refresh token still works: two tabs may refresh at once, and an answer may be lost."""


@dataclass(frozen=True)
class SignedIn:
    """A pair of tokens and whom they are for; ``expires_in`` in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    account: Account


class Accounts:
    """Who may come in."""

    def __init__(
        self,
        pool: Pool,
        signer: Signer,
        revocations: Revocations,
        audit: AuditTrail,
        outbox: OutboxRelay,
        settings: GatewaySettings,
    ) -> None:
        self._pool = pool
        self._signer = signer
        self._revocations = revocations
        self._audit = audit
        self._outbox = outbox
        self._settings = settings
        self._hasher = PasswordHasher()
        # Compared with when an address is unknown, so that both refusals take the same time.
        self._nobody = self._hasher.hash(secrets.token_hex())

    async def register(self, email: str, password: str, name: str) -> SignedIn:
        """Create an account and sign it in. Raises ConflictError when the address is taken."""
        password_hash = await asyncio.to_thread(self._hasher.hash, password)
        async with transaction(self._pool) as db:
            created = await queries.create_account(db, email, password_hash, name)
        self._record("register", "ok" if created else "refused", created)
        if created is None:
            raise ConflictError("There is an account with this address already. Sign in instead.", code="email_taken")
        return await self._sign_in(created)

    async def login(self, email: str, password: str) -> SignedIn:
        """Sign in. Raises NotAuthenticatedError, the same for an unknown address and a wrong password."""
        async with transaction(self._pool) as db:
            account = await queries.account_by_email(db, email)
        known = account.password_hash if account else self._nobody
        right = await asyncio.to_thread(self._matches, known, password)
        self._record("login", "ok" if right and account else "refused", account.user if account else None)
        if account is None or not right:
            raise NotAuthenticatedError("Address or password is wrong.", code="wrong_credentials")
        return await self._sign_in(account.user)

    async def refresh(self, token: str) -> SignedIn:
        """Exchange a refresh token for a new pair. One that was used up a while ago was stolen: it ends the session."""
        user, session, secret = _read_refresh_token(token)
        async with member_transaction(self._pool, user) as db:
            found = await queries.use_refresh_token(db, session, _digest(secret))
            account = await queries.own_account(db)
            ended = session in self._revocations.sessions
            if found and account and _is_open(found) and not ended and not _was_stolen(found):
                fresh = await self._add_token(db, user, session)
                return self._signed_in(account, session, fresh)
            if found and _was_stolen(found):
                await queries.revoke(db, session)
        if found and _was_stolen(found):
            await self._revocations.revoke(session)
            self._record("refresh_reuse", "refused", user, session)
        if account is None:
            raise _gone()
        raise NotAuthenticatedError(f"The session has ended. {SIGN_IN}", code="session_ended")

    async def logout(self, who: Identity) -> None:
        """End the session everywhere."""
        async with member_transaction(self._pool, who.user) as db:
            await queries.revoke(db, who.session)
        await self._revocations.revoke(who.session)
        self._record("logout", "ok", who.user, who.session)

    async def leave(self, who: Identity, password: str) -> None:
        """Delete the account, end its sessions everywhere, and tell every service to forget the member.

        The sessions end first: nobody writes for the member any more when others are told. They are told through the
        outbox, which commits with the deletion: whatever breaks, either there is an account to leave again, or it is
        gone and everybody hears of it. Raises NotPermittedError for a wrong password, NotAuthenticatedError where the
        account is gone already, UnavailableError when the sessions could not be ended: nothing is deleted then.
        """
        await self._confirm(who, password)
        left = self._event("leave", "ok", who.user, who.session)
        messages = [event_message(MemberDeleted(), who.user, left.at), audit_message(left)]
        async with member_transaction(self._pool, who.user) as db:
            await self._revoke_all(await queries.seize_sessions(db))
            if not await queries.delete_account(db, messages):
                raise _gone()
        self._outbox.wake()

    async def _confirm(self, who: Identity, password: str) -> None:
        """Compare a signed-in member's password."""
        async with member_transaction(self._pool, who.user) as db:
            account = await queries.own_account(db)
        if account is None:
            raise _gone()
        if not await asyncio.to_thread(self._matches, account.password_hash, password):
            self._record("leave", "refused", who.user, who.session)
            raise NotPermittedError("This is not your password, so nothing was deleted.", code="wrong_password")

    async def _revoke_all(self, sessions: list[UUID]) -> None:
        try:
            await asyncio.gather(*(self._revocations.revoke(session) for session in sessions))
        except (NatsError, TimeoutError) as error:
            raise UnavailableError(
                "Your devices could not be signed out, so nothing was deleted. Please try again in a moment."
            ) from error

    async def _sign_in(self, user: UUID) -> SignedIn:
        async with member_transaction(self._pool, user) as db:
            account = await queries.hold_account(db)
            if account is None:
                raise _gone()
            session = await queries.create_session(db, user, self._refresh_expiry())
            secret = await self._add_token(db, user, session)
        return self._signed_in(account, session, secret)

    async def _add_token(self, db: Connection, user: UUID, session: UUID) -> str:
        secret = secrets.token_urlsafe(32)
        await queries.add_refresh_token(db, user, session, _digest(secret), self._refresh_expiry())
        return secret

    def _signed_in(self, account: Account, session: UUID, secret: str) -> SignedIn:
        lives = self._settings.access_token_for
        identity = Identity(
            user=account.user, roles=account.roles, session=session, expires_at=int(time.time()) + lives
        )
        refresh_token = f"{account.user}.{session}.{secret}"
        return SignedIn(self._signer.sign(identity, ACCESS), refresh_token, lives, account)

    def _refresh_expiry(self) -> datetime:
        return utc_now() + timedelta(seconds=self._settings.refresh_token_for)

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except VerificationError:
            return False

    def _record(self, action: str, outcome: str, user: UUID | None, session: UUID | None = None) -> None:
        self._audit.record(self._event(action, outcome, user, session))

    def _event(self, action: str, outcome: str, user: UUID | None, session: UUID | None) -> AuditEvent:
        return AuditEvent(
            id=uuid4(),
            at=utc_now(),
            service="gateway",
            action=f"auth.{action}",
            user=user,
            session=session,
            trace_id=trace_id(),
            outcome=outcome,
        )


def _gone() -> NotAuthenticatedError:
    return NotAuthenticatedError("This account is gone. You can register again.", code="account_gone")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _is_open(token: RefreshToken) -> bool:
    return token.revoked_at is None and token.expires_at > utc_now()


def _was_stolen(token: RefreshToken) -> bool:
    """Whether it was used before, longer ago than two tabs that refresh at once, or a lost answer, would explain."""
    return token.used_at is not None and utc_now() - token.used_at > GRACE


def _read_refresh_token(token: str) -> tuple[UUID, UUID, str]:
    user, _, rest = token.partition(".")
    session, _, secret = rest.partition(".")
    try:
        return UUID(user), UUID(session), secret
    except ValueError as error:
        raise NotAuthenticatedError(f"This is not a refresh token. {SIGN_IN}", code="token_invalid") from error
