"""What a member states in passing is remembered without being asked for, where the mind did not see to it.

The calls follow from the log: whoever takes a turn over makes the same ones under the same keys. What memory could not
take in stands in the log as missed, and the next turn of the conversation makes up for it.
"""

from itertools import takewhile
from uuid import uuid5

from pam_agent.conversation import TurnRecord
from pam_agent.stated import Stated, facts_in
from pam_shared.contracts.conversation import ToolReturned, ToolUseBlock
from pam_shared.contracts.tools import Outcome

REMEMBER = "remember"
WITHIN = 1.0
"""Seconds the end of a turn waits for memory; the answer is out by then."""
LATE_MAX = 4
"""What a turn makes up for at most."""

_SEEN_TO = frozenset({REMEMBER, "confirm_memory", "forget_memory", "forget_all_memories"})
_ID = "stated_"


def stated(record: TurnRecord) -> list[ToolUseBlock]:
    """Return the calls that keep what the member states in a turn; none where its mind saw to memory itself."""
    if _sees_to(record):
        return []
    return [use for use in _uses(record) if use.id not in record.results]


def missed(before: list[TurnRecord]) -> list[ToolUseBlock]:
    """Return the calls memory did not answer in the turns before, as far back as nobody saw to it."""
    results = [result for turn in before for result in turn.results.values() if result.tool_use_id.startswith(_ID)]
    kept = {result.tool_use_id for result in results if not _is_missed(result)}
    late = {result.tool_use_id for result in results} - kept
    turns = takewhile(lambda turn: not _sees_to(turn), reversed(before)) if late else ()
    uses = [use for turn in turns if late & turn.results.keys() for use in _uses(turn)]
    return [use for use in uses if use.id in late][:LATE_MAX]


def news(results: list[ToolReturned]) -> str:
    """Return what the member is told of: what was not known before."""
    told = (result.reply for result in results if result.reply.success)
    return " ".join(reply.message for reply in told if (reply.data or {}).get("action") != "refreshed")


def _uses(record: TurnRecord) -> list[ToolUseBlock]:
    return [_use(record, fact) for fact in facts_in(record.message.text)]


def _use(record: TurnRecord, fact: Stated) -> ToolUseBlock:
    name = uuid5(record.message.id, f"{fact.kind}:{fact.subject}").hex[:12]
    return ToolUseBlock(id=f"{_ID}{name}", name=REMEMBER, input=vars(fact))


def _sees_to(record: TurnRecord) -> bool:
    return any(use.name in _SEEN_TO for use in record.uses)


def _is_missed(result: ToolReturned) -> bool:
    """Whether time may mend it: memory was silent, or there was none."""
    error = result.reply.error
    return result.reply.outcome is Outcome.UNAVAILABLE or (error is not None and error.code == "no_such_tool")
