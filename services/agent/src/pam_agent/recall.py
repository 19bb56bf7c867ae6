"""Earlier turns that the log does not hold any more, from the record: it keeps a week, or its store was lost."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

from pam_agent.conversation import TurnRecord
from pam_agent.errand import Errand
from pam_shared.bus.connection import NO_RESPONDERS, Bus
from pam_shared.bus.queries import ask
from pam_shared.contracts import headers, subjects
from pam_shared.contracts import queries as asked
from pam_shared.contracts.conversation import MessageReceived, TurnFinished, TurnStatus, answer_id
from pam_shared.errors import PamError, UnavailableError
from pam_shared.telemetry.logs import log

WITHIN = 1.0
BACK_WITHIN = 0.5
AGAIN_AFTER = 0.1


async def recall(bus: Bus, errand: Errand, known: set[UUID]) -> list[TurnRecord] | None:
    """Return the conversation's newest recorded turns, oldest first, without those whose ids are known.

    Return None while persistence is away: the member is answered from what is at hand.
    """
    question = asked.MessagesQuery(conversation=errand.conversation, limit=asked.PAGE_MAX)
    values = {headers.IDENTITY: errand.headers.get(headers.IDENTITY, "")}
    try:
        page = await _patiently(
            lambda: ask(bus, subjects.query(asked.MESSAGES), question, asked.MessagesPage, values, WITHIN)
        )
    except PamError as error:
        log.warning("earlier turns could not be recalled", reason=str(error))
        return None
    # Messages that were queued stand before the answers they waited for: an answer is found by its id.
    answers = {message.id: message for message in page.messages if message.role == "assistant"}
    return [
        _turn(said, answers[answer_id(said.id)])
        for said in page.messages
        if said.role == "user" and answer_id(said.id) in answers and said.id not in known
    ]


async def _patiently(question: Callable[[], Awaitable[asked.MessagesPage]]) -> asked.MessagesPage:
    """Ask again for a moment where nobody listens: after NATS was away persistence may be back a little later."""
    give_up = time.monotonic() + BACK_WITHIN
    while True:
        try:
            return await question()
        except UnavailableError as error:
            if error.problem.code != NO_RESPONDERS or time.monotonic() > give_up:
                raise
        await asyncio.sleep(AGAIN_AFTER)


def _turn(said: asked.StoredMessage, answer: asked.StoredMessage) -> TurnRecord:
    message = MessageReceived(id=said.id, text=said.content, received_at=said.created_at)
    ended = {
        "turn": said.id,
        "status": TurnStatus.SUCCESS,
        "text": answer.content,
        "epoch": 0,
        "sequence": 0,
        "base": 0,
    }
    kept = {name: answer.metadata[name] for name in ("model", "tools", "sources") if name in answer.metadata}
    finished = TurnFinished.model_validate(ended | kept)
    return TurnRecord(message, sequence=0, finished=finished)
