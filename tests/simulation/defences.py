"""PAM's defences, switched off one at a time: without each of them the checker must find something."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pam_agent import calls, conversation, ownership
from pam_agent.conversation import Conversation, TurnRecord
from pam_agent.ledger import Ledger
from pam_agent.ownership import Hold, Ownership
from pam_agent.turn import Turn
from pam_shared.bus.log_reader import Entry
from pam_shared.contracts.conversation import MessageReceived, OutputEvent, TurnStarted
from tests.simulation.seams import Patch

if TYPE_CHECKING:
    from tests.simulation.world import World


def without_fence(world: "World") -> list[Patch]:
    """The log takes every append, and nobody looks whose turn it is."""
    world.server.fenced = False
    return [(Ledger, "_guard", lambda _self: None)]


def without_heartbeat(_world: "World") -> list[Patch]:
    """No delivery is ever said to be in progress."""
    return [(ownership, "HEARTBEAT_EVERY", 3600.0)]


def without_deduplication(_world: "World") -> list[Patch]:
    """The fold takes a repeated message for another one."""

    def fold_message(self: Conversation, message: MessageReceived, entry: Entry) -> None:
        self.inputs[entry.sequence] = message.id
        self.turns[message.id] = TurnRecord(message, entry.sequence)

    return [(Conversation, "_fold_message", fold_message)]


def without_reuse(_world: "World") -> list[Patch]:
    """A takeover finds no steps in the log: it asks the model again, and calls again what the model then wants."""
    fold: Callable[..., None] = conversation._fold_output

    def fold_output(record: TurnRecord, event: OutputEvent, entry: Entry) -> None:
        fold(record, event, entry)
        if isinstance(event, TurnStarted):
            record.replies.clear()
            record.results.clear()

    return [(conversation, "_fold_output", fold_output)]


def without_last_words(_world: "World") -> list[Patch]:
    """Nobody says again what a dead agent may not have said."""

    async def settle(self: Ownership, _view: Any, hold: Hold) -> None:
        await self._answer(hold.delivery.ack())

    async def repeat(_self: Turn) -> None:
        pass

    return [(Ownership, "_settle", settle), (Turn, "_repeat_last_words", repeat)]


def without_amends(_world: "World") -> list[Patch]:
    """What memory missed stays missed."""
    return [(calls, "missed", lambda _before: [])]


DEFENCES: dict[str, Callable[["World"], list[Patch]]] = {
    "fence": without_fence,
    "heartbeat": without_heartbeat,
    "deduplication": without_deduplication,
    "reuse": without_reuse,
    "last words": without_last_words,
    "amends": without_amends,
}
