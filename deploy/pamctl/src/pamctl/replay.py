"""What becomes of a dead letter that is replayed, by the consumer that gave it up.

persistence
    It records the original itself, in the transaction that closes the letter. Nothing is published.
agent, a member's message
    Its turn has ended in the log, and settled stays settled. The text is sent again as another message of the same
    member, whose id follows from the first one's, with a member's rights for that message alone.
anything else
    The original is published again with its own idempotency key and under its own subject.
"""

import time
from dataclasses import dataclass
from uuid import UUID, uuid4, uuid5

from pam_shared.bus.connection import Bus
from pam_shared.bus.dead_letters import body_of
from pam_shared.bus.queries import ask
from pam_shared.clock import utc_now
from pam_shared.contracts import headers, subjects, topology
from pam_shared.contracts import queries as asked
from pam_shared.contracts.conversation import MessageReceived, WhenBusy, accepted_id
from pam_shared.contracts.identity import Identity, Role
from pam_shared.errors import InvalidRequestError
from pam_shared.identity import CALL, Signer

_TOKEN_FOR = 3600
_LOOK_FOR = 60


@dataclass(frozen=True)
class Again:
    """A member's message that is sent again: where, what, and the id that follows from the first one's."""

    user: UUID
    conversation: UUID
    message: MessageReceived


async def publish_again(bus: Bus, letter: asked.StoredDeadLetter, private_key: str | None) -> None:
    """Publish what a replay of the letter needs; however often, it has one effect.

    Raises InvalidRequestError when a member's message is to be sent and there is no key to sign for them with.
    """
    if letter.consumer == topology.RECORDER:
        return
    again = message_again(letter)
    if again is None:
        await bus.publish(letter.stream, letter.subject, body_of(letter.payload), _own_headers(letter))
    else:
        await _send(bus, again, private_key)


def message_again(letter: asked.StoredDeadLetter) -> Again | None:
    """Return the message a replay of the letter sends, or None when the letter is no member's message."""
    try:
        user, conversation = subjects.conversation_of(letter.subject)
        message = MessageReceived.model_validate_json(body_of(letter.payload))
    except ValueError:
        return None
    changes = {"id": uuid5(message.id, "replay"), "received_at": utc_now(), "when_busy": WhenBusy.ENQUEUE}
    return Again(user, conversation, message.model_copy(update=changes))


async def _send(bus: Bus, again: Again, private_key: str | None) -> None:
    if not private_key:
        raise InvalidRequestError(
            "A member's message is sent again in their name: set PAM_IDENTITY_PRIVATE_KEY to the gateway's key."
        )
    signer = Signer(private_key)
    if await _is_on_record(bus, again, signer):
        return
    values = {
        headers.MESSAGE_ID: accepted_id(again.user, again.conversation, again.message.id),
        headers.IDENTITY: _token(signer, again, _TOKEN_FOR, again.message.id),
    }
    subject = subjects.conversation_input(again.user, again.conversation)
    body = again.message.model_dump_json(exclude_none=True).encode()
    await bus.publish(topology.CONVERSATIONS, subject, body, values)


async def _is_on_record(bus: Bus, again: Again, signer: Signer) -> bool:
    """Whether an earlier replay, which broke off before it closed the letter, is on record: streams forget ids."""
    question = asked.AccessQuery(conversation=again.conversation, message=again.message.id)
    values = {headers.IDENTITY: _token(signer, again, _LOOK_FOR)}
    subject = subjects.query(asked.CONVERSATION_ACCESS)
    return (await ask(bus, subject, question, asked.AccessReply, values)).known


def _token(signer: Signer, again: Again, lives: int, turn: UUID | None = None) -> str:
    who = Identity(
        user=again.user,
        roles=frozenset({Role.MEMBER}),
        session=uuid4(),
        expires_at=int(time.time()) + lives,
        turn=turn,
    )
    return signer.sign(who, CALL)


def _own_headers(letter: asked.StoredDeadLetter) -> dict[str, str]:
    """Return the original's headers, with a new id for the stream, which has seen the old one."""
    kept = {name: value for name, value in letter.headers.items() if not name.startswith("Nats-")}
    return {**kept, headers.MESSAGE_ID: f"replay:{letter.id}"}
