"""Whose a conversation is: asked of persistence once, then remembered."""

import time
from collections.abc import Callable
from uuid import UUID

from pam_gateway.remembered import Remembered
from pam_shared.bus.connection import Bus
from pam_shared.bus.queries import ask
from pam_shared.contracts import headers, subjects
from pam_shared.contracts import queries as asked
from pam_shared.contracts.identity import Identity
from pam_shared.errors import NotFoundError, RemoteError, UnavailableError
from pam_shared.telemetry.logs import log

ACCESS_WITHIN = 1.0
NEW_FOR = 60.0
"""Seconds for which it is believed that nothing is on record: another gateway may have accepted something since."""

Key = tuple[UUID, UUID]


class Access:
    """What persistence said of members' conversations. ``token`` signs the member's identity for a question."""

    def __init__(self, bus: Bus, token: Callable[[Identity], str]) -> None:
        self._bus = bus
        self._token = token
        self._new_until: Remembered[Key, float] = Remembered()
        self._used: Remembered[Key, None] = Remembered()

    async def check(self, who: Identity, conversation: UUID) -> None:
        """Refuse somebody else's conversation: raises NotFoundError.

        Subjects carry the member's id, so nothing of another's could be seen or written anyway; this makes it an error
        rather than an empty conversation. While persistence is away, that wall alone stands.
        """
        key = who.user, conversation
        until = self._new_until.get(key)
        if until is None or (until and key not in self._used and until < time.monotonic()):
            await self._look_up(who, asked.AccessQuery(conversation=conversation))

    async def knows(self, who: Identity, conversation: UUID, message: UUID) -> bool:
        """Whether a message is on record; while persistence is away none is. Raises NotFoundError like a check."""
        return await self._look_up(who, asked.AccessQuery(conversation=conversation, message=message))

    def first(self, who: Identity, conversation: UUID) -> bool:
        """Whether what is accepted now begins the conversation: nothing is on record of it, and nothing came before.

        True once at the most, and only if persistence has just said so.
        """
        key = who.user, conversation
        is_new = key not in self._used and self._new_until.get(key, 0.0) > time.monotonic()
        self._used[key] = None
        return is_new

    async def _look_up(self, who: Identity, question: asked.AccessQuery) -> bool:
        """Ask persistence whose a conversation is, and whether the message is known."""
        values = {headers.IDENTITY: self._token(who)}
        subject = subjects.query(asked.CONVERSATION_ACCESS)
        try:
            reply = await ask(self._bus, subject, question, asked.AccessReply, values, ACCESS_WITHIN)
        except (UnavailableError, RemoteError) as error:
            if not error.problem.temporary:
                raise
            log.warning("persistence could not be asked about a conversation", reason=str(error))
            return False
        if reply.access is asked.Access.FOREIGN:
            raise NotFoundError("There is no such conversation.", code="conversation_not_found")
        until = time.monotonic() + NEW_FOR if reply.access is asked.Access.FREE else 0.0
        self._new_until[who.user, question.conversation] = until
        return reply.known
