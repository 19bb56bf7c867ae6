"""The rules for what a client was told: no hole, no repeat, one end for each turn, nothing of anybody else's."""

from collections.abc import Iterator
from itertools import pairwise

from pam_shared.contracts.live import Position
from tests.faults.diary import Diary, Heard, Joined, Said
from tests.faults.evidence import Logged, Record
from tests.faults.fault import FOREIGN, LOST, ORDER, TWICE, Violation


def broken_at_client(diary: Diary, record: Record, said: list[Said]) -> Iterator[Violation]:
    """Yield what is wrong with what one client was told of a conversation in which ``said`` was said."""
    for what in diary.foreign:
        yield Violation(FOREIGN, f"a client was sent {what}")
    yield from _steps(diary, list(record.live))
    yield from _contents(diary, record)
    for message in said:
        yield from _end(diary, message, record.turns.get(message.id))
    yield from _order(diary, record)


def _steps(diary: Diary, live: list[Position]) -> Iterator[Violation]:
    """Each event follows the one before; where LIVE still has both, nothing stands between them."""
    last: Position | None = None
    places = {position: place for place, position in enumerate(live)}
    for step in diary.story:
        if isinstance(step, Joined):
            if not step.explicit and last is not None and step.position not in {None, last}:
                yield Violation(
                    ORDER, f"at {_at(last)} a client was resumed at {_at(step.position)} without a snapshot"
                )
            last = step.position if step.explicit or last is None else last
            continue
        if last is not None and not last.precedes(step.position):
            what = "repeat" if step.position <= last else "hole"
            yield Violation(ORDER, f"a {what}: {_at(last)}, then {_at(step.position)} {step.kind}")
        elif last in places and step.position in places and places[step.position] != places[last] + 1:
            yield Violation(ORDER, f"a hole: LIVE has more between {_at(last)} and {_at(step.position)}")
        last = step.position


def _contents(diary: Diary, record: Record) -> Iterator[Violation]:
    for step in diary.story:
        if isinstance(step, Heard) and record.live.get(step.position, step.digest) != step.digest:
            yield Violation(ORDER, f"{_at(step.position)} is not what LIVE has there")


def _end(diary: Diary, message: Said, logged: Logged | None) -> Iterator[Violation]:
    mark, ends = message.ask.mark, diary.terminals[message.id]
    by_snapshot = diary.told_by_snapshot.get(message.id)
    if ends > 1:
        yield Violation(TWICE, f"{mark} ended {ends} times at a client")
    if not ends and by_snapshot is None:
        yield Violation(LOST, f"{mark} never ended at a client, which heard last {_last(diary)}")
    if not logged or not logged.finished:
        return
    text = logged.finished[0][1].text
    if ends and diary.texts[message.id] != text:
        yield Violation(ORDER, f"{mark}: a client saw {_difference(diary.texts[message.id], text)}")
    elif not ends and by_snapshot is not None and text and by_snapshot != text:
        yield Violation(ORDER, f"{mark}: a snapshot says {_difference(by_snapshot, text)}")


def _order(diary: Diary, record: Record) -> Iterator[Violation]:
    ended = [step.turn for step in diary.story if isinstance(step, Heard) and step.kind.startswith("RUN_")]
    places = [record.turns[turn].sequence for turn in ended if turn in record.turns and record.turns[turn].starts]
    if any(later < earlier for earlier, later in pairwise(places)):
        yield Violation(ORDER, "a client saw turns in another order than that of their messages")


def _last(diary: Diary) -> str:
    step = diary.story[-1] if diary.story else None
    if isinstance(step, Heard):
        return f"{_at(step.position)} {step.kind} of {step.turn}"
    return f"to go on from {_at(step.position)}" if step else "nothing"


def _difference(seen: str, meant: str) -> str:
    place = next(
        (n for n, (one, other) in enumerate(zip(seen, meant, strict=False)) if one != other), min(len(seen), len(meant))
    )
    return f"{len(seen)} of {len(meant)} characters, other from {place} on: {seen[max(0, place - 10) : place + 20]!r}"


def _at(position: Position | None) -> str:
    return f"{position.epoch}:{position.sequence}" if position else "nowhere"
