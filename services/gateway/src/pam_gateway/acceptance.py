"""Accepting a message: checked, then written to the conversation's log. The log's answer is the promise."""

import json
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from opentelemetry.trace import SpanKind

from pam_gateway.settings import GatewaySettings
from pam_shared.bus.connection import Bus, StreamRefusedError
from pam_shared.bus.queries import ask
from pam_shared.clock import utc_now
from pam_shared.contracts import headers, subjects, topology
from pam_shared.contracts import queries as asked
from pam_shared.contracts.conversation import TEXT_MAX, MessageReceived, accepted_id
from pam_shared.contracts.identity import Identity
from pam_shared.errors import InvalidRequestError, NotFoundError, UnavailableError
from pam_shared.identity import CALL, Signer
from pam_shared.telemetry.logs import bind, log
from pam_shared.telemetry.traces import inject, span

ACCESS_WITHIN = 1.0
REMEMBERED = 20_000
FRESH_FOR = 100.0
"""Seconds a new id is surely inside the stream's duplicate window of two minutes."""
AHEAD = 5.0
UUID_WITH_TIME = 7


@dataclass(frozen=True)
class Incoming:
    """A message as a client sent it."""

    id: UUID
    conversation: UUID
    text: str
    context: dict[str, Any] | None
    request_id: str


def just_made(message: UUID) -> bool:
    """Whether an id carries its time (UUIDv7) and that is now; a clock that is off only costs a look."""
    if message.version != UUID_WITH_TIME:
        return False
    age = time.time() - (message.int >> 80) / 1000
    return -AHEAD < age < FRESH_FOR


class Acceptance:
    """The way into the log, the same for every protocol."""

    def __init__(self, bus: Bus, signer: Signer, settings: GatewaySettings) -> None:
        self._bus = bus
        self._signer = signer
        self._settings = settings
        self._own: OrderedDict[tuple[UUID, UUID], None] = OrderedDict()

    async def accept(self, who: Identity, message: Incoming) -> bool:
        """Write a message down and return whether it was there already.

        Raises InvalidRequestError for text or context out of bounds, NotFoundError for somebody else's conversation,
        UnavailableError when the log does not answer: the client repeats it with the same id then.
        """
        self._check(message)
        with (
            bind(member=str(who.user), conversation=str(message.conversation), turn=str(message.id)),
            span("accept", {}, SpanKind.PRODUCER),
        ):
            duplicate = await self._is_known(who, message) or await self._publish(who, message)
            log.info("message accepted", duplicate=duplicate, request=message.request_id)
        return duplicate

    async def check_access(self, who: Identity, conversation: UUID) -> None:
        """Refuse somebody else's conversation: raises NotFoundError.

        Subjects carry the member's id, so nothing of another's could be seen or written anyway; this makes it an error
        rather than an empty conversation. While persistence is away, that wall alone stands.
        """
        if (who.user, conversation) not in self._own:
            await self._look_up(who, asked.AccessQuery(conversation=conversation))

    async def _is_known(self, who: Identity, message: Incoming) -> bool:
        """Whether a message that is sent again was recorded long ago.

        JetStream forgets ids after two minutes, an agent those before its context. An id that says by itself that it
        was just made (UUIDv7) needs no look; while persistence is away those two alone stand.
        """
        if just_made(message.id):
            await self.check_access(who, message.conversation)
            return False
        return await self._look_up(who, asked.AccessQuery(conversation=message.conversation, message=message.id))

    async def _look_up(self, who: Identity, question: asked.AccessQuery) -> bool:
        """Ask persistence whose a conversation is, and whether the message is known. Raises NotFoundError."""
        values = {headers.IDENTITY: self.call_token(who)}
        subject = subjects.query(asked.CONVERSATION_ACCESS)
        try:
            reply = await ask(self._bus, subject, question, asked.AccessReply, values, ACCESS_WITHIN)
        except UnavailableError as error:
            log.warning("persistence could not be asked about a conversation", reason=str(error))
            return False
        if reply.access is asked.Access.FOREIGN:
            raise NotFoundError("There is no such conversation.", code="conversation_not_found")
        self._own[who.user, question.conversation] = None
        if len(self._own) > REMEMBERED:
            self._own.popitem(last=False)
        return reply.known

    def call_token(self, who: Identity, turn: UUID | None = None) -> str:
        """Return the token that travels with a call: the member's, short-lived, for one turn if there is one."""
        until = int(time.time()) + self._settings.call_token_for
        return self._signer.sign(who.model_copy(update={"expires_at": until, "turn": turn}), CALL)

    async def _publish(self, who: Identity, message: Incoming) -> bool:
        body = MessageReceived(
            id=message.id, text=message.text, context=message.context, received_at=utc_now()
        ).model_dump_json(exclude_none=True)
        values = {
            headers.MESSAGE_ID: accepted_id(who.user, message.conversation, message.id),
            headers.IDENTITY: self.call_token(who, message.id),
            headers.REQUEST_ID: message.request_id,
        }
        inject(values)
        subject = subjects.conversation_input(who.user, message.conversation)
        try:
            _, duplicate = await self._bus.publish(topology.CONVERSATIONS, subject, body.encode(), values)
        except StreamRefusedError as error:
            log.exception("the log refused a message")
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
