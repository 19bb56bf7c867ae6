"""Accepting what members want: checked, then written to the conversation's log. The log's answer is the promise."""

import json
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from opentelemetry.trace import SpanKind

from pam_gateway.access import Access
from pam_gateway.backlog import Backlogs
from pam_gateway.location import fix_in
from pam_gateway.settings import GatewaySettings
from pam_shared.bus.connection import Bus, StreamRefusedError
from pam_shared.bus.log_reader import LogReader
from pam_shared.clock import utc_now
from pam_shared.contracts import headers, subjects, topology
from pam_shared.contracts.conversation import (
    TEXT_MAX,
    Answered,
    CancelRequested,
    Decision,
    InputEvent,
    MessageReceived,
    WhenBusy,
    accepted_id,
    cancel_id,
    decision_id,
)
from pam_shared.contracts.identity import Identity
from pam_shared.contracts.problems import Advice
from pam_shared.errors import ConflictError, InvalidRequestError, OverloadedError, UnavailableError
from pam_shared.identity import CALL, Signer
from pam_shared.telemetry.logs import bind, log
from pam_shared.telemetry.traces import inject, span

FRESH_FOR = 100.0
"""Seconds a new id is surely inside the stream's duplicate window of two minutes."""
AHEAD = 5.0
UUID_WITH_TIME = 7
PUBLISH_WITHIN = 2.0
"""Seconds; a log that has lost its leader answers nobody who asked before it had another one."""
WRONG_LAST_SEQUENCE = 10071
FENCED_TRIES = 5
BUSY_RETRY_AFTER = 1.0


class BusyError(ConflictError):
    """An earlier message is being answered, and this one was not to wait for that."""

    advice = Advice.TRY_LATER
    default_code = "conversation_busy"


class _OvertakenError(Exception):
    """Something else was appended in between."""


@dataclass(frozen=True)
class Incoming:
    """A message as a client sent it."""

    id: UUID
    conversation: UUID
    text: str
    context: dict[str, Any] | None
    request_id: str
    when_busy: WhenBusy = WhenBusy.ENQUEUE
    answers: Answered | None = None


YES, NO = "Yes, go ahead.", "No, don't do that."


def answering(conversation: UUID, answered: Answered, note: str, request_id: str) -> Incoming:
    """Return the message that is a member's answer to an approval: one message, however often they say it."""
    said = YES if answered.decision is Decision.APPROVE else NO
    text = f"{said} {note}".strip()
    return Incoming(decision_id(answered.approval), conversation, text, None, request_id, answers=answered)


def just_made(message: UUID) -> bool:
    """Whether an id carries its time (UUIDv7) and that is now; a clock that is off only costs a look."""
    if message.version != UUID_WITH_TIME:
        return False
    age = time.time() - (message.int >> 80) / 1000
    return -AHEAD < age < FRESH_FOR


class Acceptance:
    """The way into the log, the same for every protocol."""

    def __init__(self, bus: Bus, log_reader: LogReader, signer: Signer, settings: GatewaySettings) -> None:
        self._bus = bus
        self._signer = signer
        self._settings = settings
        self._backlogs = Backlogs(log_reader, settings.unanswered_max)
        self._access = Access(bus, self.call_token)

    async def accept(self, who: Identity, message: Incoming) -> bool:
        """Write a message down and return whether it was there already.

        Raises InvalidRequestError for text or context out of bounds, NotFoundError for somebody else's conversation,
        BusyError for a message that is to be rejected then, OverloadedError where too many wait for an answer,
        UnavailableError when the log does not answer: the client repeats it with the same id then.
        """
        self._check(message)
        with (
            bind(member=str(who.user), conversation=str(message.conversation), turn=str(message.id)),
            span("accept", {}, SpanKind.PRODUCER),
        ):
            duplicate = await self._is_known(who, message) or await self._write(who, message)
            log.info("message accepted", duplicate=duplicate, request=message.request_id)
        return duplicate

    async def cancel(self, who: Identity, conversation: UUID, message: UUID, request_id: str) -> None:
        """Write down that no answer to a message, or no more of it, is wanted. Asking again changes nothing.

        Raises NotFoundError for somebody else's conversation, UnavailableError when the log does not answer.
        """
        with (
            bind(member=str(who.user), conversation=str(conversation), turn=str(message)),
            span("cancel", {}, SpanKind.PRODUCER),
        ):
            await self._access.check(who, conversation)
            event = CancelRequested(turn=message, requested_at=utc_now())
            values = {
                headers.MESSAGE_ID: cancel_id(who.user, conversation, message),
                headers.REQUEST_ID: request_id,
            }
            await self._append(who, conversation, event, values)
            log.info("cancel requested", request=request_id)

    async def check_access(self, who: Identity, conversation: UUID) -> None:
        """Refuse somebody else's conversation: raises NotFoundError."""
        await self._access.check(who, conversation)

    def call_token(self, who: Identity, turn: UUID | None = None) -> str:
        """Return the token that travels with a call: the member's, short-lived, for one turn if there is one."""
        until = int(time.time()) + self._settings.call_token_for
        return self._signer.sign(who.model_copy(update={"expires_at": until, "turn": turn}), CALL)

    async def _is_known(self, who: Identity, message: Incoming) -> bool:
        """Whether a message that is sent again was recorded long ago.

        JetStream forgets ids after two minutes, an agent those before its context. An id that says by itself that it
        was just made (UUIDv7) needs no look; while persistence is away those two alone stand.
        """
        if just_made(message.id):
            await self._access.check(who, message.conversation)
            return False
        return await self._access.knows(who, message.conversation, message.id)

    async def _write(self, who: Identity, message: Incoming) -> bool:
        """Write a message down as it wants to be; return whether it was there already."""
        if message.when_busy is WhenBusy.REJECT:
            return await self._write_alone(who, message)
        if self._backlogs.may_be_full(who.user, message.conversation) and not await self._backlogs.all_answered(
            who.user, message.conversation
        ):
            backlog = await self._backlogs.read(who.user, message.conversation)
            if message.id in backlog.messages:
                return True
            if self._backlogs.is_full(who.user, message.conversation, backlog):
                raise OverloadedError(
                    "Too many messages of this conversation wait for an answer. Please wait for one.",
                    code="too_many_unanswered",
                    retry_after=BUSY_RETRY_AFTER,
                )
        return await self._publish(who, message)

    async def _write_alone(self, who: Identity, message: Incoming) -> bool:
        """Write a message down if no other waits for an answer. The fence keeps everybody else out in between."""
        for _ in range(FENCED_TRIES):
            backlog = await self._backlogs.read(who.user, message.conversation)
            if message.id in backlog.messages:
                return True
            if backlog.unanswered:
                raise BusyError("An earlier message is still being answered.", retry_after=BUSY_RETRY_AFTER)
            try:
                return await self._publish(who, message, backlog.last)
            except _OvertakenError:
                continue
        raise UnavailableError("The conversation is changing too fast. Please try again in a moment.")

    async def _publish(self, who: Identity, message: Incoming, expected: int | None = None) -> bool:
        now = utc_now()
        event = MessageReceived(
            id=message.id,
            text=message.text,
            context=message.context,
            when_busy=message.when_busy,
            answers=message.answers,
            received_at=now,
        )
        values = {
            headers.MESSAGE_ID: accepted_id(who.user, message.conversation, message.id),
            headers.IDENTITY: self.call_token(who, message.id),
            headers.REQUEST_ID: message.request_id,
        }
        if fix := fix_in(message.context, now):
            values[headers.LOCATION] = fix.model_dump_json(exclude_none=True)
        if self._access.first(who, message.conversation):
            values[headers.NEW_CONVERSATION] = "1"
        if expected is not None:
            values[headers.EXPECTED_SEQUENCE] = str(expected)
            values[headers.EXPECTED_SUBJECT] = f"{subjects.conversation(who.user, message.conversation)}.*"
        return await self._append(who, message.conversation, event, values)

    async def _append(self, who: Identity, conversation: UUID, event: InputEvent, values: dict[str, str]) -> bool:
        """Append to the log and return whether it was there already."""
        inject(values)
        subject = subjects.conversation_input(who.user, conversation)
        body = event.model_dump_json(exclude_none=True).encode()
        try:
            _, duplicate = await self._bus.publish(topology.CONVERSATIONS, subject, body, values, PUBLISH_WITHIN)
        except StreamRefusedError as error:
            if error.code == WRONG_LAST_SEQUENCE:
                raise _OvertakenError from error
            log.exception("the log refused an entry")
            raise UnavailableError("The message log is full or not ready. Please try again in a moment.") from error
        return duplicate

    def _check(self, message: Incoming) -> None:
        if not message.text.strip():
            raise InvalidRequestError("text: the message is empty.", code="text_empty")
        if len(message.text) > TEXT_MAX:
            given = len(message.text)
            raise InvalidRequestError(
                f"text: the message has {given:,} characters; at most {TEXT_MAX:,} are possible.", code="text_too_long"
            )
        if "\x00" in message.text:
            raise InvalidRequestError("text: the message contains a NUL character.", code="text_invalid")
        if message.context and len(json.dumps(message.context)) > self._settings.context_max:
            raise InvalidRequestError(
                f"context: it is larger than {self._settings.context_max} bytes.", code="context_too_large"
            )
