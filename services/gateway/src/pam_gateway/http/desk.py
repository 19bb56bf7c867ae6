"""What routes need: who is asking, and the parts of the gateway."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from pam_gateway.acceptance import Acceptance
from pam_gateway.accounts import Accounts
from pam_gateway.catalogue import Catalogue
from pam_gateway.limits import Limits
from pam_gateway.live_feed import LiveFeed
from pam_gateway.replay import Replay
from pam_gateway.settings import GatewaySettings
from pam_gateway.sockets.registry import Registry
from pam_shared.bus.connection import Bus
from pam_shared.bus.discovery import Directory
from pam_shared.contracts.identity import Identity
from pam_shared.identity import ACCESS, Verifier
from pam_shared.postgres.pool import Pool


@dataclass(frozen=True)
class Desk:
    """The parts that routes are served from."""

    settings: GatewaySettings
    bus: Bus
    pool: Pool
    verifier: Verifier
    accounts: Accounts
    acceptance: Acceptance
    replay: Replay
    feed: LiveFeed
    limits: Limits
    directory: Directory
    registry: Registry
    catalogue: Catalogue


def desk_of(request: Request) -> Desk:
    """Return the gateway's parts."""
    desk: Desk = request.app.state.desk
    return desk


TheDesk = Annotated[Desk, Depends(desk_of)]


async def member_of(request: Request, desk: TheDesk) -> Identity:
    """Return who asks, by the bearer token. Raises NotAuthenticatedError, OverloadedError."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    who = desk.verifier.verify(token if scheme.lower() == "bearer" else "", ACCESS)
    await desk.limits.count("rest", str(who.user))
    return who


Member = Annotated[Identity, Depends(member_of)]
