"""The caller's side of a tool: deadline, repeat under the same key when in doubt, always a reply."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from opentelemetry.trace import SpanKind
from pydantic import ValidationError

from pam_shared.bus.connection import NO_ANSWER, NO_RESPONDERS, Bus
from pam_shared.bus.requests import with_deadline
from pam_shared.contracts import headers
from pam_shared.contracts.tools import ToolCall, ToolManifest, ToolReply
from pam_shared.errors import INTERNAL, UnavailableError
from pam_shared.telemetry.logs import log
from pam_shared.telemetry.traces import inject, span

PAUSES = (0.1, 0.2)
"""Seconds before a call that nobody answered is repeated: together more than a worker needs to come back to NATS."""


@dataclass(frozen=True)
class OnBehalfOf:
    """Whose call it is: the member's signed token, the idempotency key, the member's zone, the request's id.

    ``location`` is where the member's device says they are, a ``Fix`` as JSON.
    """

    token: str
    key: str
    zone: str = ""
    request_id: str = ""
    location: str = ""

    def headers(self) -> dict[str, str]:
        """Return the headers that say so."""
        values = {
            headers.IDENTITY: self.token,
            headers.IDEMPOTENCY_KEY: self.key,
            headers.TIME_ZONE: self.zone,
            headers.REQUEST_ID: self.request_id,
        }
        return values | ({headers.LOCATION: self.location} if self.location else {})


class ToolCaller:
    """Calls tools over the bus."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def call(
        self,
        tool: ToolManifest,
        call: ToolCall,
        who: OnBehalfOf,
        within: float,
        given_up: Callable[[], bool] = lambda: False,
    ) -> ToolReply:
        """Call a tool and return its reply, or a reply that says why there is none.

        ``within`` is what is left of the turn, in seconds. A call nobody answered may have had its effect, so it is
        repeated under its key: the worker's inbox answers with the first result. One that reached nobody is repeated
        only until the tool is ``given_up``.
        """
        with span(f"call {tool.name}", kind=SpanKind.CLIENT, attributes={"pam.tool": tool.name}) as current:
            try:
                async with asyncio.timeout(within):
                    reply = await self._attempts(tool, call, who, given_up)
            except UnavailableError as error:
                reply = ToolReply.failure(error.problem)
            except TimeoutError:
                reply = ToolReply.failure(UnavailableError(f"{tool.title} took too long.", code=NO_ANSWER).problem)
            current.set_attribute("pam.outcome", reply.outcome)
        return reply

    async def _attempts(
        self, tool: ToolManifest, call: ToolCall, who: OnBehalfOf, given_up: Callable[[], bool]
    ) -> ToolReply:
        body = call.model_dump_json().encode()
        for pause in PAUSES:
            try:
                return await self._attempt(tool, body, who)
            except UnavailableError as error:
                await asyncio.sleep(pause)
                if error.problem.code == NO_RESPONDERS and given_up():
                    raise
        return await self._attempt(tool, body, who)

    async def _attempt(self, tool: ToolManifest, body: bytes, who: OnBehalfOf) -> ToolReply:
        values = with_deadline(who.headers(), tool.timeout)
        inject(values)
        try:
            return _read(await self._bus.request(tool.subject, body, values, tool.timeout))
        except UnavailableError as error:
            log.warning("a tool did not answer", tool=tool.name, reason=error.problem.code)
            raise


def _read(body: bytes) -> ToolReply:
    try:
        return ToolReply.model_validate_json(body)
    except ValidationError:
        log.exception("a tool's reply is not one")
        return ToolReply.failure(INTERNAL)
