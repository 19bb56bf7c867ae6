"""Appending to a conversation's log so that of two agents who both believe they own a turn only one can write."""

import asyncio
from uuid import UUID, uuid4

from pam_agent.conversation import TurnRecord
from pam_agent.view import View
from pam_shared.bus.connection import Bus, StreamRefusedError
from pam_shared.bus.log_reader import Entry
from pam_shared.clock import utc_now
from pam_shared.contracts import headers, topology
from pam_shared.contracts.conversation import OutputEvent
from pam_shared.errors import UnavailableError
from pam_shared.telemetry.logs import log
from pam_shared.telemetry.traces import inject

WRONG_LAST_SEQUENCE = 10071
PURGED = "wrong last sequence: 0"
"""How the server refuses where nothing of the conversation is left: its member was forgotten."""
APPEND_WITHIN = 2.0
AGAIN_AFTER = 0.02
UNAVAILABLE_AGAIN_AFTER = 0.25


class FencedError(Exception):
    """Another agent owns this turn now; whatever this one was doing is void."""


class Ledger:
    """The appends of one attempt at one turn, in order, each exactly once."""

    def __init__(self, bus: Bus, view: View, turn: UUID, writer: str) -> None:
        self._bus = bus
        self._view = view
        self._turn = turn
        self.nonce = f"{writer}-{uuid4().hex[:8]}"
        self._count = 0
        self._started = False
        self._seen_output = view.state.output_sequence
        self._order = asyncio.Lock()

    @property
    def record(self) -> TurnRecord:
        """The turn as the log has it."""
        record = self._view.state.turns.get(self._turn)
        if record is None:
            raise FencedError  # finished by another, and forgotten since
        return record

    async def append(self, event: OutputEvent) -> int:
        """Append an event and return its log sequence.

        Raises FencedError when the turn belongs to somebody else. While the log is away it tries for ever: the turn's
        own deadline ends that.
        """
        async with self._order:
            self._count += 1
            state = self._view.state
            message_id = f"{self._view.user}.{self._view.id}:{self._turn}:{self.nonce}:{self._count}"
            body = event.model_dump_json(exclude_none=True).encode()
            while message_id not in state.written:
                self._guard()
                await self._try(message_id, body)
            self._started = True
            return state.written[message_id]

    async def _try(self, message_id: str, body: bytes) -> None:
        expected = self._view.state.last
        values = {
            headers.MESSAGE_ID: message_id,
            headers.EXPECTED_SEQUENCE: str(expected),
            headers.EXPECTED_SUBJECT: self._view.fence_subject,
        }
        inject(values)
        subject = self._view.output_subject
        try:
            sequence, _ = await self._bus.publish(topology.CONVERSATIONS, subject, body, values, APPEND_WITHIN)
        except StreamRefusedError as error:
            if str(error).endswith(PURGED):
                self._view.lose()
                raise FencedError from error
            if error.code != WRONG_LAST_SEQUENCE:
                log.warning("the log refused an append", error=repr(error))
            await self._look_again(AGAIN_AFTER)
        except UnavailableError:
            # It may be stored all the same: what is read next tells, by the id of the newest entry.
            await self._look_again(UNAVAILABLE_AGAIN_AFTER)
        else:
            self._view.take([Entry(sequence, subject, message_id, utc_now(), body, values)])

    async def _look_again(self, pause: float) -> None:
        try:
            if await self._view.refresh():
                return
        except UnavailableError as error:
            log.warning("the log cannot be read", reason=str(error))
        await asyncio.sleep(pause)

    def _guard(self) -> None:
        """Stop at the first sign of another owner."""
        record = self.record
        if self._started:
            if record.finished is not None or record.start is None or record.start.nonce != self.nonce:
                raise FencedError
        elif self._view.state.output_sequence != self._seen_output:
            raise FencedError
