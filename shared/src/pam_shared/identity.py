"""Members' tokens: signed by the gateway with Ed25519, verified by everyone with the public key."""

import time
from functools import lru_cache
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from pydantic import Field, field_validator

from pam_shared.config import ServiceSettings
from pam_shared.contracts.identity import Identity, Role
from pam_shared.errors import NotAuthenticatedError

ALGORITHM = "EdDSA"
ISSUER = "pam"
ACCESS = "pam:access"
"""Audience of the token a client holds."""
CALL = "pam:call"
"""Audience of the token that travels with one message to the tools."""

WRONG_KEY = "The key is not an Ed25519 key."
SIGN_IN = "Please sign in again."


def private_key_of(pem: str) -> Ed25519PrivateKey:
    """Read a private key. Raises ValueError when it is none, or of another kind."""
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(WRONG_KEY)  # noqa: TRY004 - the text is wrong, as with any other bad PEM
    return key


def public_key_of(pem: str) -> Ed25519PublicKey:
    """Read a public key. Raises ValueError when it is none, or of another kind."""
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(WRONG_KEY)  # noqa: TRY004 - as above
    return key


class VerifyingSettings(ServiceSettings):
    """Settings of a service that checks members' tokens itself."""

    identity_public_key: str = Field(description="Ed25519 public key (PEM) that members' tokens are verified with.")

    @field_validator("identity_public_key")
    @classmethod
    def _is_a_key(cls, pem: str) -> str:
        public_key_of(pem)
        return pem


class Signer:
    """Makes tokens. Only the gateway has one."""

    def __init__(self, private_key: str) -> None:
        """Read the key, PEM. Raises ValueError when it is none."""
        self._key = private_key_of(private_key)

    def sign(self, identity: Identity, audience: str) -> str:
        """Return the compact token."""
        claims = {
            "iss": ISSUER,
            "aud": audience,
            "sub": str(identity.user),
            "roles": sorted(identity.roles),
            "sid": str(identity.session),
            "exp": identity.expires_at,
        }
        if identity.turn:
            claims["turn"] = str(identity.turn)
        return jwt.encode(claims, self._key, algorithm=ALGORITHM)


class Verifier:
    """Checks tokens: signature, audience, expiry, and that the session was not revoked."""

    def __init__(self, public_key: str, revoked: "set[UUID] | None" = None) -> None:
        """Read the key, PEM. Raises ValueError when it is none."""
        self.revoked: set[UUID] = set() if revoked is None else revoked
        key = public_key_of(public_key)
        self._claims = lru_cache(maxsize=4096)(lambda token, audience: _verified(token, audience, key))

    def verify(self, token: str, audience: str) -> Identity:
        """Return who the token speaks for.

        Raises NotAuthenticatedError with code ``token_missing``, ``token_expired``, ``token_invalid`` or
        ``token_revoked``.
        """
        identity = self.signed_for(token, audience)
        if identity.expires_at <= time.time():
            raise NotAuthenticatedError(f"The token has expired. {SIGN_IN}", code="token_expired")
        if identity.session in self.revoked:
            raise NotAuthenticatedError(f"This session was signed out. {SIGN_IN}", code="token_revoked")
        return identity

    def signed_for(self, token: str, audience: str) -> Identity:
        """Return who the token was made for, also when it has ended since: good for what they used, not for access.

        Raises NotAuthenticatedError with code ``token_missing`` or ``token_invalid``.
        """
        if not token:
            raise NotAuthenticatedError(f"No token was sent. {SIGN_IN}", code="token_missing")
        identity: Identity = self._claims(token, audience)
        return identity


def _verified(token: str, audience: str, public_key: Ed25519PublicKey) -> Identity:
    """Check what never changes about a token; expiry and revocation are looked at each time."""
    try:
        claims = jwt.decode(
            token,
            public_key,
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=ISSUER,
            options={"require": ["exp", "sub", "sid"], "verify_exp": False},
        )
        return Identity(
            user=UUID(claims["sub"]),
            roles=frozenset(Role(role) for role in claims.get("roles", [])),
            session=UUID(claims["sid"]),
            expires_at=int(claims["exp"]),
            turn=UUID(claims["turn"]) if claims.get("turn") else None,
        )
    except (jwt.InvalidTokenError, ValueError, TypeError) as error:
        raise NotAuthenticatedError(f"The token is not valid. {SIGN_IN}", code="token_invalid") from error
