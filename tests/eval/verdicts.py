"""What is to be said of a conversation that was held: one verdict a turn, and sums of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pam_agent.costs.prices import Prices
from pam_agent.costs.settings import CostSettings
from pam_agent.rules.talk import UNSURE
from pam_shared.contracts.conversation import TurnStatus, Usage
from tests.eval.grounding import ungrounded
from tests.eval.measure import alike
from tests.eval.script import Turn
from tests.eval.scripted import Player, known, offered
from tests.eval.talk import Talk, Told, meant

OF_ITSELF = frozenset({"remember"})
"""What PAM may call without being asked to."""
_REFUSED = re.compile(r"\b(?:can't(?! reach)|cannot|won't|not able to|only work with|to myself)\b", re.IGNORECASE)
_COSTS = CostSettings.model_construct()
_PRICES = Prices(_COSTS.model_prices, _COSTS.unknown_model_price)


@dataclass(frozen=True)
class TurnVerdict:
    """Of one turn: whether each thing expected came; None where nothing of the kind was expected.

    ``ungrounded`` are figures of the answer from nowhere, ``dollars`` what the model cost.
    """

    subject: str
    conversation: str
    turn: Turn
    told: Told
    tools: bool
    arguments: bool | None
    asked: bool | None
    refused: bool | None
    words: bool
    offered: bool | None
    ungrounded: list[str] = field(default_factory=list)

    @property
    def grounded(self) -> bool:
        """Whether every figure comes from somewhere."""
        return not self.ungrounded

    @property
    def usage(self) -> Usage:
        """The tokens of the turn."""
        return self.told.finished.usage

    @property
    def dollars(self) -> Decimal:
        """What they cost."""
        return _PRICES.of(self.told.finished.model).cost(self.usage)

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong."""
        judged = (self.tools, self.arguments, self.asked, self.refused, self.words, self.offered, self.grounded)
        return False not in judged


def verdicts(talk: Talk, player: Player | None = None) -> list[TurnVerdict]:
    """Return a verdict on each turn of a conversation; ``player`` is the model it was held with, if it was."""
    return [_verdict(talk.until(number), player) for number in range(1, len(talk.told) + 1)]


def share(found: Sequence[TurnVerdict], judgement: str) -> float:
    """Return in how many of the turns in which something of the kind was expected it came, between 0 and 1."""
    judged = [value for one in found if (value := getattr(one, judgement)) is not None]
    return sum(judged) / len(judged) if judged else 1.0


def _verdict(talk: Talk, player: Player | None) -> TurnVerdict:
    told, turn = talk.told[-1], talk.told[-1].turn
    request = player.requests.get(tuple(talk.words)) if player else None
    tools = _has_right_tools(told)
    context = [*told.context, *([known(request)] if request else []), talk.script.at]
    return TurnVerdict(
        subject=talk.script.subject,
        conversation=talk.script.name,
        turn=turn,
        told=told,
        tools=tools,
        arguments=(tools and _has_right_arguments(talk)) if any(call.arguments for call in turn.calls) else None,
        asked=_has_asked(told) if turn.asks or turn.waits else None,
        refused=not told.calls and bool(_REFUSED.search(told.text)) if turn.refuses else None,
        words=_has_right_words(told),
        offered={call.tool for call in turn.calls} <= offered(request) if request and turn.calls else None,
        ungrounded=ungrounded(told.text, talk.words, [*talk.data, *context]),
    )


def _has_right_tools(told: Told) -> bool:
    """Whether the tools expected were called, in their order, and ended as expected; looking first is free."""
    free = {call.tool for call in told.turn.looks} | OF_ITSELF - {call.tool for call in told.turn.calls}
    found = [call.name for call in told.calls if call.name not in free]
    ended_well = all(result.reply.success for result in told.results)
    return found == [call.tool for call in told.turn.calls] and ended_well is not told.turn.fails


def _has_right_arguments(talk: Talk) -> bool:
    told = talk.told[-1]
    names = {call.tool for call in told.turn.calls}
    found = [call.input for call in told.calls if call.name in names]
    wanted = [meant(call.arguments, talk.replies) for call in told.turn.calls]
    return all(
        _alike(value, got.get(name)) for one, got in zip(wanted, found, strict=True) for name, value in one.items()
    )


def _alike(expected: Any, got: Any) -> bool:
    if isinstance(expected, str) and isinstance(got, str):
        return alike(expected.rstrip("."), got.rstrip("."))
    return alike(expected, got)


def _has_asked(told: Told) -> bool:
    """Whether the member was asked: for a slot, or whether what waits shall be done."""
    if told.turn.waits:
        waiting = [approval.tool for approval in told.finished.approvals]
        return told.finished.status is TurnStatus.INTERRUPT and waiting == [call.tool for call in told.turn.calls]
    return not told.calls and "?" in told.text and told.text != UNSURE


def _has_right_words(told: Told) -> bool:
    said = told.text.lower()
    return all(word.lower() in said for word in told.turn.has) and not any(
        word.lower() in said for word in told.turn.lacks
    )
