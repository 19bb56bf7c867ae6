"""The table that ``make faults`` prints."""

from collections.abc import Sequence

from tests.faults.fault import KINDS
from tests.faults.trial import Verdict

WIDTH = 140
SHOWN = 3
HEAD = f"{'#':>3}  {'fault':<50} {'L D O T X':<10} measured (bound)"


def row(verdict: Verdict) -> str:
    """Return the lines of one trial: its letters, its figures, and the first violations in words."""
    if verdict.missing:
        return f"{verdict.fault.number:>3}  {verdict.fault.title[:50]:<50} {verdict.missing}"
    if verdict.failure:
        return f"{verdict.fault.number:>3}  {verdict.fault.title[:50]:<50} NO TRIAL\n{verdict.failure}"
    told = "; ".join(str(figure) for figure in verdict.figures)
    if verdict.defence is None:
        title = f"{verdict.fault.number:>3}  {verdict.fault.title[:50]:<50}"
        line = f"{title} {marks(verdict):<10} {told}"
        return "\n".join([line[:WIDTH], *(reasons(verdict) if verdict.violations else ())])
    how = f"FAILED AS IT MUST ({verdict.letters})" if verdict.as_it_must else f"DID NOT FAIL ({verdict.letters or '-'})"
    line = f"{'':>5}without {verdict.defence.name:<42} {marks(verdict):<10} {how}; {told}"
    return "\n".join([line[:WIDTH], *reasons(verdict, 1)])


def marks(verdict: Verdict) -> str:
    """Return a mark under each letter: a dot for kept, a cross for violated."""
    return " ".join("x" if kind in verdict.letters else "." for kind in KINDS)


def reasons(verdict: Verdict, most: int = SHOWN) -> Sequence[str]:
    """Return the first violations as sentences, and how many more there are."""
    shown = [f"{'':>7}{violation.kind}: {violation.sentence}"[:WIDTH] for violation in verdict.violations[:most]]
    left = len(verdict.violations) - len(shown)
    return [*shown, f"{'':>7}and {left} more"] if left > 0 else shown
