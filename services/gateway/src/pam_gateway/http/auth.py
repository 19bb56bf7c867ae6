"""Registering, signing in and out."""

from contextlib import suppress
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, status
from nats.errors import Error as NatsError
from pydantic import BaseModel, EmailStr, Field

from pam_gateway.accounts import SignedIn
from pam_gateway.http.desk import Desk, Member, TheDesk
from pam_shared.contracts import headers, subjects
from pam_shared.contracts.events import MemberSignedIn
from pam_shared.contracts.identity import Role
from pam_shared.identity import ACCESS

router = APIRouter(prefix="/api/v1/auth", tags=["auth"])

Password = Annotated[str, Field(min_length=8, max_length=200)]


class Registration(BaseModel):
    """A new account."""

    email: EmailStr
    password: Password
    name: str = Field("", max_length=100)


class Credentials(BaseModel):
    """An account's address and password."""

    email: EmailStr
    password: str = Field(max_length=200)


class RefreshToken(BaseModel):
    """The token that is exchanged for a new pair."""

    refresh_token: str = Field(max_length=500)


class User(BaseModel):
    """Who signed in."""

    id: UUID
    email: str
    name: str
    roles: list[Role]


class Tokens(BaseModel):
    """A pair of tokens; ``expires_in`` in seconds."""

    access_token: str
    refresh_token: str
    token_type: str = "bearer"  # noqa: S105 - the name of a scheme
    expires_in: int
    user: User


@router.post("/register", status_code=status.HTTP_201_CREATED)
async def register(body: Registration, request: Request, desk: TheDesk) -> Tokens:
    """Create an account and sign it in."""
    await _count(desk, request, body.email)
    return await _arrived(desk, await desk.accounts.register(body.email, body.password, body.name))


@router.post("/login")
async def login(body: Credentials, request: Request, desk: TheDesk) -> Tokens:
    """Sign in."""
    await _count(desk, request, body.email)
    return await _arrived(desk, await desk.accounts.login(body.email, body.password))


@router.post("/refresh")
async def refresh(body: RefreshToken, desk: TheDesk) -> Tokens:
    """Exchange a refresh token for a new pair; the old one ends."""
    return _tokens(await desk.accounts.refresh(body.refresh_token))


@router.post("/logout", status_code=status.HTTP_204_NO_CONTENT)
async def logout(who: Member, desk: TheDesk) -> None:
    """End the session everywhere, at once."""
    await desk.accounts.logout(who)


async def _count(desk: Desk, request: Request, email: str) -> None:
    await desk.limits.count("sign_in", email.lower())
    await desk.limits.count("sign_in_address", request.client.host if request.client else "unknown")


async def _arrived(desk: Desk, signed_in: SignedIn) -> Tokens:
    """Let others prepare for a member who will soon speak; nobody waits for them."""
    who = desk.verifier.verify(signed_in.access_token, ACCESS)
    values = {headers.IDENTITY: desk.acceptance.call_token(who, uuid4())}
    with suppress(NatsError):
        body = MemberSignedIn(user=who.user).model_dump_json().encode()
        await desk.bus.nats.publish(subjects.MEMBER_SIGNED_IN, body, headers=values)
    return _tokens(signed_in)


def _tokens(signed_in: SignedIn) -> Tokens:
    account = signed_in.account
    return Tokens(
        access_token=signed_in.access_token,
        refresh_token=signed_in.refresh_token,
        expires_in=signed_in.expires_in,
        user=User(id=account.user, email=account.email, name=account.name, roles=sorted(account.roles)),
    )
