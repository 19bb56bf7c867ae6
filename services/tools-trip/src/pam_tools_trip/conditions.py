"""Is it a day to drive a rig? Thresholds by name, the worst factor decides. Pure.

Miles per hour, Fahrenheit, inches, WMO weather codes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from pam_tools_trip.external import Alert, Day


class Rating(StrEnum):
    """How good a day is for driving, from the best to the worst."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    DANGEROUS = "dangerous"


SEVERITY = {rating: number for number, rating in enumerate(Rating)}


@dataclass(frozen=True)
class Factor:
    """One thing that speaks against driving."""

    kind: str
    rating: Rating
    sentence: str


Steps = tuple[tuple[float, Rating], ...]
"""From a value on, a rating; the gravest first."""

GUSTS_MPH: Steps = ((60, Rating.DANGEROUS), (45, Rating.POOR), (35, Rating.FAIR), (25, Rating.GOOD))
"""High-sided rigs sway at 25, are pushed out of their lane at 45 and can be blown over from 60."""

WIND_MPH: Steps = ((50, Rating.DANGEROUS), (35, Rating.POOR), (25, Rating.FAIR))
RAIN_INCHES: Steps = ((3, Rating.DANGEROUS), (1.5, Rating.POOR), (0.5, Rating.FAIR))
HEAT_F: Steps = ((115, Rating.DANGEROUS), (108, Rating.POOR), (100, Rating.FAIR))
"""Tires, engines and people suffer."""

COLD_F: Steps = ((-10, Rating.DANGEROUS), (5, Rating.POOR), (20, Rating.FAIR))
"""Water freezes in the lines, propane flows badly. These are upper limits."""

FREEZING_F = 32.0
WET_INCHES = 0.05

SKY: dict[Rating, frozenset[int]] = {
    Rating.DANGEROUS: frozenset({56, 57, 66, 67, 75, 86, 99}),
    Rating.POOR: frozenset({73, 85, 96}),
    Rating.FAIR: frozenset({45, 48, 71, 77, 95}),
    Rating.GOOD: frozenset({65, 82}),
}
"""WMO codes: freezing rain, heavy snow and hail; snow; fog, light snow and thunder; heavy rain."""

ALERTS = {
    "extreme": Rating.DANGEROUS,
    "severe": Rating.POOR,
    "moderate": Rating.FAIR,
    "minor": Rating.GOOD,
    "unknown": Rating.FAIR,
}
ADVICE = {
    Rating.EXCELLENT: "Good to go.",
    Rating.GOOD: "Good to go; keep an eye on it.",
    Rating.FAIR: "Drivable with care: slow down, leave more room and take breaks.",
    Rating.POOR: "Better to wait if you can; if you must go, keep it short and slow.",
    Rating.DANGEROUS: "Stay put: this is no weather to move a rig in.",
}


def factors_of(day: Day) -> list[Factor]:
    """Return what of a day's weather speaks against driving a rig."""
    found = [
        _from(day.gusts, GUSTS_MPH, "gusts", "gusts to {:.0f} mph"),
        _from(day.wind_speed, WIND_MPH, "wind", "wind of {:.0f} mph"),
        _from(day.precipitation, RAIN_INCHES, "rain", "{:.1f} inches of rain or snow"),
        _from(day.high, HEAT_F, "heat", "heat to {:.0f} °F"),
        _below(day.low, COLD_F, "cold", "cold to {:.0f} °F"),
        _sky(day),
        _ice(day),
    ]
    return [factor for factor in found if factor]


def factors_of_alerts(alerts: Iterable[Alert], day: date, zone: ZoneInfo) -> list[Factor]:
    """Return the warnings in force on a day where they apply."""
    return [
        Factor("alert", ALERTS[alert.severity], alert.headline or alert.event)
        for alert in alerts
        if _in_force(alert, day, zone)
    ]


def rate(factors: Sequence[Factor]) -> Rating:
    """Return the day's rating: the worst factor's."""
    return max((factor.rating for factor in factors), key=SEVERITY.__getitem__, default=Rating.EXCELLENT)


def _from(value: float | None, steps: Steps, kind: str, words: str) -> Factor | None:
    reached = (rating for limit, rating in steps if value is not None and value >= limit)
    rating = next(reached, None)
    return Factor(kind, rating, words.format(value)) if rating else None


def _below(value: float | None, steps: Steps, kind: str, words: str) -> Factor | None:
    reached = (rating for limit, rating in steps if value is not None and value <= limit)
    rating = next(reached, None)
    return Factor(kind, rating, words.format(value)) if rating else None


def _sky(day: Day) -> Factor | None:
    rating = next((rating for rating, codes in SKY.items() if day.weather_code in codes), None)
    return Factor("sky", rating, day.condition.lower()) if rating else None


def _ice(day: Day) -> Factor | None:
    wet = day.precipitation is not None and day.precipitation >= WET_INCHES
    freezing = day.low is not None and day.low <= FREEZING_F
    return Factor("ice", Rating.POOR, "ice where it is wet and freezing") if wet and freezing else None


def _in_force(alert: Alert, day: date, zone: ZoneInfo) -> bool:
    """Whether a warning covers any part of the day; one without its times covers every day asked for."""
    begins = alert.onset.astimezone(zone).date() if alert.onset else day
    ends = alert.ends.astimezone(zone).date() if alert.ends else day
    return begins <= day <= ends
