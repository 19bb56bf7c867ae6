"""``python -m tests.eval``: how well the rules do, a line for each domain."""

from tests.eval.measure import Verdict, carrying, judged, sentences, share, times

HALVES = ("tuned", "first_seen", "fresh", "last", "held", "held_2", "held_3", "held_4", "held_5", "held_6")


def main() -> None:
    """Print the tables of the utterances and the paraphrases."""
    for name in ("utterances", "paraphrases"):
        verdicts = judged(sentences(name))
        print(f"\n{name:<14} sentences  right tool  right arguments  asked back  refused  median ms  p99 ms")
        for domain in sorted({verdict.sentence.domain for verdict in verdicts}):
            print(_line(domain, [verdict for verdict in verdicts if verdict.sentence.domain == domain]))
        print(_line("all", verdicts))
        for half in HALVES:
            if part := [verdict for verdict in verdicts if verdict.sentence.half == half]:
                print(_line(half, part))


def _line(name: str, verdicts: list[Verdict]) -> str:
    middle, high = times(verdicts)
    asked = sum(verdict.found.ask is not None for verdict in verdicts)
    refused = sum(verdict.found.refusal is not None for verdict in verdicts)
    tool, arguments = share(verdicts, "is_right_tool"), share(carrying(verdicts), "has_right_arguments")
    return (
        f"{name:<14} {len(verdicts):>9}  {tool:>10.1%}  {arguments:>15.1%}  {asked:>10}  {refused:>7}"
        f"  {middle:>9.2f}  {high:>6.2f}"
    )


main()
