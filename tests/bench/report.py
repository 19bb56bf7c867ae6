"""What a measurement is, and how it is printed."""

import statistics
from collections.abc import Sequence

from pydantic import BaseModel


class Timing(BaseModel):
    """One run: milliseconds at one in flight, turns per second with many."""

    p50: float
    p99: float
    per_second: float


def measured(latencies: Sequence[float], turns: int, seconds: float) -> Timing:
    """Sum a run up; latencies in seconds."""
    ordered = sorted(latencies)
    return Timing(
        p50=statistics.median(ordered) * 1000,
        p99=ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000,
        per_second=turns / seconds,
    )


def median(timings: Sequence[Timing]) -> Timing:
    """Return the median of each figure over the runs."""
    return Timing(**{name: statistics.median(getattr(one, name) for one in timings) for name in Timing.model_fields})


def show(alone: list[Timing], whole: list[Timing], cpu: dict[str, float]) -> str:
    """Return the table of a comparison."""
    limit, ours = median(alone), median(whole)
    ratios = [(w.p50 / a.p50, w.per_second / a.per_second) for a, w in zip(alone, whole, strict=True)]
    p50_ratio = statistics.median(ratio[0] for ratio in ratios)
    rate_ratio = statistics.median(ratio[1] for ratio in ratios)
    lines = [
        f"{'':34}{'p50 ms':>9}{'p99 ms':>9}{'turns/s at 50':>15}",
        f"{'(a) anthropic SDK alone':34}{limit.p50:9.2f}{limit.p99:9.2f}{limit.per_second:15.1f}",
        f"{'(b) the turn through everything':34}{ours.p50:9.2f}{ours.p99:9.2f}{ours.per_second:15.1f}",
        f"{'(c) b / a, median of the runs':34}{p50_ratio:8.2f}x{'':9}{rate_ratio:14.2f}x",
        f"    each run: {', '.join(f'{p:.2f}x / {r:.2f}x' for p, r in ratios)}",
        "    aim: p50 <= 4x, turns/s >= 0.4x",
        "",
        "CPU per turn at 50 in flight, ms (median of the runs): "
        + ", ".join(f"{name} {spent:.2f}" for name, spent in sorted(cpu.items())),
    ]
    return "\n".join(lines)
