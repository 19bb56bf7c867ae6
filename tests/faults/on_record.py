"""The rules for what is on record: exactly one end, one pair of rows and one effect for each message, in order."""

from collections.abc import Iterator
from uuid import UUID

from pam_agent.asking import AGAIN, LOST_THREAD
from pam_shared.contracts.conversation import TurnStatus, answer_id
from tests.faults.diary import Said
from tests.faults.evidence import Logged, Record
from tests.faults.fault import LOST, ORDER, TWICE, Violation
from tests.faults.model import BROKEN, POISON, STATUSES, STOPPED

EXPECTED = {STOPPED: TurnStatus.CANCELLED, POISON: TurnStatus.FAILED}
"""How the turns of some messages end."""


def broken_on_record(record: Record, said: dict[UUID, Said]) -> Iterator[Violation]:
    """Yield what is wrong with the record of one conversation, given what its clients said."""
    for message in said.values():
        logged = record.turns.get(message.id)
        if message.acked_at is None:
            yield Violation(LOST, f"{message.ask.mark} was never acknowledged")
        elif logged is None and message.only_recorded:
            yield from _rows(message, Logged(0), record)
            yield from _effects(message, Logged(0), record)
        elif logged is None:
            yield Violation(LOST, f"{message.ask.mark} was acknowledged and is not in the log")
        else:
            yield from _turn(message, logged)
            yield from _rows(message, logged, record)
            yield from _effects(message, logged, record)
    for turn in record.turns.keys() - said.keys():
        yield Violation(TWICE, f"the log has the turn {turn}, which nobody asked for")
    yield from _order(record)


def _turn(message: Said, logged: Logged) -> Iterator[Violation]:
    mark = message.ask.mark
    if logged.copies > 1:
        yield Violation(TWICE, f"{mark} is in the log {logged.copies} times")
    if message.accepted_anew > 1:
        yield Violation(TWICE, f"{mark} was acknowledged {message.accepted_anew} times as if it were the first time")
    if not logged.finished:
        yield Violation(LOST, f"{mark} has no end in the log")
    if len(logged.finished) > 1:
        yield Violation(TWICE, f"{mark} ends {len(logged.finished)} times in the log")
    for line in logged.late:
        yield Violation(TWICE, f"{mark}: {line.event.type} at {line.sequence} is of an attempt that was over")
    yield from _content(message, logged)


def _content(message: Said, logged: Logged) -> Iterator[Violation]:
    """An answer is whole, unless the models were told to break it; then the rules end what they began."""
    ask = message.ask
    if not logged.finished or ask.mode in STATUSES:
        return
    end = logged.finished[0][1]
    if ask.mode in EXPECTED:
        if end.status is not EXPECTED[ask.mode] or not ask.answer.startswith(end.text.strip()):
            yield Violation(LOST, f"{ask.mark} ({ask.mode}) is recorded as {end.status}: {end.text[-40:]!r}")
        return
    if ask.mode in BROKEN:
        if end.status is not TurnStatus.SUCCESS or not _goes_on(end.text, ask.answer):
            yield Violation(
                ORDER, f"{ask.mark} was cut by the model and is recorded as {end.status}: {end.text[-40:]!r}"
            )
    elif end.status is not TurnStatus.SUCCESS:
        yield Violation(LOST, f"{ask.mark} was not answered: {end.status}, {end.error.code if end.error else ''}")
    elif end.text != ask.answer:
        yield Violation(ORDER, f"{ask.mark}: the log's text has a hole or a repeat: {end.text[:80]!r}")


def _goes_on(text: str, answer: str) -> bool:
    """Whether each mind began the answer anew where the one before broke off, and the rules had the last word."""
    begun, lost_thread, _ = text.partition(LOST_THREAD)
    return bool(lost_thread) and all(answer.startswith(piece.strip()) for piece in begun.split(AGAIN))


def _rows(message: Said, logged: Logged, record: Record) -> Iterator[Violation]:
    for role, key in (("user", message.id), ("assistant", answer_id(message.id))):
        rows = [row for row in record.rows if row.id == key]
        if not rows:
            yield Violation(LOST, f"{message.ask.mark}: PostgreSQL has no row of the {role}")
        if len(rows) > 1:
            yield Violation(TWICE, f"{message.ask.mark}: PostgreSQL has {len(rows)} rows of the {role}")
        if rows and role == "assistant" and logged.finished and logged.finished[0][0] != rows[0].log_sequence:
            yield Violation(ORDER, f"{message.ask.mark}: PostgreSQL has another end than the log")


def _effects(message: Said, logged: Logged, record: Record) -> Iterator[Violation]:
    mark, times = message.ask.mark, record.effects[message.ask.mark]
    if times > 1:
        yield Violation(TWICE, f"{mark} had its effect {times} times")
    told = {result.tool_use_id for result in logged.results if result.reply.success}
    if told and not times:
        yield Violation(LOST, f"{mark}: a tool said it did what it did not")
    if len({result.tool_use_id for result in logged.results}) < len(logged.results):
        yield Violation(TWICE, f"{mark}: one call has {len(logged.results)} results in the log")


def _order(record: Record) -> Iterator[Violation]:
    """Turns end in the order of their messages; one cancelled before it began may end earlier."""
    begun = [turn for turn in sorted(record.turns.values(), key=lambda turn: turn.sequence) if turn.starts]
    ended = [turn.finished[0][0] for turn in begun if turn.finished]
    if ended != sorted(ended):
        yield Violation(ORDER, "the log's turns do not end in the order of their messages")
    asked = [row.id for row in record.rows if row.role == "user"]
    answers = [row.id for row in record.rows if row.role == "assistant"]
    known = {answer_id(key) for key, turn in record.turns.items() if turn.starts or not turn.finished} & set(answers)
    answers = [key for key in answers if key in known]
    if [answer_id(key) for key in asked if answer_id(key) in known] != answers:
        yield Violation(ORDER, "PostgreSQL's answers stand in another order than its questions")
