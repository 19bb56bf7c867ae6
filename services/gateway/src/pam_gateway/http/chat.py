"""Talking over plain HTTP."""

import asyncio
import time
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter, Header, Request, Response, status
from pydantic import AliasChoices, BaseModel, Field

from pam_gateway.acceptance import Incoming, answering
from pam_gateway.answer import Answer
from pam_gateway.http.desk import Desk, Member, TheDesk
from pam_gateway.http.problems import request_id
from pam_shared.clock import utc_now
from pam_shared.contracts.conversation import TEXT_MAX, Answered, Decision, WhenBusy, answer_id
from pam_shared.contracts.identity import Identity
from pam_shared.contracts.queries import Page

router = APIRouter(prefix="/api/v1", tags=["chat"])

LOOK_EVERY = 0.25


class ChatRequest(BaseModel):
    """What the member says. A conversation that does not exist yet is created."""

    message: str = Field(max_length=TEXT_MAX)
    conversation_id: UUID | None = None
    context: dict[str, Any] | None = None


class ChatResponse(BaseModel):
    """The answer. ``complete`` is false when it was not there in time; it still comes to the conversation."""

    response: str
    conversation_id: UUID
    message_id: UUID
    complete: bool
    actions: list[dict[str, Any]] = []
    sources: list[dict[str, Any]] = []
    error: str | None = None
    processing_time_ms: int
    timestamp: datetime


class NewMessage(BaseModel):
    """A message for a conversation; ``id`` is the client's own and stays the same over retries."""

    id: UUID
    text: str
    context: dict[str, Any] | None = None
    when_busy: WhenBusy = WhenBusy.ENQUEUE


class Cancellation(BaseModel):
    """The message that no answer, or no more of it, is wanted to; ``turn`` is another name for its id."""

    id: UUID = Field(validation_alias=AliasChoices("id", "turn"))


class Decided(BaseModel):
    """The member's yes or no to a call that waits for them, and what they say to it."""

    decision: Decision
    note: str = Field("", max_length=2000)


class Cancelled(BaseModel):
    """The wish is written down; the turn's terminal event says what became of it."""

    id: UUID


class Accepted(BaseModel):
    """The message is written down."""

    id: UUID
    duplicate: bool


@router.post("/pam/chat", responses={status.HTTP_202_ACCEPTED: {"model": ChatResponse}})
async def chat(
    body: ChatRequest,
    request: Request,
    response: Response,
    who: Member,
    desk: TheDesk,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> ChatResponse:
    """Say something and wait for the answer, 25 seconds at the most.

    With an ``Idempotency-Key`` the same request can be repeated: it is answered once.
    """
    started = time.perf_counter()
    message_id = uuid5(who.user, idempotency_key) if idempotency_key else uuid4()
    conversation = body.conversation_id or (uuid5(message_id, "conversation") if idempotency_key else uuid4())
    message = Incoming(message_id, conversation, body.message, body.context, request_id(request))
    answer = Answer(conversation, message_id)
    await desk.limits.count("messages", str(who.user))
    await desk.feed.join(who.user, answer)
    try:
        duplicate = await desk.acceptance.accept(who, message)
        if duplicate:
            await _recall(desk, who, answer)
        with desk.registry.telling(answer.give_up):
            await answer.wait(desk.settings.answer_within)
        if answer.torn:
            await _recall(desk, who, answer)
    finally:
        await desk.feed.leave(who.user, answer)
    if not answer.complete:
        response.status_code = status.HTTP_202_ACCEPTED
    return ChatResponse(
        response=answer.text,
        conversation_id=conversation,
        message_id=answer_id(message_id),
        complete=answer.complete,
        actions=answer.actions,
        sources=answer.sources,
        error=answer.error,
        processing_time_ms=round((time.perf_counter() - started) * 1000),
        timestamp=utc_now(),
    )


@router.post("/conversations/{conversation}/messages", status_code=status.HTTP_202_ACCEPTED)
async def send(conversation: UUID, body: NewMessage, request: Request, who: Member, desk: TheDesk) -> Accepted:
    """Say something without waiting: the same as the socket's ``send``."""
    await desk.limits.count("messages", str(who.user))
    message = Incoming(body.id, conversation, body.text, body.context, request_id(request), body.when_busy)
    return Accepted(id=body.id, duplicate=await desk.acceptance.accept(who, message))


@router.post("/conversations/{conversation}/cancel", status_code=status.HTTP_202_ACCEPTED)
async def cancel(conversation: UUID, body: Cancellation, request: Request, who: Member, desk: TheDesk) -> Cancelled:
    """Want no answer, or no more of it, to a message: the same as the socket's ``cancel``."""
    await desk.acceptance.cancel(who, conversation, body.id, request_id(request))
    return Cancelled(id=body.id)


@router.post("/conversations/{conversation}/approvals/{approval}", status_code=status.HTTP_202_ACCEPTED)
async def decide(
    conversation: UUID, approval: UUID, body: Decided, request: Request, who: Member, desk: TheDesk
) -> Accepted:
    """Say yes or no to a call that waits for the member: the same as the socket's ``answer``."""
    await desk.limits.count("messages", str(who.user))
    answered = Answered(approval=approval, decision=body.decision)
    message = answering(conversation, answered, body.note, request_id(request))
    return Accepted(id=message.id, duplicate=await desk.acceptance.accept(who, message))


async def _recall(desk: Desk, who: Identity, answer: Answer) -> None:
    """Look for the answer of a repeated message where it is kept; if it is not there yet, it is still on its way."""
    for _ in range(2):
        page = await desk.replay.history(who, answer.conversation, Page(limit=100))
        found = next((message for message in page.messages if message.id == answer_id(answer.turn)), None)
        if found is not None:
            answer.settle(found.content, found.metadata.get("sources", []))
            return
        await asyncio.sleep(LOOK_EVERY)
