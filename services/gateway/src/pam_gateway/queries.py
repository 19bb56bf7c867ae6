"""The SQL of the gateway: accounts and sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pam_shared.contracts.identity import Role
from pam_shared.postgres.pool import Connection


@dataclass(frozen=True)
class Account:
    """A person who may sign in."""

    user: UUID
    email: str
    name: str
    roles: frozenset[Role]
    password_hash: str


@dataclass(frozen=True)
class RefreshToken:
    """A refresh token as found, and the state of its session."""

    session: UUID
    used_at: datetime | None
    expires_at: datetime
    revoked_at: datetime | None


async def ping(db: Connection) -> None:
    """Ask for nothing, to see whether the database answers."""
    await db.execute("select 1")


async def create_account(db: Connection, email: str, password_hash: str, name: str) -> UUID | None:
    """Create an account and return its id, or None if the address is taken."""
    created: UUID | None = await db.fetchval("select create_account($1, $2, $3)", email, password_hash, name)
    return created


async def account_by_email(db: Connection, email: str) -> Account | None:
    """Find an account by its address."""
    row = await db.fetchrow("select * from account_by_email($1)", email)
    return _account(row) if row else None


async def own_account(db: Connection) -> Account | None:
    """Return the account of the transaction's member."""
    row = await db.fetchrow("select * from accounts where user_id = current_member()")
    return _account(row) if row else None


async def hold_account(db: Connection) -> Account | None:
    """Return the account of the transaction's member; it stays until the transaction has ended."""
    row = await db.fetchrow("select * from accounts where user_id = current_member() for key share")
    return _account(row) if row else None


async def own_sessions(db: Connection) -> list[dict[str, Any]]:
    """Return the sessions of the transaction's member: when each began, and when it ends or was ended."""
    rows = await db.fetch(
        "select id, created_at, expires_at, revoked_at from sessions"
        " where user_id = current_member() order by created_at"
    )
    return [dict(row) for row in rows]


async def seize_sessions(db: Connection) -> list[UUID]:
    """Return the open sessions of the transaction's member; none is begun or refreshed until it has ended."""
    await db.execute("select from accounts where user_id = current_member() for update")
    rows = await db.fetch(
        "select id from sessions where user_id = current_member() and revoked_at is null and expires_at > now()"
        " for update"
    )
    return [row["id"] for row in rows]


async def delete_account(db: Connection, messages: Sequence[dict[str, Any]]) -> bool:
    """Delete the account of the transaction's member with its sessions, and put messages into the outbox.

    Return whether there was one; without it, nobody is told.
    """
    await db.execute("delete from sessions where user_id = current_member()")
    if await db.fetchval("delete from accounts where user_id = current_member() returning true") is None:
        return False
    await db.executemany(
        "insert into outbox (user_id, stream, subject, headers, body) values (current_member(), $1, $2, $3, $4)",
        [(message["stream"], message["subject"], message["headers"], message["body"]) for message in messages],
    )
    return True


async def create_session(db: Connection, user: UUID, expires_at: datetime) -> UUID:
    """Create a session and return its id."""
    created: UUID = await db.fetchval(
        "insert into sessions (user_id, expires_at) values ($1, $2) returning id", user, expires_at
    )
    return created


async def add_refresh_token(db: Connection, user: UUID, session: UUID, token_hash: bytes, expires_at: datetime) -> None:
    """Give a session another refresh token, and as much more time."""
    await db.execute("update sessions set expires_at = $2 where id = $1", session, expires_at)
    await db.execute(
        "insert into refresh_tokens (hash, session_id, user_id) values ($1, $2, $3)", token_hash, session, user
    )


async def use_refresh_token(db: Connection, session: UUID, token_hash: bytes) -> RefreshToken | None:
    """Find a session's refresh token as it was before this use, and mark it used; it is locked meanwhile."""
    row = await db.fetchrow(
        "select t.used_at, s.id as session, s.expires_at, s.revoked_at from refresh_tokens t"
        " join sessions s on s.id = t.session_id where t.hash = $1 and s.id = $2 for update of t, s",
        token_hash,
        session,
    )
    await db.execute("update refresh_tokens set used_at = coalesce(used_at, now()) where hash = $1", token_hash)
    return RefreshToken(**dict(row)) if row else None


async def revoke(db: Connection, session: UUID) -> None:
    """End a session."""
    await db.execute("update sessions set revoked_at = now() where id = $1 and revoked_at is null", session)


def _account(row: dict[str, object]) -> Account:
    return Account(
        user=UUID(str(row["user_id"])),
        email=str(row["email"]),
        name=str(row["name"]),
        roles=frozenset(Role(role) for role in row["roles"]),  # type: ignore[attr-defined]  # asyncpg gives a list
        password_hash=str(row["password_hash"]),
    )
