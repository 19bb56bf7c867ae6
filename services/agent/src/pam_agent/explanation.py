"""How an answer came about, told in sentences from what the log holds of its turn. Pure."""

from collections.abc import Iterator
from datetime import datetime

from pam_agent.approvals import ASKED, read_out, told
from pam_agent.conversation import TurnRecord
from pam_agent.mind import RULES
from pam_agent.sources import cited_by
from pam_shared.clock import spoken_age
from pam_shared.contracts.conversation import ToolReturned, ToolUseBlock, TurnFinished, TurnStatus
from pam_shared.contracts.tools import Cited, Outcome, SourceKind

_WAYS = {
    SourceKind.RECORDS: "on record",
    SourceKind.MEMBER: "as you told me",
    SourceKind.LIVE: "fresh",
    SourceKind.CACHED: "kept from shortly before",
    SourceKind.STALE: "not the latest",
    SourceKind.ESTIMATE: "an estimate",
}
_LOST = (
    "What happened in between is in the log for a week, and that is over: I cannot say any more how each thing was"
    " asked and answered."
)
_NOTHING = "I asked nothing and nobody for it: no record and no service stands behind what I said."
_ENDS = {
    TurnStatus.INTERRUPT: "What needs your yes was not done; it waits.",
    TurnStatus.CANCELLED: "Then you stopped me.",
    TurnStatus.FAILED: "In the end it went wrong.",
}


def account(record: TurnRecord, now: datetime) -> list[str]:
    """Return what was understood, asked and told, how old that was, what failed, and who put the answer together."""
    said = f"You said: “{read_out(' '.join(record.message.text.split()))}”"
    return [said if said.endswith((".”", "?”", "!”")) else f"{said}.", *_course(record, now), *_end(record.finished)]


def source_told(cited: Cited, now: datetime) -> str:
    """Name a source, how it was come by, its age and how sure it is."""
    if cited.sample:
        return f"{cited.name} (made up, for trying me out)"
    age = spoken_age(now - cited.as_of)
    return f"{cited.name} ({_WAYS[cited.kind]}, {age}, {cited.confidence:.0%} sure)"


def _course(record: TurnRecord, now: datetime) -> Iterator[str]:
    if not record.sequence:
        yield from _recalled(record.finished, now)
        return
    for use in record.uses:
        yield _called(use, record.results.get(use.id), now)
    if not record.uses:
        yield _NOTHING
    asked = {use.id for use in record.uses}
    kept = [result for key, result in record.results.items() if key not in asked and result.reply.success]
    if kept:
        yield f"Besides, I kept in mind what you said: {' '.join(result.reply.message for result in kept)}"


def _called(use: ToolUseBlock, returned: ToolReturned | None, now: datetime) -> str:
    what = f"I used “{told(_title(use.name), use.input)}”"
    if returned is None:
        return f"{what}, and what became of it is not in the log."
    reply = returned.reply
    if not reply.success:
        return (
            f"{what}, and it was not run."
            if reply.outcome is Outcome.NOT_RUN
            else f"{what}, and it failed: {reply.message}"
        )
    sources = " and ".join(source_told(cited, now) for cited in cited_by(returned))
    part = " Not all of it could be reached." if reply.partial else ""
    return f"{what}, which told me: “{reply.message}”{f' That is from {sources}.' if sources else ''}{part}"


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _recalled(finished: TurnFinished | None, now: datetime) -> Iterator[str]:
    """Say what the record still tells of a turn that the log has lost."""
    yield _LOST
    if finished and finished.tools:
        yield f"I used {', '.join(f'“{_title(used.name)}”' for used in finished.tools)}."
    if finished and finished.sources:
        yield f"My answer came from {' and '.join(source_told(cited, now) for cited in finished.sources)}."


def _end(finished: TurnFinished | None) -> Iterator[str]:
    if finished is None:
        yield "The answer is not finished."
        return
    if finished.model == RULES:
        yield "Simple rules chose that and put the answer together, no language model."
    elif finished.model and finished.model != ASKED:
        yield f"The language model {finished.model} chose that and wrote the answer."
    if finished.status in _ENDS:
        problem = f" {finished.error.message}" if finished.error else ""
        yield f"{_ENDS[finished.status]}{problem}"
