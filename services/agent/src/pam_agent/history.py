"""What the model is told of the turns before this one: a summary of the first, the newest word for word."""

from collections.abc import Iterable

from pam_agent.conversation import TurnRecord
from pam_agent.costs.pots import Payer
from pam_agent.crew import Crew
from pam_agent.errand import Errand
from pam_agent.ledger import Ledger
from pam_agent.recall import recall
from pam_agent.summaries import Stretch, Summary
from pam_agent.tokens import CHARACTERS
from pam_agent.view import View
from pam_shared.contracts.conversation import HistorySummarised

NOT_ANSWERED = "I can't help with that one. Ask me something else, or say it in another way."
SHORTEN_WITHIN = 8.0
"""Seconds an answer may wait for a summary without which it would not fit."""


class History:
    """The turns before one turn, and the summary that stands for those before them."""

    def __init__(self, crew: Crew, view: View, ledger: Ledger, errand: Errand) -> None:
        self._crew = crew
        self._view = view
        self._ledger = ledger
        self._errand = errand
        self._record = view.state.turn_at(errand.sequence)
        self._payer = Payer.of(self._record, errand)
        self._key = view.user, view.id
        self._asked_the_record = False

    @property
    def summary(self) -> str:
        """What stands for the turns that are not told word for word."""
        return self._view.state.summary.text if self._view.state.summary else ""

    @property
    def told_of_length(self) -> bool:
        """Whether an earlier turn was already as long as the member is told of."""
        ends = (turn.finished for turn in self._view.state.context(self._record))
        return any(end.context_tokens > self._crew.settings.tokens_told for end in ends if end)

    async def turns(self) -> list[TurnRecord]:
        """Return the turns that are told word for word, oldest first; those the log lost come from the record.

        A model that refused once refuses again whatever it is asked, as long as it is told of what it refused.
        """
        return [turn for turn in await self._turns() if not _refused(turn)]

    async def _turns(self) -> list[TurnRecord]:
        state = self._view.state
        told = state.context(self._record)
        if not state.whole and state.summary is None and len(told) < self._crew.settings.history_turns:
            if self._view.recalled is None and not self._asked_the_record:
                self._asked_the_record = True
                self._view.recalled = await recall(self._crew.bus, self._errand, set(state.turns))
            told = [*(self._view.recalled or []), *told]
        settings = self._crew.settings
        if len(told) > settings.history_turns:
            kept = min(settings.verbatim_turns, settings.history_turns)
            self._crew.summaries.begin(self._key, self._stretch(told, kept))
        return told

    async def shorten(self) -> bool:
        """Have the first turns summarised now and return whether there were any to be. Raises FencedError."""
        told = await self._turns()
        settings = self._crew.settings
        stretch = self._stretch(told, _fitting(told[-settings.verbatim_turns :], settings.tokens_max * CHARACTERS / 2))
        if not stretch.turns:
            return False
        await self._append(await self._crew.summaries.write(stretch, SHORTEN_WITHIN))
        return True

    async def write_down(self) -> None:
        """Put the summary into the log, if one was written meanwhile. Raises FencedError."""
        summary = self._crew.summaries.take(self._key)
        if summary is not None:
            await self._append(summary)

    async def _append(self, summary: Summary) -> None:
        known = self._view.state.summary
        if known is None or known.base < summary.base:
            values = {"text": summary.text, "model": summary.model, "usage": summary.usage, "base": summary.base}
            await self._ledger.append(HistorySummarised(turn=self._record.message.id, **values))

    def _stretch(self, told: list[TurnRecord], most: int) -> Stretch:
        """Return what is to be summarised so that so many turns at most are left. The record's go with the first."""
        kept = [turn for turn in told[len(told) - min(most, len(told)) :] if turn.sequence]
        base = kept[0].sequence if kept else self._record.sequence
        return Stretch(base, self.summary, [turn for turn in told if turn.sequence < base], self._payer)


def _refused(turn: TurnRecord) -> bool:
    return turn.finished is not None and turn.finished.text.endswith(NOT_ANSWERED)


def _fitting(turns: list[TurnRecord], room: float) -> int:
    """Return how many of the newest turns have room in so many characters."""
    for count, turn in enumerate(reversed(turns)):
        room -= _size(turn)
        if room < 0:
            return count
    return len(turns)


def _size(turn: TurnRecord) -> int:
    said: Iterable[str] = (turn.message.text, turn.finished.text if turn.finished else "")
    called = (event.model_dump_json() for event in (*turn.replies.values(), *turn.results.values()))
    return sum(map(len, (*said, *called)))
