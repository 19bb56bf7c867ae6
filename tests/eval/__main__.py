"""``python -m tests.eval``: how well members are understood, sentence by sentence and in whole conversations."""

import logging
from collections.abc import Sequence

import structlog
import uvloop

from tests.eval import selection
from tests.eval.held import MINDS
from tests.eval.measure import Verdict, carrying, judged, sentences, share, times
from tests.eval.script import conversations
from tests.eval.tables import table, wrong

HALVES = ("tuned", "first_seen", "fresh", "last", "held", "held_2", "held_3", "held_4", "held_5", "held_6")


def main() -> None:
    """Print the tables of the utterances, the paraphrases and the conversations."""
    for name in ("utterances", "paraphrases"):
        verdicts = judged(sentences(name))
        print(f"\n{name:<14} sentences  right tool  right arguments  asked back  refused  median ms  p99 ms")
        for domain in sorted({verdict.sentence.domain for verdict in verdicts}):
            print(_line(domain, [verdict for verdict in verdicts if verdict.sentence.domain == domain]))
        print(_line("all", verdicts))
        for half in HALVES:
            if part := [verdict for verdict in verdicts if verdict.sentence.half == half]:
                print(_line(half, part))
    print("\ntools shown    sentences  right tool  shown on average  median ms")
    for name in ("utterances", "paraphrases"):
        print(selection.line(name, sentences(name)))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    for name, held in MINDS.items():
        found = uvloop.run(held(conversations()))
        _print([*table(name, found), *wrong(found)])


def _print(lines: Sequence[str]) -> None:
    print("\n".join(lines), flush=True)


def _line(name: str, verdicts: list[Verdict]) -> str:
    middle, high = times(verdicts)
    asked = sum(verdict.found.ask is not None for verdict in verdicts)
    refused = sum(verdict.found.refusal is not None for verdict in verdicts)
    tool, arguments = share(verdicts, "is_right_tool"), share(carrying(verdicts), "has_right_arguments")
    return (
        f"{name:<14} {len(verdicts):>9}  {tool:>10.1%}  {arguments:>15.1%}  {asked:>10}  {refused:>7}"
        f"  {middle:>9.2f}  {high:>6.2f}"
    )


if __name__ == "__main__":
    main()
