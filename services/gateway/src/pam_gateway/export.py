"""All that PAM holds of a member, as one JSON document, written as it is read: no size is too large."""

from collections.abc import AsyncIterator
from typing import Any

import orjson

from pam_gateway import queries
from pam_gateway.http.desk import Desk
from pam_shared.bus.queries import ask
from pam_shared.clock import utc_now
from pam_shared.contracts import headers, subjects
from pam_shared.contracts import queries as asked
from pam_shared.contracts.identity import Identity
from pam_shared.errors import PamError
from pam_shared.postgres.pool import member_transaction
from pam_shared.telemetry.logs import log
from pam_shared.tools.caller import OnBehalfOf
from pam_shared.tools.colleagues import OverTheBus

CONVERSATIONS = "conversations"


class Export:
    """One member's export: ``account``, ``sessions``, ``conversations`` with their messages, ``records`` by worker.

    ``missing`` names what did not answer: conversations, or a worker's domain. Ask again later for those.
    """

    def __init__(self, desk: Desk, who: Identity) -> None:
        self._desk = desk
        self._who = who
        self._token = desk.acceptance.call_token(who)
        self._missing: list[str] = []

    async def account(self) -> dict[str, Any]:
        """Return what the gateway itself holds. Raises UnavailableError: without it there is no export."""
        async with member_transaction(self._desk.pool, self._who.user) as db:
            account = await queries.own_account(db)
            sessions = await queries.own_sessions(db)
        held = {"id": self._who.user, "email": account.email, "name": account.name} if account else {}
        return {"exported_at": utc_now(), "account": held, "sessions": sessions}

    async def written(self, account: dict[str, Any]) -> AsyncIterator[bytes]:
        """Yield the document, piece by piece, beginning with what :meth:`account` returned."""
        yield orjson.dumps(account, default=str)[:-1] + b',"conversations":['
        first = True
        async for conversation in self._conversations():
            yield (b"" if first else b",") + orjson.dumps(conversation)
            first = False
        yield b'],"records":{'
        first = True
        async for domain, tables in self._records():
            yield (b"" if first else b",") + orjson.dumps(domain) + b":" + orjson.dumps(tables)
            first = False
        yield b'},"missing":' + orjson.dumps(self._missing) + b"}"

    async def _conversations(self) -> AsyncIterator[dict[str, Any]]:
        cursor: str | None = None
        values = {headers.IDENTITY: self._token}
        try:
            while True:
                question = asked.ConversationsQuery(limit=asked.PAGE_MAX, cursor=cursor)
                page = await ask(
                    self._desk.bus, subjects.query(asked.CONVERSATIONS), question, asked.ConversationsPage, values
                )
                for conversation in page.conversations:
                    yield conversation.model_dump() | {"messages": await self._messages(conversation)}
                if not (cursor := page.next_cursor):
                    return
        except PamError as error:
            self._lack(CONVERSATIONS, error)

    async def _messages(self, conversation: asked.StoredConversation) -> list[dict[str, Any]]:
        """Return a conversation's messages, the oldest first."""
        messages: list[asked.StoredMessage] = []
        cursor: str | None = None
        while True:
            page = asked.Page(limit=asked.PAGE_MAX, cursor=cursor)
            found = await self._desk.replay.history(self._who, conversation.id, page)
            messages = [*found.messages, *messages]
            if not (cursor := found.next_cursor):
                return [message.model_dump() for message in messages]

    async def _records(self) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        workers = OverTheBus(self._desk.bus, OnBehalfOf(self._token, key=""))
        for domain in sorted({tool.domain for tool in self._desk.directory.tools.values()}):
            tables = await workers.records(domain)
            if tables is None:
                self._lack(domain, None)
            else:
                yield domain, tables

    def _lack(self, part: str, error: PamError | None) -> None:
        log.warning("a part of an export is missing", part=part, reason=str(error or "no answer"))
        self._missing.append(part)
