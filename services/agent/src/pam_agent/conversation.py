"""A conversation, folded from its log. Pure: entries in, state out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

import orjson

from pam_shared.bus.log_reader import Entry
from pam_shared.contracts import headers, subjects
from pam_shared.contracts.conversation import (
    LOG_EVENT,
    CancelRequested,
    HistorySummarised,
    MessageReceived,
    ModelReplied,
    OutputEvent,
    ToolReturned,
    ToolUseBlock,
    ToolUsed,
    TurnFinished,
    TurnStarted,
    WhenBusy,
)


@dataclass
class TurnRecord:
    """What the log holds about one message and its answer.

    ``sequence`` is the message's own log sequence, ``epoch`` that of the newest attempt's start. ``fruitless`` counts
    the newest attempts that began and added no step: a message that kills its agent shows by it. ``finished_by`` is
    the id of the terminal entry, which names its writer. ``told`` is how a model is told of it, once it is finished.
    """

    message: MessageReceived
    sequence: int
    start: TurnStarted | None = None
    epoch: int = 0
    replies: dict[int, ModelReplied] = field(default_factory=dict)
    results: dict[str, ToolReturned] = field(default_factory=dict)
    finished: TurnFinished | None = None
    finished_by: str = ""
    cancelled: bool = False
    fruitless: int = 0
    told: list[orjson.Fragment] = field(default_factory=list, compare=False, repr=False)

    @property
    def uses(self) -> list[ToolUseBlock]:
        """The calls that the model asked for, in order."""
        asked = (block for _, reply in sorted(self.replies.items()) for block in reply.content)
        return [block for block in asked if isinstance(block, ToolUseBlock)]

    @property
    def doubtful(self) -> list[ToolUseBlock]:
        """The calls that the model asked for and that the log holds no result of: they may have run."""
        return [use for use in self.uses if use.id not in self.results]

    @property
    def used(self) -> list[ToolUsed]:
        """The calls that the model asked for and how they went."""
        results = (self.results[use.id] for use in self.uses if use.id in self.results)
        return [ToolUsed(name=result.tool, outcome=result.reply.outcome) for result in results]

    def ended_by_other(self, writer: str) -> bool:
        """Whether the turn is finished, and by another process than ``writer``."""
        return self.finished is not None and writer not in self.finished_by


@dataclass
class Conversation:
    """The state every agent derives alike from the same entries.

    ``last`` is the newest log sequence folded, on either subject: the value of the fence. Up to ``read`` the log was
    read; ``ahead`` are the sequences folded beyond: an agent knows of its own appends before it reads them, and on a
    cluster an entry may stand between that no fence has seen. ``output_sequence`` and
    ``output_id`` are those of the newest entry an agent wrote. ``whole`` is whether the first message folded was the
    first that was ever said. ``cancels`` counts the wishes to stop something. ``summary`` stands for what lies before
    its base.
    """

    last: int = 0
    read: int = 0
    ahead: set[int] = field(default_factory=set)
    first: int | None = None
    whole: bool = False
    output_sequence: int = 0
    output_id: str = ""
    written: dict[str, int] = field(default_factory=dict)
    turns: dict[UUID, TurnRecord] = field(default_factory=dict)
    inputs: dict[int, UUID] = field(default_factory=dict)
    forgotten: set[UUID] = field(default_factory=set)
    unreadable: set[int] = field(default_factory=set)
    commands: set[int] = field(default_factory=set)
    cancels: int = 0
    summary: HistorySummarised | None = None

    def fold(self, entry: Entry) -> bool:
        """Take one entry in and return whether it was not known. Unknown kinds change nothing else."""
        if entry.sequence <= self.read or entry.sequence in self.ahead:
            return False
        self.ahead.add(entry.sequence)
        self.last = max(self.last, entry.sequence)
        if self.first is None:
            self.first = entry.sequence
        self._fold_new(entry)
        return True

    def read_to(self, sequence: int) -> None:
        """Note that the log was read up to there without a gap."""
        self.read = max(self.read, sequence)
        self.ahead = {known for known in self.ahead if known > self.read}

    def _fold_new(self, entry: Entry) -> None:
        is_output = entry.subject.endswith(f".{subjects.OUTBOX}")
        if is_output:
            self.written[entry.message_id] = entry.sequence
            if entry.sequence > self.output_sequence:
                self.output_sequence, self.output_id = entry.sequence, entry.message_id
        try:
            event = LOG_EVENT.validate_json(entry.body)
        except ValueError:
            if not is_output:
                self.unreadable.add(entry.sequence)
            return
        match event:
            case MessageReceived():
                self._fold_message(event, entry)
            case CancelRequested():
                self.commands.add(entry.sequence)
                self._cancel(turn for turn in [self.turns.get(event.turn)] if turn is not None)
            case HistorySummarised():
                self._summarise(event)
            case _ if event.turn in self.turns:
                _fold_output(self.turns[event.turn], event, entry)

    def _fold_message(self, message: MessageReceived, entry: Entry) -> None:
        sequence = entry.sequence
        if not self.inputs and not self.forgotten:
            self.whole = headers.NEW_CONVERSATION in entry.headers
        self.inputs[sequence] = message.id
        if message.id in self.forgotten or message.id in self.turns:
            return
        if message.when_busy is WhenBusy.INTERRUPT:
            self._cancel(turn for turn in self.turns.values() if turn.sequence < sequence)
        self.turns[message.id] = TurnRecord(message, sequence)
        if sequence < self.last:
            self.turns = dict(sorted(self.turns.items(), key=lambda item: item[1].sequence))

    def _cancel(self, turns: Iterable[TurnRecord]) -> None:
        self.cancels += 1
        for turn in turns:
            turn.cancelled = turn.cancelled or turn.finished is None

    def _summarise(self, summary: HistorySummarised) -> None:
        if summary.base > (self.summary.base if self.summary else 0):
            self.summary = summary

    def settled(self, sequence: int) -> bool:
        """Whether nothing is left to do for the input at that sequence. Once true, it stays true."""
        if sequence in self.commands:
            return True
        message = self.inputs.get(sequence)
        if message is None:
            return self.first is not None and sequence < self.first
        if message in self.forgotten:
            return True
        record = self.turns[message]
        return record.finished is not None or record.sequence != sequence

    def knows(self, sequence: int) -> bool:
        """Whether the input at that sequence has been folded."""
        return sequence in self.inputs or sequence in self.commands

    def turn_at(self, sequence: int) -> TurnRecord:
        """Return the turn of the input at that sequence."""
        return self.turns[self.inputs[sequence]]

    def oldest_unsettled(self) -> TurnRecord | None:
        """Return the turn that is to be run next: messages are answered in log order."""
        return next((record for record in self.turns.values() if record.finished is None), None)

    def before(self, record: TurnRecord) -> list[TurnRecord]:
        """Return the turns that came before one, oldest first."""
        return [turn for turn in self.turns.values() if turn.sequence < record.sequence]

    def cancelled_behind(self, record: TurnRecord) -> list[TurnRecord]:
        """Return the turns after one that were cancelled before they began."""
        behind = (turn for turn in self.turns.values() if turn.sequence > record.sequence)
        return [turn for turn in behind if turn.cancelled and turn.finished is None]

    def context(self, record: TurnRecord) -> list[TurnRecord]:
        """Return the turns before one that no summary stands for, oldest first."""
        begins = self.summary.base if self.summary else 0
        return [turn for turn in self.before(record) if turn.sequence >= begins]

    def base(self, record: TurnRecord) -> int:
        """Return the log sequence where the context of a turn begins."""
        context = self.context(record)
        return context[0].sequence if context else record.sequence

    def forget_before(self, base: int) -> None:
        """Drop what lies before the context; only the ids of its messages stay, so that none is answered again."""
        self.forgotten |= {key for key, turn in self.turns.items() if turn.sequence < base}
        self.turns = {key: turn for key, turn in self.turns.items() if turn.sequence >= base}
        self.inputs = {sequence: message for sequence, message in self.inputs.items() if sequence >= base}
        self.commands = {sequence for sequence in self.commands if sequence >= base}
        self.written = {key: sequence for key, sequence in self.written.items() if sequence >= base}
        self.first = max(self.first or base, base)


def _fold_output(record: TurnRecord, event: OutputEvent, entry: Entry) -> None:
    match event:
        case TurnStarted():
            record.start, record.epoch = event, entry.sequence
            record.fruitless += 1
        case ModelReplied():
            record.replies.setdefault(event.step, event)
            record.fruitless = 0
        case ToolReturned():
            record.results.setdefault(event.tool_use_id, event)
            record.fruitless = 0
        case TurnFinished():
            if record.finished is None:
                record.finished, record.finished_by = event, entry.message_id
