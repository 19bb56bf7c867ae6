"""What persistence answers: each query one method, identity checked, rows limited to the member's own."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from opentelemetry.trace import SpanKind
from pydantic import BaseModel

from pam_persistence import queries
from pam_persistence.recorder import Entry, Record
from pam_shared.bus.dead_letters import SEQUENCE, STORED_AT, body_of
from pam_shared.bus.queries import answering
from pam_shared.bus.requests import Request, Responder
from pam_shared.contracts import headers, subjects
from pam_shared.contracts import queries as asked
from pam_shared.contracts.identity import Identity
from pam_shared.contracts.topology import RECORDER
from pam_shared.errors import InvalidRequestError
from pam_shared.identity import CALL, Verifier
from pam_shared.postgres import cursor
from pam_shared.postgres.pool import Connection, Pool, member_transaction, transaction
from pam_shared.telemetry.traces import span

Question = TypeVar("Question", bound=BaseModel)

RECORDED_WITHIN = 2.0
LOOK_EVERY = 0.05


class Answers:
    """The queries of members and of operators."""

    def __init__(self, pool: Pool, verifier: Verifier, records: Mapping[str, Record]) -> None:
        """Replay what the recorder gave up by ``records``, by stream."""
        self._pool = pool
        self._verifier = verifier
        self._records = records

    def serve(self, responder: Responder) -> None:
        """Subscribe every query."""
        self._member(responder, asked.MESSAGES, asked.MessagesQuery, self.messages)
        self._member(responder, asked.CONVERSATIONS, asked.ConversationsQuery, self.conversations)
        self._member(responder, asked.CONVERSATION_ACCESS, asked.AccessQuery, self.access)
        self._operator(responder, asked.DEAD_LETTERS, asked.DeadLettersQuery, self.dead_letters)
        self._operator(responder, asked.DISCARD_DEAD_LETTER, asked.DiscardDeadLetter, self.discard)

    async def messages(self, who: Identity, query: asked.MessagesQuery) -> asked.MessagesPage:
        """Return a page of a conversation; somebody else's is as empty as one that never was."""
        if query.recorded is not None:
            await self._wait_until_recorded(who.user, query.conversation, query.recorded)
        before = cursor.decode(query.cursor, cursor.bigint)
        async with member_transaction(self._pool, who.user) as db:
            found = await queries.messages(db, query.conversation, before, query.limit + 1)
        page = found[: query.limit]
        more = len(found) > query.limit
        return asked.MessagesPage(
            messages=[message for message, _ in reversed(page)],
            next_cursor=cursor.encode(page[-1][0].created_at, page[-1][1]) if more else None,
            has_more=more,
        )

    async def conversations(self, who: Identity, query: asked.ConversationsQuery) -> asked.ConversationsPage:
        """Return a page of the member's conversations."""
        before = cursor.decode(query.cursor, UUID)
        async with member_transaction(self._pool, who.user) as db:
            found = await queries.conversations(db, before, query.limit + 1)
        page = found[: query.limit]
        more = len(found) > query.limit
        return asked.ConversationsPage(
            conversations=page,
            next_cursor=cursor.encode(page[-1].updated_at, page[-1].id) if more else None,
            has_more=more,
        )

    async def access(self, who: Identity, query: asked.AccessQuery) -> asked.AccessReply:
        """Say whose a conversation is, and whether a message of it is on record."""
        async with member_transaction(self._pool, who.user) as db:
            access = await queries.access(db, query.conversation)
            known = query.message is not None and await queries.is_known(db, query.conversation, query.message)
        return asked.AccessReply(access=access, known=known)

    async def dead_letters(self, query: asked.DeadLettersQuery) -> asked.DeadLettersPage:
        """Return open dead letters."""
        before = cursor.decode(query.cursor, UUID)
        async with transaction(self._pool) as db:
            found = await queries.dead_letters(db, before, query.limit + 1, query.id)
        page = found[: query.limit]
        more = len(found) > query.limit
        return asked.DeadLettersPage(
            dead_letters=page,
            next_cursor=cursor.encode(page[-1].created_at, page[-1].id) if more else None,
            has_more=more,
        )

    async def discard(self, command: asked.DiscardDeadLetter) -> asked.Discarded:
        """Close a dead letter. One of the recorder's that is replayed is recorded in the same transaction."""
        async with transaction(self._pool) as db:
            found = await queries.resolve_dead_letter(db, command.id, command.resolution)
            if found is not None and (found.consumer, command.resolution) == (RECORDER, "replayed"):
                await self._record(db, found)
            return asked.Discarded(found=found is not None)

    async def _record(self, db: Connection, letter: asked.StoredDeadLetter) -> None:
        entry = Entry(
            subject=letter.subject,
            body=body_of(letter.payload),
            sequence=int(letter.headers.get(SEQUENCE, 0)),
            stored_at=datetime.fromisoformat(letter.headers.get(STORED_AT, letter.created_at.isoformat())),
        )
        record = self._records[letter.stream]
        try:
            row = record.decode(entry)
        except ValueError as error:
            raise InvalidRequestError(f"It still cannot be read: {error}", code="unreadable") from error
        if row is not None:
            await record.store(db, [row])

    async def _wait_until_recorded(self, user: UUID, conversation: UUID, sequence: int) -> None:
        deadline = asyncio.get_running_loop().time() + RECORDED_WITHIN
        while asyncio.get_running_loop().time() < deadline:
            async with member_transaction(self._pool, user) as db:
                if await queries.is_recorded(db, conversation, sequence):
                    return
            await asyncio.sleep(LOOK_EVERY)

    def _member(
        self,
        responder: Responder,
        what: str,
        model: type[Question],
        method: Callable[[Identity, Question], Awaitable[BaseModel]],
    ) -> None:
        async def answer(request: Request, question: Question) -> BaseModel:
            who = self._verifier.verify(request.headers.get(headers.IDENTITY, ""), CALL)
            with span(f"query {what}", request.headers, SpanKind.SERVER):
                return await method(who, question)

        responder.answer(subjects.query(what), answering(model, answer))

    def _operator(
        self, responder: Responder, what: str, model: type[Question], method: Callable[[Question], Awaitable[BaseModel]]
    ) -> None:
        async def answer(_request: Request, question: Question) -> BaseModel:
            return await method(question)

        responder.answer(subjects.operator(what), answering(model, answer))
