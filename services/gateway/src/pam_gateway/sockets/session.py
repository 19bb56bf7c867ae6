"""How long a client may stay: as long as its token is good and its session is not revoked."""

import time

from pam_shared.contracts.frames import CloseCode
from pam_shared.contracts.identity import Identity
from pam_shared.identity import Verifier


def end_of(who: Identity, verifier: Verifier) -> tuple[CloseCode, str] | None:
    """Return why a client has to go, or None while it may stay."""
    if who.session in verifier.revoked:
        return CloseCode.FORBIDDEN, "You were signed out."
    if who.expires_at <= time.time():
        return CloseCode.TOKEN_EXPIRED, "The token has expired; refresh it and resume."
    return None
