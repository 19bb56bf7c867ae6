"""The conversations' verdicts as tables: a line for each subject, and what went wrong below."""

from collections.abc import Iterator, Sequence

from pam_shared.contracts.conversation import Usage
from tests.eval.verdicts import TurnVerdict, share

SHARES = ("tools", "arguments", "asked", "refused", "words", "offered", "grounded")
SHOWN = 90
"""Characters of an answer in the list of what went wrong."""


def table(name: str, found: Sequence[TurnVerdict]) -> Iterator[str]:
    """Yield the lines of a table: shares in percent, tokens and dollars in the mean of a turn."""
    yield f"\n{name:<20} talks turns " + "".join(f"{one:>10}" for one in SHARES) + "   in  cached written  out   $/turn"
    for subject in dict.fromkeys(one.subject for one in found):
        yield _line(subject, [one for one in found if one.subject == subject])
    yield _line("all", found)


def wrong(found: Sequence[TurnVerdict]) -> Iterator[str]:
    """Yield a line for each turn in which something is not as expected."""
    for one in found:
        if not one.is_right:
            failed = [name for name in SHARES if getattr(one, name) is False]
            answer = " ".join(one.told.text.split())[:SHOWN]
            called = [call.name for call in one.told.calls]
            yield f"  {one.conversation} · {one.turn.say!r}: {', '.join(failed)} {one.ungrounded or ''}"
            yield f"      called {called}, said {answer!r}"


def _line(name: str, found: Sequence[TurnVerdict]) -> str:
    talks, turns = len({one.conversation for one in found}), len(found)
    used = sum((one.usage for one in found), Usage())
    tokens = (used.input_tokens, used.cache_read_tokens, used.cache_write_tokens, used.output_tokens)
    cost = sum(one.dollars for one in found) / turns
    shares = "".join(f"{_share(found, one):>10}" for one in SHARES)
    return (
        f"{name:<20} {talks:>5} {turns:>5} {shares} "
        + "".join(f"{one // turns:>6} " for one in tokens)
        + f" {cost:.4f}"
    )


def _share(found: Sequence[TurnVerdict], judgement: str) -> str:
    is_judged = any(getattr(one, judgement) is not None for one in found)
    return f"{share(found, judgement):.1%}" if is_judged else "-"
