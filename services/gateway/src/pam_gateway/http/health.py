"""Health: live, ready, detailed. Degraded is not dead."""

from typing import Literal

from fastapi import APIRouter, Response, status
from pydantic import BaseModel

from pam_gateway import queries
from pam_gateway.http.desk import Desk, TheDesk
from pam_gateway.mode import mode_of
from pam_shared.errors import UnavailableError
from pam_shared.postgres.pool import transaction

router = APIRouter(prefix="/api/v1/health", tags=["health"])

State = Literal["healthy", "degraded", "unhealthy"]


class Health(BaseModel):
    """How the gateway is."""

    status: State


class DetailedHealth(Health):
    """And what it stands on: each part ``up`` or ``down``, services by how many instances are heard of."""

    nats: Literal["up", "down"]
    postgres: Literal["up", "down"]
    mode: Literal["claude", "rules"]
    services: dict[str, int]
    tools: int


@router.get("/live")
async def live() -> Health:
    """Say that the process answers."""
    return Health(status="healthy")


@router.get("/ready")
async def ready(response: Response, desk: TheDesk) -> Health:
    """Say whether clients may be sent here: messages need NATS, and nothing else, and a gateway that stays."""
    if desk.bus.nats.is_connected and not desk.registry.draining:
        return Health(status="healthy")
    response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return Health(status="unhealthy")


@router.get("")
async def health(desk: TheDesk) -> Health:
    """Say how the whole is."""
    return Health(status=(await detailed(desk)).status)


@router.get("/detailed")
async def detailed(desk: TheDesk) -> DetailedHealth:
    """Say what is up and what is down."""
    nats = desk.bus.nats.is_connected
    postgres = await _answers(desk)
    services: dict[str, int] = {}
    for record in desk.directory.services:
        services[record.name] = services.get(record.name, 0) + 1
    whole = postgres and "agent" in services and "persistence" in services
    state: State = "unhealthy" if not nats else "healthy" if whole else "degraded"
    return DetailedHealth(
        status=state,
        nats="up" if nats else "down",
        postgres="up" if postgres else "down",
        mode=mode_of(desk.directory),
        services=services,
        tools=len(desk.directory.tools),
    )


async def _answers(desk: Desk) -> bool:
    try:
        async with transaction(desk.pool) as db:
            await queries.ping(db)
    except UnavailableError:
        return False
    return True
