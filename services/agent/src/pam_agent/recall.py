"""Earlier turns that the log does not hold any more, from the record: it keeps a week, or its store was lost."""

from uuid import UUID

from pam_agent.conversation import TurnRecord
from pam_agent.errand import Errand
from pam_shared.bus.connection import Bus
from pam_shared.bus.queries import ask
from pam_shared.contracts import headers, subjects
from pam_shared.contracts import queries as asked
from pam_shared.contracts.conversation import MessageReceived, TurnFinished, TurnStatus
from pam_shared.errors import PamError
from pam_shared.telemetry.logs import log

WITHIN = 1.0


async def recall(bus: Bus, errand: Errand, known: set[UUID]) -> list[TurnRecord]:
    """Return the conversation's newest recorded turns, oldest first, without those whose ids are known.

    While persistence is away there are none: the member is answered from what is at hand.
    """
    question = asked.MessagesQuery(conversation=errand.conversation, limit=asked.PAGE_MAX)
    values = {headers.IDENTITY: errand.headers.get(headers.IDENTITY, "")}
    try:
        page = await ask(bus, subjects.query(asked.MESSAGES), question, asked.MessagesPage, values, WITHIN)
    except PamError as error:
        log.warning("earlier turns could not be recalled", reason=str(error))
        return []
    pairs = zip(page.messages, page.messages[1:], strict=False)
    return [
        _turn(said, answer)
        for said, answer in pairs
        if said.role == "user" and answer.role == "assistant" and said.id not in known
    ]


def _turn(said: asked.StoredMessage, answer: asked.StoredMessage) -> TurnRecord:
    message = MessageReceived(id=said.id, text=said.content, received_at=said.created_at)
    finished = TurnFinished(turn=said.id, status=TurnStatus.SUCCESS, text=answer.content, epoch=0, sequence=0, base=0)
    return TurnRecord(message, sequence=0, finished=finished)
