"""The SQL of the gateway: accounts and sessions."""

from dataclasses import dataclass
from datetime import datetime
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
class Session:
    """A sign-in: its refresh token's hash, and the one before."""

    id: UUID
    refresh_hash: bytes
    previous_hash: bytes | None
    rotated_at: datetime
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


async def create_session(db: Connection, user: UUID, refresh_hash: bytes, expires_at: datetime) -> UUID:
    """Create a session and return its id."""
    created: UUID = await db.fetchval(
        "insert into sessions (user_id, refresh_hash, expires_at) values ($1, $2, $3) returning id",
        user,
        refresh_hash,
        expires_at,
    )
    return created


async def locked_session(db: Connection, session: UUID) -> Session | None:
    """Return a session, locked until the transaction ends."""
    row = await db.fetchrow(
        "select id, refresh_hash, previous_hash, rotated_at, expires_at, revoked_at from sessions"
        " where id = $1 for update",
        session,
    )
    return Session(**dict(row)) if row else None


async def rotate(db: Connection, session: UUID, refresh_hash: bytes, expires_at: datetime) -> None:
    """Put a new refresh token in the place of the old one."""
    await db.execute(
        "update sessions set previous_hash = refresh_hash, refresh_hash = $2, expires_at = $3, rotated_at = now()"
        " where id = $1",
        session,
        refresh_hash,
        expires_at,
    )


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
