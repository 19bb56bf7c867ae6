"""The tools over HTTP: the same workers, checks and authorisation as the model's calls."""

from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Header
from pydantic import BaseModel

from pam_gateway.http.desk import Member, TheDesk
from pam_shared.contracts.tools import Effect, ToolCall, ToolManifest, ToolReply
from pam_shared.errors import NotFoundError
from pam_shared.tools.caller import OnBehalfOf

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
    """A call; with ``dry_run`` everything is checked and nothing is done."""

    tool: str
    arguments: dict[str, Any] = {}
    dry_run: bool = False
    timezone: str = ""


@router.get("/available")
async def available(who: Member, desk: TheDesk) -> list[ToolSummary]:
    """Return the tools this member may use, by name."""
    mine = (tool for tool in desk.directory.tools.values() if who.roles & tool.roles)
    return [_summary(tool) for tool in sorted(mine, key=lambda tool: tool.name)]


@router.get("/status")
async def status(_who: Member, desk: TheDesk) -> list[ToolStatus]:
    """Return how many instances serve each tool now."""
    offered = [tool.name for record in desk.directory.services for tool in record.tools]
    return [ToolStatus(name=name, instances=offered.count(name)) for name in sorted(set(offered))]


@router.post("/execute")
async def execute(
    body: Execution, who: Member, desk: TheDesk, idempotency_key: Annotated[str | None, Header(max_length=200)] = None
) -> ToolReply:
    """Call a tool. With an ``Idempotency-Key`` the same call can be repeated: it has its effect once."""
    tool = desk.directory.resolve(body.tool)
    if tool is None or not who.roles & tool.roles:
        raise NotFoundError(f"There is no tool named {body.tool}.", code="no_such_tool")
    caller = OnBehalfOf(
        token=desk.acceptance.call_token(who), key=f"client:{idempotency_key or uuid4()}", zone=body.timezone
    )
    call = ToolCall(arguments=body.arguments, dry_run=body.dry_run)
    return await desk.tools.call(tool, call, caller, desk.settings.answer_within)


def _summary(tool: ToolManifest) -> ToolSummary:
    return ToolSummary.model_validate(tool.model_dump(include=set(ToolSummary.model_fields)))
