"""The worker's side of one call: identity, role, validation, transaction, idempotence, audit."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from opentelemetry.trace import SpanKind
from pydantic import ValidationError

from pam_shared.bus.audit import AuditTrail
from pam_shared.bus.connection import Bus
from pam_shared.bus.requests import Request
from pam_shared.clock import utc_now
from pam_shared.contracts import headers
from pam_shared.contracts.events import AuditEvent
from pam_shared.contracts.identity import Identity
from pam_shared.contracts.location import Fix
from pam_shared.contracts.tools import WOULD_BE_DONE, Effect, Outcome, SourceKind, ToolCall, ToolManifest, ToolReply
from pam_shared.errors import INTERNAL, InvalidRequestError, NotPermittedError, OverloadedError, PamError
from pam_shared.identity import CALL, Verifier
from pam_shared.postgres.pool import Connection, MemberRecords, Pool, member_transaction, transaction
from pam_shared.telemetry import metrics
from pam_shared.telemetry.logs import bind, log
from pam_shared.telemetry.traces import span, trace_id
from pam_shared.tools import queries
from pam_shared.tools.caller import OnBehalfOf
from pam_shared.tools.colleagues import OverTheBus
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Result, Tool
from pam_shared.tools.messages import audit_message, event_message
from pam_shared.tools.outbox import OutboxRelay
from pam_shared.tools.validation import validated

NUL = b"\\u0000"
"""How JSON writes it; a body without these bytes needs no closer look."""
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Desk:
    """What the receivers of one worker share."""

    bus: Bus
    pool: Pool
    verifier: Verifier
    relay: OutboxRelay
    audit: AuditTrail
    resources: object = None


@dataclass(frozen=True)
class Caller:
    """Who calls, as the headers say and the signature proves."""

    identity: Identity
    token: str
    key: str
    zone: ZoneInfo
    location: Fix | None
    request_id: str

    @property
    def asking(self) -> OnBehalfOf:
        """Whose questions to other workers a tool's are: reads need no key."""
        place = self.location.model_dump_json(exclude_none=True) if self.location else ""
        return OnBehalfOf(self.token, key="", zone=self.zone.key, request_id=self.request_id, location=place)


class _TakenBackError(Exception):
    """Ends the transaction of a dry run."""


class Receiver:
    """Answers the calls of one tool."""

    def __init__(self, tool: Tool[Any, Any], manifest: ToolManifest, desk: Desk) -> None:
        self._tool = tool
        self._manifest = manifest
        self._desk = desk
        self._seconds = metrics.TOOL_SECONDS.labels(tool.name)

    async def __call__(self, request: Request) -> bytes:
        """Answer one request. Every error becomes a reply: silence would cost the caller its whole deadline."""
        started = time.perf_counter()
        with span(f"tool {self._tool.name}", request.headers, SpanKind.SERVER) as current:
            reply = await self._answer(request, started)
            current.set_attribute("pam.outcome", reply.outcome)
        metrics.TOOL_CALLS.labels(self._tool.name, reply.outcome).inc()
        self._seconds.observe(time.perf_counter() - started)
        return reply.model_dump_json(exclude_none=True).encode()

    async def _answer(self, request: Request, started: float) -> ToolReply:
        try:
            caller = self._caller(request)
        except PamError as error:
            log.warning("a call was refused", tool=self._tool.name, reason=str(error))
            return ToolReply.failure(error.problem)
        with bind(member=str(caller.identity.user), tool=self._tool.name, request=caller.request_id):
            return await self._audited(caller, request, started)

    async def _audited(self, caller: Caller, request: Request, started: float) -> ToolReply:
        arguments: dict[str, Any] = {}
        try:
            call = _call(request)
            arguments = call.arguments
            self._authorise(caller)
            if call.void:
                return await self._void(caller)
            args = validated(self._tool.input_model, call.arguments)
            if call.dry_run:
                return await self._tried_out(caller, args)
            if self._tool.effect is Effect.READ:
                reply = await self._read(caller, args)
            else:
                reply = await self._write(caller, args, arguments, started)
                log.info("tool called", outcome=reply.outcome)
                return reply
        except PamError as error:
            log.info("tool refused", reason=str(error))
            reply = ToolReply.failure(error.problem)
        except Exception:
            log.exception("tool failed")
            reply = ToolReply.failure(INTERNAL)
        # The audit trail and the trace tell of every read; a line for each as well cost a twentieth of the call.
        self._desk.audit.record(self._audit_event(caller, arguments, reply, started))
        log.debug("tool called", outcome=reply.outcome)
        return reply

    def _caller(self, request: Request) -> Caller:
        token = request.headers.get(headers.IDENTITY, "")
        return Caller(
            identity=self._desk.verifier.verify(token, CALL),
            token=token,
            key=request.headers.get(headers.IDEMPOTENCY_KEY, ""),
            zone=_zone(request.headers.get(headers.TIME_ZONE, "")),
            location=_location(request.headers),
            request_id=request.headers.get(headers.REQUEST_ID, ""),
        )

    def _authorise(self, caller: Caller) -> None:
        """Check the role, and that a token made for one turn is used for that turn."""
        if not caller.identity.roles & self._manifest.roles:
            raise NotPermittedError(f"You are not allowed to use {self._tool.name}.")
        turn = caller.identity.turn
        if turn and caller.key and not caller.key.startswith(f"{turn}:"):
            raise NotPermittedError("This token belongs to another message.", code="token_of_other_turn")
        if self._tool.effect is not Effect.READ and not caller.key:
            raise InvalidRequestError("A call that changes something needs an idempotency key.", code="key_missing")

    async def _read(self, caller: Caller, args: Any) -> ToolReply:
        async with MemberRecords(self._desk.pool, caller.identity.user) as db:
            ctx = self._context(caller, cast("Connection", db))
            result = await self._tool.run(ctx, args)
        return reply_of(result, ctx)

    async def _write(self, caller: Caller, args: Any, arguments: dict[str, Any], started: float) -> ToolReply:
        """Effect, key, reply, events and audit in one transaction; an earlier call's reply where the key is known."""
        async with transaction(self._desk.pool) as db:
            earlier = await queries.claim_call(db, caller.identity.user, caller.key, self._tool.name)
            if earlier is not None:
                return ToolReply.model_validate(earlier)
            await self._within_rate(db)
            ctx = self._context(caller, db)
            reply = reply_of(await self._tool.run(ctx, args), ctx)
            audit = self._audit_event(caller, arguments, reply, started)
            # Stamped here, where the call holds its locks: of two that change the same, the later one is stamped later.
            stamp = utc_now()
            messages = [audit_message(audit), *(event_message(event, ctx.user, stamp) for event in ctx.events)]
            await queries.finish_call(db, caller.key, reply.model_dump(mode="json", exclude_none=True), messages)
        self._desk.relay.wake()
        return reply

    async def _tried_out(self, caller: Caller, args: Any) -> ToolReply:
        """Make a change and take it back: what would refuse it refuses it now. A read is not made at all."""
        would = ToolReply(outcome=Outcome.OK, message=WOULD_BE_DONE)
        if self._tool.effect is Effect.READ:
            return would
        with suppress(_TakenBackError):
            async with member_transaction(self._desk.pool, caller.identity.user) as db:
                ctx = self._context(caller, db)
                reply = reply_of(await self._tool.run(ctx, args), ctx)
                raise _TakenBackError
        if reply.outcome is Outcome.NO_RESULTS:
            return reply
        return would.model_copy(update={"message": ctx.proposal or WOULD_BE_DONE})

    async def _void(self, caller: Caller) -> ToolReply:
        """Close the key: what was done under it stays the answer, and if nothing was, nothing ever is."""
        async with transaction(self._desk.pool) as db:
            earlier = await queries.claim_call(db, caller.identity.user, caller.key, self._tool.name)
            if earlier is not None:
                return ToolReply.model_validate(earlier)
            reply = ToolReply(outcome=Outcome.NOT_RUN, message="This was not done.")
            await queries.finish_call(db, caller.key, reply.model_dump(mode="json", exclude_none=True), [])
        log.info("call voided")
        return reply

    async def _within_rate(self, db: Connection) -> None:
        """Count this call among the member's of the last minute, at all replicas. Raises OverloadedError."""
        bound = self._tool.calls_per_minute
        if bound and await queries.calls_since(db, self._tool.name, utc_now() - MINUTE) > bound:
            raise OverloadedError(
                f"{self._manifest.title} can be used {bound} times a minute: try again in a moment.",
                retry_after=MINUTE.total_seconds(),
            )

    def _context(self, caller: Caller, db: Connection) -> ToolContext:
        return ToolContext(
            member=caller.identity,
            db=db,
            zone=caller.zone,
            colleagues=OverTheBus(self._desk.bus, caller.asking),
            location=caller.location,
            resources=self._desk.resources,
        )

    def _audit_event(self, caller: Caller, arguments: dict[str, Any], reply: ToolReply, started: float) -> AuditEvent:
        return AuditEvent(
            id=uuid4(),
            at=utc_now(),
            service=self._desk.bus.service,
            action=f"tool.{self._tool.name}",
            user=caller.identity.user,
            session=caller.identity.session,
            request_id=caller.request_id,
            trace_id=trace_id(),
            outcome=reply.outcome,
            parameters=arguments,
            error=reply.error.code if reply.error else None,
            duration_ms=round((time.perf_counter() - started) * 1000, 3),
        )


def _call(request: Request) -> ToolCall:
    try:
        call = ToolCall.model_validate_json(request.body)
    except ValidationError as error:
        raise InvalidRequestError("The call is not a tool call: arguments must be an object.") from error
    if NUL in request.body and _has_nul(call.arguments):
        raise InvalidRequestError("The arguments contain a NUL character; leave it out.", code="invalid_arguments")
    return call


def _has_nul(value: Any) -> bool:
    """Whether any text within holds the one character that PostgreSQL stores nowhere."""
    if isinstance(value, dict):
        return any(_has_nul(key) or _has_nul(item) for key, item in value.items())
    if isinstance(value, list):
        return any(_has_nul(item) for item in value)
    return isinstance(value, str) and "\x00" in value


def _zone(name: str) -> ZoneInfo:
    """Return the member's zone; an unknown one counts as UTC."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _location(values: Mapping[str, str]) -> Fix | None:
    """Return where the device says the member is; what is no position counts as none."""
    place = values.get(headers.LOCATION)
    try:
        return Fix.model_validate_json(place) if place else None
    except ValidationError:
        return None


def reply_of(result: Result, ctx: ToolContext) -> ToolReply:
    """Return a tool's result and what it said of its sources as a reply."""
    data = result.model_dump(mode="json")
    message = data.pop("message", "")
    return ToolReply(
        outcome=Outcome.NO_RESULTS if result.is_empty else Outcome.OK,
        message=message,
        data=data,
        as_of=min((source.as_of for source in ctx.sources), default=ctx.now),
        stale=any(source.kind is SourceKind.STALE for source in ctx.sources),
        partial=ctx.partial,
        sources=ctx.sources,
        confidence=ctx.confidence,
    )
