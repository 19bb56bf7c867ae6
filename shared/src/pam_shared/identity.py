"""Members' tokens: signed by the gateway with Ed25519, verified by everyone with the public key."""

import time
from functools import lru_cache
from typing import cast
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from pam_shared.contracts.identity import Identity, Role
from pam_shared.errors import NotAuthenticatedError

ALGORITHM = "EdDSA"
ISSUER = "pam"
ACCESS = "pam:access"
"""Audience of the token a client holds."""
CALL = "pam:call"
"""Audience of the token that travels with one message to the tools."""

SIGN_IN = "Please sign in again."


class Signer:
    """Makes tokens. Only the gateway has one."""

    def __init__(self, private_key: str) -> None:
        """Read the key, PEM. Raises ValueError when it is none."""
        self._key = load_pem_private_key(private_key.encode(), password=None)

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
        return jwt.encode(claims, cast("Ed25519PrivateKey", self._key), algorithm=ALGORITHM)


class Verifier:
    """Checks tokens: signature, audience, expiry, and that the session was not revoked."""

    def __init__(self, public_key: str, revoked: "set[UUID] | None" = None) -> None:
        """Read the key, PEM. Raises ValueError when it is none."""
        self.revoked: set[UUID] = set() if revoked is None else revoked
        key = cast("Ed25519PublicKey", load_pem_public_key(public_key.encode()))
        self._claims = lru_cache(maxsize=4096)(lambda token, audience: _verified(token, audience, key))

    def verify(self, token: str, audience: str) -> Identity:
        """Return who the token speaks for.

        Raises NotAuthenticatedError with code ``token_missing``, ``token_expired``, ``token_invalid`` or
        ``token_revoked``.
        """
        if not token:
            raise NotAuthenticatedError(f"No token was sent. {SIGN_IN}", code="token_missing")
        identity: Identity = self._claims(token, audience)
        if identity.expires_at <= time.time():
            raise NotAuthenticatedError(f"The token has expired. {SIGN_IN}", code="token_expired")
        if identity.session in self.revoked:
            raise NotAuthenticatedError(f"This session was signed out. {SIGN_IN}", code="token_revoked")
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
