"""The tools over HTTP: the same workers, checks and authorisation as the model's calls."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel

from pam_gateway.catalogue import Order
from pam_gateway.http.desk import Member, TheDesk
from pam_gateway.http.problems import request_id
from pam_gateway.location import fix_in
from pam_shared.clock import utc_now
from pam_shared.contracts.tools import Effect, ToolManifest, ToolReply

router = APIRouter(prefix="/api/v1/pam/tools", tags=["tools"])


class ToolSummary(BaseModel):
    """A tool as listed."""

    name: str
    domain: str
    version: int
    effect: Effect
    description: str
    input_schema: dict[str, Any]
    schema_hash: str


class ToolStatus(BaseModel):
    """How many instances of its worker offer a tool."""

    name: str
    instances: int


class Execution(BaseModel):
    """A call; with ``dry_run`` everything is checked and nothing is done.

    ``location`` is the member's position, ``{latitude, longitude, accuracy?, timestamp?}``; what is none is ignored.
    """

    tool: str
    arguments: dict[str, Any] = {}
    dry_run: bool = False
    timezone: str = ""
    location: Any = None


@router.get("/available")
async def available(who: Member, desk: TheDesk) -> list[ToolSummary]:
    """Return the tools this member may use, by name."""
    return [_summary(tool) for tool in desk.catalogue.offered(who)]


@router.get("/status")
async def status(_who: Member, desk: TheDesk) -> list[ToolStatus]:
    """Return how many instances serve each tool now."""
    offered = [tool.name for record in desk.directory.services for tool in record.tools]
    return [ToolStatus(name=name, instances=offered.count(name)) for name in sorted(set(offered))]


@router.post("/execute")
async def execute(
    body: Execution,
    request: Request,
    who: Member,
    desk: TheDesk,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> ToolReply:
    """Call a tool. With an ``Idempotency-Key`` the same call can be repeated: it has its effect once."""
    order = Order(
        tool=body.tool,
        arguments=body.arguments,
        key=idempotency_key,
        zone=body.timezone,
        location=fix_in({"location": body.location}, utc_now()),
        request_id=request_id(request),
        dry_run=body.dry_run,
    )
    return await desk.catalogue.call(who, order)


def _summary(tool: ToolManifest) -> ToolSummary:
    return ToolSummary.model_validate(tool.model_dump(include=set(ToolSummary.model_fields)))
