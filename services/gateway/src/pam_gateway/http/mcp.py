"""The tools for MCP clients, at ``/mcp``: streamable HTTP, where each POST is whole and nothing is kept in between."""

import asyncio
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from pydantic import BaseModel, Field, ValidationError
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from pam_gateway.catalogue import Order
from pam_gateway.http.desk import Desk, member_of
from pam_gateway.http.problems import request_id
from pam_gateway.location import fix_in
from pam_shared.clock import utc_now
from pam_shared.contracts.identity import Identity
from pam_shared.contracts.tools import Effect, ToolManifest, ToolReply, public
from pam_shared.errors import NotFoundError, NotPermittedError

PATH = "/mcp"
REPLY = "pam/reply"
"""In a result's ``_meta``: how the call ended, its sources, their age, when to try again."""
WHO = "pam_member"
INSTRUCTIONS = (
    "The tools of PAM, a companion for people who live on the road, in the name of the member who is signed in. "
    "Every figure comes from the member's records: if a tool finds none, say so. Give each call that changes something "
    "an idempotency key in _meta, pam/idempotencyKey, and repeat it under the same key."
)

Context = ServerRequestContext[Any, Request]


class Meta(BaseModel):
    """What PAM reads of a call's ``_meta``."""

    key: str | None = Field(None, alias="pam/idempotencyKey", min_length=1, max_length=200)
    zone: str = Field("", alias="pam/timezone", max_length=100)
    location: Any = Field(None, alias="pam/location")


class McpEndpoint:
    """An ASGI application that lists and calls tools with the caller's own rights, once it is started."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._running: asyncio.Task[None]
        self._stopping = asyncio.Event()
        server: Server[Any] = Server(
            "pam",
            title="PAM",
            instructions=INSTRUCTIONS,
            on_list_tools=self._list,
            on_call_tool=self._call,
        )
        # Its spans would take their parent from the client's own _meta; a call's span is the ToolCaller's.
        server.middleware.clear()
        self._manager = StreamableHTTPSessionManager(
            server, json_response=True, stateless=True, max_request_body_size=desk.settings.body_max
        )

    async def start(self) -> None:
        """Begin to serve."""
        ready = asyncio.Event()
        self._running = asyncio.create_task(self._run(ready))
        await ready.wait()

    async def stop(self) -> None:
        """Serve no more; what is not done is ended."""
        self._stopping.set()
        await self._running

    async def _run(self, ready: asyncio.Event) -> None:
        """Hold the requests' task group: it must be left by the task that entered it, whoever starts and stops."""
        async with self._manager.run():
            ready.set()
            await self._stopping.wait()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one POST. Raises NotAuthenticatedError, NotPermittedError, OverloadedError before it is read."""
        request = Request(scope, receive)
        origin = request.headers.get("origin")
        if origin is not None and origin not in self._desk.settings.origins:
            raise NotPermittedError("Pages of this origin may not use PAM.", code="origin_not_allowed")
        scope[WHO] = await member_of(request, self._desk)
        await self._manager.handle_request(scope, receive, send)

    async def _list(self, ctx: Context, _: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[described(tool) for tool in self._desk.catalogue.offered(_who(ctx))])

    async def _call(self, ctx: Context, params: CallToolRequestParams) -> CallToolResult:
        order = _order(ctx, params)
        try:
            return result_of(await self._desk.catalogue.call(_who(ctx), order))
        except NotFoundError as error:
            raise MCPError(INVALID_PARAMS, str(error)) from error


def described(tool: ToolManifest) -> Tool:
    """Return a tool as MCP describes it. The sentence of its result is the content, so the data has no message."""
    return Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=public(tool.input_schema),
        output_schema=_without_message(public(tool.output_schema)),
        annotations=ToolAnnotations(
            read_only_hint=tool.effect is Effect.READ,
            destructive_hint=tool.effect is Effect.DESTRUCTIVE,
            idempotent_hint=tool.effect is Effect.READ,
        ),
    )


def result_of(reply: ToolReply) -> CallToolResult:
    """Return a tool's reply as MCP has it: the sentence, the data, and in ``_meta`` what else there is."""
    about = reply.model_dump(mode="json", exclude={"message", "data"}, exclude_none=True)
    return CallToolResult(
        content=[TextContent(text=reply.message)],
        structured_content=reply.data,
        is_error=not reply.success,
        _meta={REPLY: about},
    )


def _without_message(schema: dict[str, Any]) -> dict[str, Any]:
    properties = {name: value for name, value in schema.get("properties", {}).items() if name != "message"}
    required = [name for name in schema.get("required", []) if name != "message"]
    return {**schema, "type": "object", "properties": properties, "required": required}


def _order(ctx: Context, params: CallToolRequestParams) -> Order:
    """Return the call that is asked for. Raises MCPError for a ``_meta`` that is none."""
    try:
        meta = Meta.model_validate(params.meta or {})
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise MCPError(INVALID_PARAMS, f"_meta.{fault['loc'][0]}: {fault['msg'].lower()}.") from error
    return Order(
        tool=params.name,
        arguments=params.arguments or {},
        key=meta.key,
        zone=meta.zone,
        location=fix_in({"location": meta.location}, utc_now()),
        request_id=request_id(_request(ctx)),
    )


def _request(ctx: Context) -> Request:
    """Return the HTTP request a message came with: on this transport there always is one."""
    if ctx.request is None:
        raise TypeError("an MCP message without its HTTP request")
    return ctx.request


def _who(ctx: Context) -> Identity:
    who: Identity = _request(ctx).scope[WHO]
    return who
