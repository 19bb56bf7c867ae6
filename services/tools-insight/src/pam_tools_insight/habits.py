"""The rules of how PAM adapts to a member: from what they do with it, never from guesses. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pam_tools_insight.analytics import ERROR_WARNING, SLOW_MS, Totals, Used, error_rate
from pam_tools_insight.rules import counted, listed

ENOUGH_EVENTS = 10
"""Fewer say nothing about a habit."""
FAVOURITES = 3
PARTS_OF_DAY = {"night": range(6), "morning": range(6, 12), "afternoon": range(12, 18), "evening": range(18, 24)}


class Focus(StrEnum):
    """What is looked at."""

    FEATURES = "features"
    TIMING = "timing"
    RELIABILITY = "reliability"
    ANSWERS = "answers"


@dataclass(frozen=True)
class Habits:
    """What a member did with PAM in a while; hours are the member's own."""

    totals: Totals
    features: Sequence[Used]
    hours: Mapping[int, int]
    liked: int
    disliked: int


@dataclass(frozen=True)
class Optimization:
    """How PAM could adapt, and why."""

    area: Focus
    suggestion: str
    reason: str


def preferences(habits: Habits) -> dict[str, Any]:
    """Return what was learned; nothing from too little."""
    if habits.totals.events < ENOUGH_EVENTS:
        return {}
    return {
        "favourite_features": [one.name for one in habits.features[:FAVOURITES]],
        "active_part_of_day": busiest(habits.hours),
    }


def busiest(hours: Mapping[int, int]) -> str:
    """Return the part of the day with most events."""
    return max(PARTS_OF_DAY, key=lambda part: sum(hours.get(hour, 0) for hour in PARTS_OF_DAY[part]))


def optimizations(habits: Habits, areas: Sequence[Focus]) -> list[Optimization]:
    """Return how PAM could adapt in the areas asked about."""
    rules = {Focus.FEATURES: _features, Focus.TIMING: _timing, Focus.RELIABILITY: _reliability, Focus.ANSWERS: _answers}
    return [found for area in areas if (found := rules[area](habits))]


def _features(habits: Habits) -> Optimization | None:
    if habits.totals.events < ENOUGH_EVENTS:
        return None
    names = [one.name.replace("_", " ") for one in habits.features[:FAVOURITES]]
    reason = f"{habits.totals.events} events in the last 90 days"
    return Optimization(Focus.FEATURES, f"Keep {listed(names)} within reach: that is what you use most.", reason)


def _timing(habits: Habits) -> Optimization | None:
    if habits.totals.events < ENOUGH_EVENTS:
        return None
    part = busiest(habits.hours)
    share = round(sum(habits.hours.get(hour, 0) for hour in PARTS_OF_DAY[part]) / habits.totals.events * 100)
    return Optimization(Focus.TIMING, f"Bring reminders and reports in the {part}.", f"{share}% of your use is then")


def _reliability(habits: Habits) -> Optimization | None:
    failing = [one for one in habits.features if (error_rate(one.judged, one.errors) or 0) > ERROR_WARNING]
    if failing:
        worst = max(failing, key=lambda one: one.errors)
        name = worst.name.replace("_", " ")
        return Optimization(
            Focus.RELIABILITY, f"Check arguments with you before {name}.", f"{worst.errors} of {worst.judged} failed"
        )
    if habits.totals.p95_ms and habits.totals.p95_ms > SLOW_MS:
        seconds = round(habits.totals.p95_ms / 1000, 1)
        return Optimization(Focus.RELIABILITY, "Show progress earlier.", f"one answer in twenty takes over {seconds} s")
    return None


def _answers(habits: Habits) -> Optimization | None:
    if not habits.disliked:
        return None
    told = f"you liked {counted(habits.liked, 'answer')} and disliked {habits.disliked}"
    if habits.disliked > habits.liked:
        return Optimization(Focus.ANSWERS, "Answer shorter and ask back before acting.", told)
    return Optimization(Focus.ANSWERS, "Keep answering as now.", told)
